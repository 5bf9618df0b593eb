"""Where a process that was started outside finds its modules inside: the same files, at other places."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

_PREFIXES = ("prefix", "exec_prefix", "base_prefix", "base_exec_prefix")


def move(moves: Sequence[Sequence[str]], executable: str) -> None:
    """Tell Python that its files are elsewhere now. `moves` are pairs of a directory outside and the same one inside, the first that fits holds.

    What is imported later then comes from the read-only mounts inside, as in a daemon that was started there. `executable` starts Python
    there.
    """

    def moved(path: Any) -> Any:
        for outside, inside in moves if isinstance(path, str) else ():
            if path == outside or path.startswith(f"{outside}/"):
                return inside + path[len(outside) :]
        return path

    sys.path[:] = dict.fromkeys(map(moved, sys.path))
    for name in _PREFIXES:
        setattr(sys, name, moved(getattr(sys, name)))
    sys.executable = executable
    sys.path_importer_cache.clear()
    for module in list(sys.modules.values()):
        for place in (module, getattr(module, "__spec__", None)):
            for name in ("__file__", "__cached__", "origin", "cached"):
                if isinstance(known := getattr(place, name, None), str):
                    setattr(place, name, moved(known))
        if isinstance(parts := getattr(module, "__path__", None), list):
            parts[:] = map(moved, parts)
