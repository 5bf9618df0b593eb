"""Names that load their module when first used (PEP 562), so that importing a package costs next to nothing."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from types import ModuleType


def lazy_exports(
    package: str, homes: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return the `__getattr__` and `__dir__` of a package that passes on names from other modules.

    `homes` maps each module to the names it is asked for, separated by blanks. Type checkers do not see
    them: repeat them as imports under `TYPE_CHECKING`.

        __getattr__, __dir__ = lazy_exports(__name__, {"opensandbox.models.network": "NetworkPolicy NetworkRule"})
    """
    home_of = {name: home for home, names in homes.items() for name in names.split()}

    def load(name: str) -> Any:
        home = home_of.get(name)
        if home is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(home), name)
        # The next access finds the name without coming here.
        setattr(sys.modules[package], name, value)
        return value

    def names() -> list[str]:
        module = sys.modules[package]
        special = (name for name in vars(module) if name.startswith("__"))
        return sorted({*special, *getattr(module, "__all__", home_of)})

    return load, names


PUBLIC = (
    "opensandbox.config",
    "opensandbox.exceptions",
    "opensandbox.models",
    "opensandbox.models.sandboxes",
    "opensandbox.models.execd",
    "opensandbox.models.execd_sync",
    "opensandbox.models.filesystem",
    "opensandbox.models.isolated",
    "opensandbox.models.templates",
    "opensandbox.models.diagnostics",
    "opensandbox.pool_types",
    "opensandbox.services",
    "opensandbox.sync.services",
    "opensandbox.transport",
    "opensandbox",
)
"""Where public names are at home, those first that cost least to load."""


def public_names(module: str) -> Callable[[str], Any]:
    """Return the `__getattr__` of a module that can be asked for every public name of the package.

    In the published package a module passes on the names that it uses itself, and programs import them from there. Here it
    is one rule, not a list: what a module does not have comes from where it is at home.

        __getattr__ = public_names(__name__)
    """

    def load(name: str) -> Any:
        if not name.startswith("_"):
            for home in map(import_module, PUBLIC):
                if name in _exported(home):
                    value = getattr(home, name)
                    setattr(sys.modules[module], name, value)
                    return value
        raise AttributeError(f"module {module!r} has no attribute {name!r}")

    return load


def _exported(module: ModuleType) -> Collection[str]:
    names: Collection[str] | None = getattr(module, "__all__", None)
    if names is None:
        names = {
            name
            for name, value in vars(module).items()
            if getattr(value, "__module__", None) == module.__name__ and not name.startswith("_")
        }
    return names
