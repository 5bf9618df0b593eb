"""Resource amounts: `"500m"` processors, `"512Mi"` bytes, `"200"` processes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from opensandbox.local.errors import invalid, unsupported
from opensandbox.local.runtime import DEFAULT_PIDS

if TYPE_CHECKING:
    from collections.abc import Mapping

_CPU = re.compile(r"(\d+(?:\.\d+)?)(m?)")
_MEMORY = re.compile(r"(\d+(?:\.\d+)?)([kmgt]?)(i?)b?", re.IGNORECASE)
_FEWEST_PIDS, _MOST_PIDS = 8, 4 << 20
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}


@dataclass(frozen=True, slots=True)
class Limits:
    """Processors, bytes of memory, and how many processes and threads; None where no limit is asked for."""

    cpu: float | None = None
    memory: int | None = None
    pids: int = DEFAULT_PIDS


def limits(amounts: Mapping[str, str]) -> Limits:
    """What is asked for; 400 for an amount that is none.

    A demand for a GPU is refused; other names are accepted and mean nothing here.
    """
    if amounts.get("gpu", "0") != "0":
        raise unsupported("resourceLimits.gpu: this server has no GPUs to give; leave gpu out")
    cpu, memory = amounts.get("cpu"), amounts.get("memory")
    return Limits(
        cpu=None if cpu is None else _processors(cpu),
        memory=None if memory is None else _bytes(memory),
        pids=_processes(amounts.get("pids", str(DEFAULT_PIDS))),
    )


def _processes(text: str) -> int:
    # The first ones are bubblewrap's and the daemon's.
    if not re.fullmatch(r"[0-9]{1,7}", text.strip()) or not _FEWEST_PIDS <= int(text) <= _MOST_PIDS:
        raise invalid(
            f"resourceLimits.pids: {text!r} is not a number of processes from {_FEWEST_PIDS} to {_MOST_PIDS}"
        )
    return int(text)


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
