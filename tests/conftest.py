"""What every test sees."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.redis import RedisServer


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run the tests that are marked `anyio` on asyncio, the one event loop that the package supports."""
    return "asyncio"


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """A Redis that all tests share: each uses a key prefix of its own. Tests that disturb a server start another."""
    with RedisServer() as server:
        yield server
