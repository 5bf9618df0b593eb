"""Every operation of the specs: how the SDK reaches it, and with what a generated client sends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opensandbox.contract.operations import egress, execd, lifecycle

if TYPE_CHECKING:
    from opensandbox.contract.operations.cases import Case

CASES: dict[str, Case] = {**lifecycle.CASES, **execd.CASES, **egress.CASES}
"""The operations by their `operationId`, in the order in which they are tried."""
