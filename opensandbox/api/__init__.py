"""Kept for programs written for 1.1.1: the generated clients under the names of the published package.

`opensandbox.api.execd.models` *is* `opensandbox_api.execd.models`, and so for every module below, so that classes are
the same whichever way they are imported. New code imports `opensandbox_api`.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

REAL = "opensandbox_api"


class AliasLoader(Loader):
    """Loads a module by handing out another one."""

    def __init__(self, real: str) -> None:
        self._real = real
        self._spec: ModuleSpec | None = None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return the real module."""
        module = import_module(self._real)
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing but give the module its own specification back, which the import system has replaced."""
        module.__spec__ = self._spec


class AliasFinder(MetaPathFinder):
    """Finds `opensandbox.api.<anything>` in the generated package."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return how the alias is loaded, `None` for everything else."""
        if not fullname.startswith(f"{__name__}."):
            return None
        real = REAL + fullname.removeprefix(__name__)
        found = find_spec(real)
        if found is None:
            return None
        return ModuleSpec(
            fullname, AliasLoader(real), is_package=found.submodule_search_locations is not None
        )


sys.meta_path.insert(0, AliasFinder())
