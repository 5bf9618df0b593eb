"""What every test sees: a Redis, and a watch over the contract with servers."""

from __future__ import annotations

import signal
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.support import distribution
from tests.support.contract.watching import WATCH
from tests.support.long import is_copy
from tests.support.redis import RedisServer

# No example fails for the time it takes: how busy the machine is, is not what a test is about.
settings.register_profile(
    "untimed", parent=settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("untimed")


@pytest.fixture
def tmp_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory with a short name, for the sake of sockets: theirs end after 107 bytes."""
    return tmp_path_factory.mktemp("t")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run the tests that are marked `anyio` on asyncio, the one event loop that the package supports."""
    return "asyncio"


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """A Redis that all tests share: each uses a key prefix of its own. Tests that disturb a server start another."""
    with RedisServer() as server:
        yield server


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "off_contract(reason): what travels in this test breaks the specs on purpose; says why"
    )
    config.addinivalue_line("markers", "long: takes minutes; `make test-all` runs it, `make test` does not")
    config.addinivalue_line("markers", "explore: looks for faults at random; runs by `make explore` alone")
    # Where interrupts are ignored, as in the background of a shell script, the programs under test would inherit that.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    WATCH.begin()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> distribution.Scheduling | None:
    return distribution.Scheduling(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if is_copy(item.nodeid):
            item.add_marker(pytest.mark.long)
    items.sort(key=lambda item: distribution.place(item.nodeid))
    if "explore" in config.option.markexpr:
        return
    explorers = [item for item in items if item.get_closest_marker("explore") is not None]
    if explorers:
        config.hook.pytest_deselected(items=explorers)
        items[:] = [item for item in items if item not in explorers]


def pytest_unconfigure() -> None:
    WATCH.end()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None]:
    yield from _within_contract(item, "setup")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    yield from _within_contract(item, "call")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    yield from _within_contract(item, "teardown")


def pytest_sessionfinish(session: pytest.Session) -> None:
    # What a stream that nobody waited for brought after its test.
    if late := WATCH.take():
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        print("\nThe contract was broken after the tests:", *late, sep="\n  ")


def _within_contract(item: pytest.Item, phase: str) -> Generator[None]:
    try:
        yield
    except BaseException:
        _report(item, phase, WATCH.take())
        raise
    _report(item, phase, found := WATCH.take())
    if found and item.get_closest_marker("off_contract") is None:
        pytest.fail("what travelled breaks the contract:\n" + "\n".join(found), pytrace=False)


def _report(item: pytest.Item, phase: str, found: list[str]) -> None:
    if found:
        item.add_report_section(phase, "contract", "\n".join(found))
