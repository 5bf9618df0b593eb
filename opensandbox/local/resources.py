"""Resource amounts: `"500m"` processors, `"512Mi"` bytes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from opensandbox.local.errors import invalid, unsupported

if TYPE_CHECKING:
    from collections.abc import Mapping

_CPU = re.compile(r"(\d+(?:\.\d+)?)(m?)")
_MEMORY = re.compile(r"(\d+(?:\.\d+)?)([kmgt]?)(i?)b?", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}


def limits(amounts: Mapping[str, str]) -> tuple[float | None, int | None]:
    """Processors and bytes of memory, None where no limit is asked for; 400 for an amount that is none.

    A demand for a GPU is refused; other names are accepted and mean nothing here.
    """
    if amounts.get("gpu", "0") != "0":
        raise unsupported("resourceLimits.gpu: this server has no GPUs to give; leave gpu out")
    cpu, memory = amounts.get("cpu"), amounts.get("memory")
    return (None if cpu is None else _processors(cpu)), (None if memory is None else _bytes(memory))


def _processors(text: str) -> float:
    found = _CPU.fullmatch(text.strip())
    amount = float(found[1]) / (1000 if found[2] else 1) if found else 0.0
    if amount <= 0:
        raise invalid(f"resourceLimits.cpu: {text!r} is not an amount of processors such as '2' or '500m'")
    return amount


def _bytes(text: str) -> int:
    found = _MEMORY.fullmatch(text.strip())
    amount = int(float(found[1]) * (1024 if found[3] else 1000) ** _POWERS[found[2].lower()]) if found else 0
    if amount <= 0:
        raise invalid(f"resourceLimits.memory: {text!r} is not an amount of memory such as '512Mi' or '2G'")
    return amount
