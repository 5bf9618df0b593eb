"""What `make test` runs of a set that `make test-all` runs whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import pytest

Test = TypeVar("Test", bound=Callable[..., Any])

REAL = (
    "control/test_by_id.py",
    "control/test_guesses.py",
    "control/test_idle_real.py",
    "files/test_opened.py",
    "files/test_plain.py",
    "network/test_endpoints_real.py",
    "network/test_port_rules.py",
    "network/test_vault.py",
    "odd/test_inside.py",
    "odd/test_odd_files.py",
    "odd/test_own_programs.py",
    "odd/test_trees.py",
    "run/test_code_languages.py",
    "run/test_code_real.py",
    "run/test_commands_real.py",
    "run/test_isolation.py",
    "run/test_processes.py",
    "test_real_manners.py",
)
"""What tries real sandboxes at length, through calls whose blocking twin is generated and waits for nothing of its own."""


def is_copy(nodeid: str) -> bool:
    """Return whether a test repeats for the blocking twin what another asks of a real sandbox, so that it can be long."""
    return nodeid.partition("::")[0].removeprefix("tests/_sync/") in REAL


def some_of(values: Iterable[Any], *, every: int) -> list[Any]:
    """Mark all values but every so many-th as long: for sets in which each value tries the same code on another example."""
    return [
        pytest.param(value, marks=pytest.mark.long if index % every else ())
        for index, value in enumerate(values)
    ]


def once(twin: str) -> Callable[[Test], Test]:
    """Mark what decorates the blocking twin as long: what moves much data through code that is generated from the other's."""
    return pytest.mark.long if twin == "_sync" else lambda test: test
