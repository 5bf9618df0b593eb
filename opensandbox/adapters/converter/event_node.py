"""Kept for programs written for 1.1.1: one event of an execution."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class EventNode(BaseModel):
    """One event as it came, for an `ExecutionEventDispatcher`.

    Example::

        EventNode(type="stdout", text="hello", timestamp=1700000000000)
    """

    model_config = ConfigDict(extra="allow")

    type: str
    text: str | None = None
    timestamp: int | None = None
    execution_count: int | None = None
    execution_time: int | None = None
    results: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
