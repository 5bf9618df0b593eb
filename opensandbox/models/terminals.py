"""Interactive terminals: what they print, and how they stand."""

from __future__ import annotations

from typing import NamedTuple

from opensandbox.models.base import Answer


class TerminalOutput(NamedTuple):
    """A piece of what a terminal printed. `offset` is where it begins, counted in bytes from the start of the session.

    `is_error` tells standard error, which is apart only where the program runs on pipes (`pty=False`).
    """

    data: bytes
    offset: int
    is_error: bool = False


class TerminalStatus(Answer):
    """A terminal session: whether its program runs, and how many bytes it has printed so far."""

    session_id: str
    running: bool
    output_offset: int
