"""The symbolic engine: matrix words, traces, Wick expectations, gradients. It knows no transformer."""

# Imported so that they register themselves as printers of expressions.
from theory.algebra import latex, text

__all__ = ["latex", "text"]
