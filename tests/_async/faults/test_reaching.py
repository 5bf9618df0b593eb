"""Servers that cannot be reached, or not securely: typed errors that name the way out, and nothing is tried in vain."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from opensandbox import Sandbox
from opensandbox._concurrency.pairs import monotonic
from opensandbox.exceptions import (
    InvalidArgumentException,
    SandboxConnectionException,
    SandboxConnectTimeoutException,
    SandboxException,
    SandboxTimeoutException,
)
from opensandbox.transport import RetryPolicy
from tests._async.attaching import AT_ONCE, BOX, config_for
from tests._async.leaks import background_has_ended, nothing_is_left
from tests.support.authorities import authority_file, client_certificate, server_context
from tests.support.backlog import port_with_full_backlog
from tests.support.deployment import Deployment
from tests.support.faults import FIN

pytestmark = pytest.mark.anyio

SOON = 10.0


async def failure_of(deployment: Deployment, **settings: Any) -> SandboxException:
    """Return what a read raises; afterwards nothing may be left."""
    async with Sandbox(BOX, connection_config=config_for(deployment, **settings)) as sandbox:
        with pytest.raises(SandboxException) as caught:
            await sandbox.get_info()
    await nothing_is_left(deployment)
    return caught.value


async def reads(deployment: Deployment, **settings: Any) -> None:
    """Read once, successfully."""
    deployment.add(BOX)
    async with Sandbox(BOX, connection_config=config_for(deployment, **settings)) as sandbox:
        assert (await sandbox.get_info()).id == BOX
    await nothing_is_left(deployment)


async def test_unknown_name_is_told(deployment: Deployment) -> None:
    failure = await failure_of(deployment, domain="sandboxes.invalid:8080")
    assert type(failure) is SandboxConnectionException
    assert "cannot reach sandboxes.invalid:8080" in str(failure)
    assert "check the domain" in str(failure)
    assert failure.is_retryable


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_refused_connection_is_told_and_tried_again(deployment: Deployment, host: str) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        attempts: list[object] = []
        policy = replace(AT_ONCE, on_retry=attempts.append)
        failure = await failure_of(
            deployment, domain=f"{host}:{nobody.getsockname()[1]}", retry_policy=policy
        )
    assert type(failure) is SandboxConnectionException
    assert "Connection refused" in str(failure)
    assert "check the domain" in str(failure)
    assert len(attempts) == policy.max_retries


async def test_default_address_without_a_server_names_the_command_that_starts_one(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", 8080)) == 0:
            pytest.fail("something listens at port 8080 of this machine; stop it")
    monkeypatch.delenv("OPEN_SANDBOX_DOMAIN", raising=False)
    failure = await failure_of(deployment, domain=None)
    assert "opensandbox-local --port 8080" in str(failure)
    assert "OPEN_SANDBOX_DOMAIN" in str(failure)


@pytest.fixture
def full_backlog() -> Iterator[int]:
    with port_with_full_backlog() as port:
        yield port


async def test_connection_that_is_never_taken_ends_with_the_request_timeout(
    deployment: Deployment, full_backlog: int
) -> None:
    start = monotonic()
    failure = await failure_of(deployment, domain=f"127.0.0.1:{full_backlog}", request_timeout=0.2)
    assert type(failure) is SandboxConnectTimeoutException
    # Programs that look for either find it.
    assert isinstance(failure, SandboxConnectionException)
    assert isinstance(failure, SandboxTimeoutException)
    assert (failure.code, failure.is_retryable) == ("CONNECTION", True)
    assert "raise request_timeout" in str(failure)
    assert monotonic() - start < SOON


async def test_creation_that_reaches_nobody_in_time_is_a_timeout(
    deployment: Deployment, full_backlog: int
) -> None:
    config = config_for(
        deployment,
        domain=f"127.0.0.1:{full_backlog}",
        request_timeout=0.2,
        retry_policy=RetryPolicy.disabled(),
    )
    with pytest.raises(SandboxTimeoutException):
        await Sandbox.create("ubuntu", connection_config=config)
    await background_has_ended()
    assert deployment.requests == []


@pytest.mark.parametrize(
    "domain",
    [
        "sandboxes.example.com:99999",
        "http://[::1",
        "ht tp://x",
        "a" * 300,
        "a..invalid",
        "xn--.invalid",
        "\u2603.invalid",
    ],
)
async def test_domain_that_is_none_is_told(deployment: Deployment, domain: str) -> None:
    failure = await failure_of(deployment, domain=domain)
    assert "domain" in str(failure)


SECURE = {"protocol": "https"}


async def test_certificate_of_a_known_authority_is_accepted(tmp_path: Path) -> None:
    with Deployment(server_context()) as deployment:
        domain = f"localhost:{deployment.port}"
        await reads(deployment, domain=domain, verify=authority_file(tmp_path), **SECURE)
        context = ssl.create_default_context(cafile=authority_file(tmp_path))
        await reads(deployment, domain=domain, verify=context, **SECURE)
        await reads(deployment, domain=domain, verify=False, **SECURE)


async def test_environment_may_name_the_authorities(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", authority_file(tmp_path))
    with Deployment(server_context()) as deployment:
        domain = f"localhost:{deployment.port}"
        await reads(deployment, domain=domain, trust_env=True, **SECURE)
        assert "set `verify`" in str(await failure_of(deployment, domain=domain, trust_env=False, **SECURE))


@pytest.mark.parametrize(
    ("context", "trusts", "advice"),
    [
        (server_context, False, "set `verify` to a file with the authority"),
        (lambda: server_context("other.example.com"), True, "use that one as domain"),
        (lambda: server_context(expired=True), True, "have it renewed"),
    ],
    ids=["unknown authority", "another name", "expired"],
)
async def test_certificate_that_does_not_fit_is_told_with_the_way_out(
    tmp_path: Path, context: Any, trusts: bool, advice: str
) -> None:
    with Deployment(context()) as deployment:
        attempts: list[object] = []
        failure = await failure_of(
            deployment,
            domain=f"localhost:{deployment.port}",
            verify=authority_file(tmp_path) if trusts else True,
            retry_policy=replace(AT_ONCE, on_retry=attempts.append),
            **SECURE,
        )
        assert type(failure) is SandboxConnectionException
        assert advice in str(failure)
        # The next attempt would fail alike.
        assert not failure.is_retryable
        assert not attempts
        assert not deployment.requests


async def test_missing_client_certificate_is_suspected(tmp_path: Path) -> None:
    with Deployment(server_context(asks_clients=True)) as deployment:
        domain = f"localhost:{deployment.port}"
        failure = await failure_of(deployment, domain=domain, verify=authority_file(tmp_path), **SECURE)
        assert type(failure) is SandboxConnectionException
        assert "set `cert`" in str(failure)


async def test_client_certificate_is_shown(tmp_path: Path) -> None:
    certificate, key = client_certificate(tmp_path)
    both = tmp_path / "both.pem"
    both.write_text(Path(key).read_text() + Path(certificate).read_text())
    with Deployment(server_context(asks_clients=True)) as deployment:
        for cert in ((certificate, key), str(both)):
            await reads(
                deployment,
                domain=f"localhost:{deployment.port}",
                verify=authority_file(tmp_path),
                cert=cert,
                **SECURE,
            )


async def test_encrypted_request_to_a_plain_port_is_told(deployment: Deployment) -> None:
    failure = await failure_of(deployment, verify=False, **SECURE)
    assert type(failure) is SandboxConnectionException
    assert "set protocol to http" in str(failure)
    assert not failure.is_retryable


async def test_plain_request_to_an_encrypted_port_is_told() -> None:
    with Deployment(server_context()) as deployment:
        failure = await failure_of(deployment, domain=f"localhost:{deployment.port}")
        assert type(failure) is SandboxConnectionException
        assert "https" in str(failure)


@pytest.mark.parametrize("setting", ["verify", "cert"])
@pytest.mark.parametrize("content", [None, "", "no certificate"])
async def test_file_that_cannot_be_used_is_told_by_name(
    deployment: Deployment, tmp_path: Path, setting: str, content: str | None
) -> None:
    path = tmp_path / "file.pem"
    if content is not None:
        path.write_text(content)
    failure = await failure_of(deployment, **{setting: str(path)}, **SECURE)
    assert type(failure) is InvalidArgumentException
    assert setting in str(failure)
    assert str(path) in str(failure)


async def test_certificate_beside_a_context_is_refused(deployment: Deployment, tmp_path: Path) -> None:
    context = ssl.create_default_context()
    failure = await failure_of(deployment, verify=context, cert=client_certificate(tmp_path), **SECURE)
    assert type(failure) is InvalidArgumentException
    assert "load_cert_chain()" in str(failure)


async def test_plain_address_builds_no_tls_context(deployment: Deployment, tmp_path: Path) -> None:
    # The file is missing: had anybody looked for it, this would fail.
    await reads(deployment, verify=str(tmp_path / "missing.pem"))


async def test_server_that_closes_at_once_is_told(deployment: Deployment) -> None:
    deployment.always("GET /v1/**", [FIN])
    failure = await failure_of(deployment)
    assert type(failure) is SandboxConnectionException
    assert "broke" in str(failure)
