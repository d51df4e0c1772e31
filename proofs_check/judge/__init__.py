"""The judge: claims, their evidence, their mutants, and what status these earn. It knows no paper."""
