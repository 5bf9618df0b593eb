"""What every test sees."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.redis import RedisServer


def pytest_configure() -> None:
    """Take back an interrupt that is ignored, as in the background of a shell script: programs under test inherit that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


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
