"""A good server behind a proxy that plants faults in it, and one run of the contract program for all of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from opensandbox.contract.results import Outcome
from opensandbox.contract.runner import Runner
from opensandbox.local import LocalServer
from tests.support.meddling import Meddler
from tests.support.planting import new_runner, with_patience


@pytest.fixture(scope="module")
def proxy() -> Iterator[Meddler]:
    with LocalServer(spares=1, manners="kind") as server, Meddler(server.url, server.api_key) as meddler:
        yield meddler


@pytest.fixture(scope="module")
def shared(proxy: Meddler) -> Iterator[Runner]:
    """One world for all faults, with all that is shared made before the first of them."""
    runner = new_runner(proxy)
    world = runner.world
    for part in (world.sandbox, world.policed, world.shell, world.code, world.snapshot):
        assert part
    yield runner
    assert runner.sweep().outcome is Outcome.SUPPORTED
    world.close()


@pytest.fixture
def meddler(proxy: Meddler) -> Iterator[Meddler]:
    """The proxy, which behaves again after each test."""
    yield proxy
    proxy.behave()


@pytest.fixture
def runner(meddler: Meddler, shared: Runner) -> Iterator[Runner]:
    """The shared run, as patient as it was."""
    yield shared
    with_patience(shared, 60)
    shared.report.rows.clear()
