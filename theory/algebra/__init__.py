"""The symbolic engine: matrix words, traces, Wick expectations, gradients. It knows no transformer."""
