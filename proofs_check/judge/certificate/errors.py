"""What the checker says of a report that does not hold."""

from __future__ import annotations


class CertificateError(ValueError):
    """A report that is damaged, forged or wrong; the message names the claim and what does not fit."""


class NoValueError(ValueError):
    """A formula that has no value at an instance, such as a sum of matrices of different shapes."""


class OutsideDomainError(NoValueError):
    """A formula that is well formed but has no value at an instance, such as a division by zero."""


def require(true: object, message: str) -> None:
    """Do nothing if the condition is true; CertificateError with the message otherwise."""
    if not true:
        raise CertificateError(message)
