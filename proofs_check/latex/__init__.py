"""LaTeX of a report: snippets, `align` environments and the article."""
