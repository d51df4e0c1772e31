"""Theorems checked by a proof assistant's kernel: the formal proofs, their record, and a claim's kernel column.

`kernel_column(claim_id)` says what Coq's kernel has checked of a claim; README.md is the map of the proofs.
"""

from proofs_check.kernel.record import KernelStatus, Record, RecordError, kernel_column, read_record, status

__all__ = ["KernelStatus", "Record", "RecordError", "kernel_column", "read_record", "status"]
