"""Why a command ends without having done what it should."""

from __future__ import annotations

from typing import Final

from opensandbox.local.startup import USAGE_ERROR

NO_STATUS: Final = 255
"""The exit status where the program inside has none: it never ran, or its sandbox was ended by somebody."""


class CommandError(Exception):
    """One line for standard error, and an exit status."""

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.status = status


class UsageProblem(CommandError):
    """The words make no command line; the message names the way out."""

    def __init__(self, message: str) -> None:
        super().__init__(message, USAGE_ERROR)
