"""Processes inside a sandbox."""

from __future__ import annotations

from datetime import timedelta

from opensandbox.models.base import Answer


class ProcessInfo(Answer):
    """A process of a sandbox: `state` is the letter of the system (`R` runs, `S` sleeps, `Z` has ended), `memory` are bytes."""

    pid: int
    parent_pid: int
    user: str
    state: str
    cpu_time: timedelta
    memory: int
    command: list[str]
