"""The theory with its evidence as one self-contained web page."""

from proofs_check.web.page import write_page
from proofs_check.web.record import PageRecord, load_record

__all__ = ["PageRecord", "load_record", "write_page"]
