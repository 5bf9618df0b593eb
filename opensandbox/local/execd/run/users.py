"""Which users there are in this sandbox: those that the kernel has ids for in its user namespace."""

from __future__ import annotations

from pathlib import Path

_UNKNOWN = "its server has no more ids for it"
_reason = _UNKNOWN


def explain(reason: str | None) -> None:
    """Say why there is one user, which only the server knows."""
    global _reason
    _reason = reason or _UNKNOWN


def missing(uid: int = -1, gid: int = -1) -> str | None:
    """Why there is no user or group of that number, None where there is; -1 stands for none."""
    for kind, number in (("user", uid), ("group", gid)):
        ids = _ids(kind)
        if number != -1 and not any(first <= number < first + count for first, count in ids):
            if sum(count for _, count in ids) == 1:
                return f"{kind} {number} does not exist in this sandbox, which has one {kind}, 0: {_reason}"
            return f"{kind} {number} does not exist in this sandbox, whose {kind}s are 0 to {max(map(sum, ids)) - 1}"
    return None


def _ids(kind: str) -> list[tuple[int, int]]:
    lines = Path(f"/proc/self/{kind[0]}id_map").read_text().splitlines()
    return [(int(first), int(count)) for first, _, count in map(str.split, lines)]
