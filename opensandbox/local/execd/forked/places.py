"""Where a process that was started outside finds its modules inside: the same files, at other places."""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

_PREFIXES = ("prefix", "exec_prefix", "base_prefix", "base_exec_prefix")
_ATTRIBUTES = ("__file__", "__cached__", "origin", "cached")


class Places:
    """Tells Python that its files are elsewhere, and back.

    `moves` are pairs of a directory outside and the same one inside, the first that fits holds. `executable` starts Python inside. The zygote
    is in the state of `inside` when it forks: to change the modules later would copy the pages of all of them for each sandbox.
    """

    def __init__(self, moves: Sequence[Sequence[str]], executable: str) -> None:
        self._moves = moves
        self._executable = executable
        self._before: list[tuple[object, str, object]] = []

    def inside(self) -> None:
        """What is imported from now on comes from the read-only mounts inside, as in a daemon that was started there."""
        self._set(sys, "path", list(dict.fromkeys(map(self._moved, sys.path))))
        for name in _PREFIXES:
            self._set(sys, name, self._moved(getattr(sys, name)))
        self._set(sys, "executable", self._executable)
        for module in list(sys.modules.values()):
            for place in (module, getattr(module, "__spec__", None)):
                for name in _ATTRIBUTES:
                    known = getattr(place, name, None)
                    if (moved := self._moved(known)) != known:
                        self._set(place, name, moved)
            if isinstance(parts := getattr(module, "__path__", None), list):
                moved_parts = [self._moved(part) for part in parts]
                self._set(module, "__path__", moved_parts)
                if isinstance(module.__spec__, ModuleSpec):
                    self._set(module.__spec__, "submodule_search_locations", moved_parts)
        sys.path_importer_cache.clear()

    def outside(self) -> None:
        """What is imported from now on comes from this machine, as before `inside`."""
        while self._before:
            owner, name, value = self._before.pop()
            setattr(owner, name, value)
        sys.path_importer_cache.clear()

    def _set(self, owner: object, name: str, value: object) -> None:
        self._before.append((owner, name, getattr(owner, name)))
        setattr(owner, name, value)

    def _moved(self, path: Any) -> Any:
        for outside, inside in self._moves if isinstance(path, str) else ():
            if path == outside or path.startswith(f"{outside}/"):
                return inside + path[len(outside) :]
        return path
