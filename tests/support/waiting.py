"""Waiting for a condition, in both twins; a condition that stays false fails the test."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

PATIENCE = 30.0
"""Seconds after which a condition counts as one that stays false, on a machine however busy."""
PAUSE = 0.002


async def async_until(condition: Callable[[], object]) -> None:
    """Return as soon as `condition` holds."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "the condition stayed false"
        await asyncio.sleep(PAUSE)


def until(condition: Callable[[], object]) -> None:
    """Return as soon as `condition` holds."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "the condition stayed false"
        time.sleep(PAUSE)
