"""Errors as a user of the command line meets them: one message, exit code 2, no traceback."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from numerics.checkpoint import CheckpointError
from numerics.enclosure import EnclosureError
from numerics.executor import ExecutorError
from numerics.plots import PlotError
from theory import DerivationError


class BadInput(click.ClickException):
    """Bad input, or a run that cannot go on for a reason that the message states."""

    exit_code = 2


def clear_errors(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn errors of bad input into one message and exit code 2."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except (CheckpointError, EnclosureError, ExecutorError, DerivationError, PlotError) as error:
            raise BadInput(str(error)) from error
        except (ValueError, TypeError) as error:
            raise BadInput(str(error)) from error
        except OSError as error:
            raise BadInput(f"{error.strerror or error}: {error.filename or ''}".rstrip(": ")) from error

    return run
