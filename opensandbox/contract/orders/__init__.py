"""The orders, times and bounds that no schema can say, and that clients lean on all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opensandbox.contract.orders import code, commands, egress, files, lists, sessions, states

if TYPE_CHECKING:
    from opensandbox.contract.checks import Check

CHECKS: list[Check] = [
    check for module in (states, lists, commands, sessions, code, files, egress) for check in module.order.all
]
"""All of them, in the order in which they are tried."""
