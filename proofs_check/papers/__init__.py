"""The papers: statements only, in each paper's order."""
