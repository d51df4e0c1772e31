"""The article about one paper: its statements with proofs and evidence, findings, and what goes beyond it."""

from proofs_check.latex.article.assembly import article, article_of_report

__all__ = ["article", "article_of_report"]
