"""The catalogue: every numbered statement of the paper, and what goes beyond it, as claims with their quantities."""
