"""Runs `test_usage.py` against the embedded server, or against the deployment that `OPEN_SANDBOX_DOMAIN` names.

`test_usage.py` reads its settings when it is imported. The server starts with the first test only, so what is known
by then alone (the address, the key) is set in the module afterwards.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from opensandbox.local import LocalServer

# Nothing is skipped: these switch on the tests that a deployment may lack the means for.
os.environ.setdefault("OPENSANDBOX_TEST_EGRESS", "1")
OWN_REDIS = "that of the tests"
os.environ.setdefault("OPENSANDBOX_TEST_REDIS_URL", OWN_REDIS)


@pytest.fixture(scope="session")
def embedded_server() -> Iterator[LocalServer | None]:
    if os.environ.get("OPEN_SANDBOX_DOMAIN"):
        yield None
        return
    with LocalServer() as server:
        yield server


@pytest.fixture(autouse=True)
def settings(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, embedded_server: LocalServer | None
) -> None:
    if embedded_server is not None:
        monkeypatch.setattr(request.module, "DOMAIN", embedded_server.domain)
        monkeypatch.setattr(request.module, "API_KEY", embedded_server.api_key)
    if "redis" in request.node.name and request.module.REDIS_URL == OWN_REDIS:
        monkeypatch.setattr(request.module, "REDIS_URL", request.getfixturevalue("redis_server").url)
