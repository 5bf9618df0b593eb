"""Packages that pip installs from the real index: once in a run of the tests, however many processes that has."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest


def shared_packages(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """Return variables under which servers share the packages of this run. Downloads are kept where pip keeps them anyway."""
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    downloads = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "pip")
    return {"PIP_CACHE_DIR": str(downloads), **os.environ, "XDG_CACHE_HOME": str(base / "cache")}
