"""What every test sees."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run the tests that are marked `anyio` on asyncio, the one event loop that the package supports."""
    return "asyncio"
