from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.local.runtime.boxes import STARTERS, BoxHost, Sandbox, box_host

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module", params=STARTERS)
def host(request: pytest.FixtureRequest) -> Iterator[BoxHost]:
    """A runtime in a process of its own, once started by root and once by an ordinary user."""
    with box_host(request.param) as running:
        yield running


@pytest.fixture(scope="module")
def sandbox(host: BoxHost) -> Sandbox:
    """A sandbox that the tests of a module share; for tests that change nothing others see."""
    return host.launch()
