"""The root of all exceptions of this package's own."""


class IclTheoryError(Exception):
    """Something of this package cannot go on for a reason that the message states."""
