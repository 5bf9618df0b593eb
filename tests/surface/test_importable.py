"""Every public name that a module of the published package passes on can be imported from ours, and is the same object."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest

from opensandbox._core.lazy import PUBLIC

MODULES = {
    module: names.split()
    for module, names in json.loads(Path(__file__).with_name("importable.json").read_text()).items()
}


def test_the_record_is_whole() -> None:
    assert len(MODULES) == 43
    assert sum(map(len, MODULES.values())) == 577


@pytest.mark.parametrize("module", MODULES)
def test_names_can_be_imported_from_where_programs_look_for_them(module: str) -> None:
    found = importlib.import_module(module)
    homes = [importlib.import_module(home) for home in PUBLIC]
    for name in MODULES[module]:
        value = getattr(found, name)
        at_home = [getattr(home, name) for home in homes if name in getattr(home, "__all__", ())]
        assert all(value is other for other in at_home), name


def test_names_that_nobody_has_are_told_in_the_usual_way() -> None:
    with pytest.raises(ImportError, match="cannot import name 'Sandbok'"):
        exec("from opensandbox.sandbox import Sandbok")
    assert not hasattr(importlib.import_module("opensandbox.manager"), "__wrapped__")
