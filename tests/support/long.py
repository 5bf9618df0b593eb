"""What `make test` runs of a set that `make test-all` runs whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import pytest

Test = TypeVar("Test", bound=Callable[..., Any])


def some_of(values: Iterable[Any], *, every: int) -> list[Any]:
    """Mark all values but every so many-th as long: for sets in which each value tries the same code on another example."""
    return [
        pytest.param(value, marks=pytest.mark.long if index % every else ())
        for index, value in enumerate(values)
    ]


def once(twin: str) -> Callable[[Test], Test]:
    """Mark what decorates the blocking twin as long: what moves much data through code that is generated from the other's."""
    return pytest.mark.long if twin == "_sync" else lambda test: test
