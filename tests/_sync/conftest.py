# Generated from tests/_async/conftest.py by scripts/unasync.py. Do not edit.
"""What tests of both twins share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests._sync.leaks import nothing_is_left
from tests.local.execd.daemon import Execd, running_execd
from tests.support.deployment import Deployment


@pytest.fixture(scope="session")
def execd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Execd]:
    """A daemon on a unix socket, unisolated: what it reads and writes can be looked at from outside."""
    with running_execd(tmp_path_factory.mktemp("execd")) as running:
        yield running


@pytest.fixture
def deployment() -> Iterator[Deployment]:
    """A deployment that can be made to fail. Afterwards no connection may be open, and no created sandbox left."""
    with Deployment() as deployment:
        yield deployment
        nothing_is_left(deployment)
