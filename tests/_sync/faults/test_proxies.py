# Generated from tests/_async/faults/test_proxies.py by scripts/unasync.py. Do not edit.
"""Proxies: by setting and by environment, for plain and encrypted addresses, with a login, and when they fail."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from opensandbox import SandboxSync
from opensandbox.exceptions import (
    InvalidArgumentException,
    SandboxConnectionException,
    SandboxConnectTimeoutException,
    SandboxException,
)
from tests._sync.attaching import AT_ONCE, BOX, config_for
from tests._sync.leaks import connections_in_use
from tests.support.authorities import authority_file, server_context
from tests.support.deployment import Deployment
from tests.support.faults import HOLD, answer
from tests.support.proxy import Proxy
from tests.support.socks import SocksProxy

LOGIN = "user:proxy-password-that-nobody-may-see"
SHORT = timedelta(seconds=0.3)
NAME = "sandboxes.example.com"
ENVIRONMENT = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with Proxy() as proxy:
        yield proxy


def use(deployment: Deployment, **settings: Any) -> None:
    """Read the record, run a command."""
    deployment.add(BOX)
    with SandboxSync(BOX, connection_config=config_for(deployment, **settings)) as sandbox:
        assert (sandbox.get_info()).id == BOX
        assert (sandbox.commands.run("make")).exit_code == 0
        assert not connections_in_use()


def failure_of(deployment: Deployment, **settings: Any) -> SandboxException:
    with SandboxSync(BOX, connection_config=config_for(deployment, **settings)) as sandbox:
        with pytest.raises(SandboxException) as caught:
            sandbox.get_info()
        assert not connections_in_use()
    return caught.value


def test_plain_requests_go_through_the_proxy_that_is_set(deployment: Deployment, proxy: Proxy) -> None:
    use(deployment, proxy=f"http://{proxy.address}")
    address = f"http://{deployment.address}"
    assert proxy.lines[0] == f"GET {address}/v1/sandboxes/{BOX} HTTP/1.1"
    assert {line.split(" ")[1].rpartition("/v1")[0] or address for line in proxy.lines} == {address}


def test_encrypted_requests_go_through_a_tunnel(tmp_path: Path, proxy: Proxy) -> None:
    with Deployment(server_context()) as deployment:
        domain = f"localhost:{deployment.port}"
        use(
            deployment,
            domain=domain,
            protocol="https",
            verify=authority_file(tmp_path),
            proxy=f"http://{proxy.address}",
        )
        assert proxy.lines == [f"CONNECT {domain} HTTP/1.1"]
        # What goes through is for the server alone.
        assert b"OPEN-SANDBOX-API-KEY".lower() not in b"".join(proxy.heads).lower()


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("scheme", ["http://", ""])
def test_proxy_of_the_environment_is_used(
    deployment: Deployment, proxy: Proxy, monkeypatch: pytest.MonkeyPatch, variable: str, scheme: str
) -> None:
    monkeypatch.setenv(variable, scheme + proxy.address)
    use(deployment, trust_env=True, domain=f"{NAME}:{deployment.port}")
    assert proxy.lines


def test_proxy_of_the_environment_tunnels(
    tmp_path: Path, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy.address}")
    with Deployment(server_context(NAME)) as deployment:
        domain = f"{NAME}:{deployment.port}"
        settings = {"protocol": "https", "verify": authority_file(tmp_path)}
        with SandboxSync(
            BOX, connection_config=config_for(deployment, domain=domain, trust_env=True, **settings)
        ) as box:
            deployment.add(BOX)
            assert (box.get_info()).id == BOX
        assert proxy.lines == [f"CONNECT {domain} HTTP/1.1"]


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9", "socks5://127.0.0.1:9", "socks://127.0.0.1:9", "nonsense://"]
)
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_is_reached_whatever_the_environment_says(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, address: str, host: str
) -> None:
    for variable in ("HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(variable, address)
    use(deployment, trust_env=True, domain=f"{host}:{deployment.port}")


@pytest.mark.parametrize("excepted", ["sandboxes.example.com", "*", "example.org, example.com"])
def test_no_proxy_is_respected(
    deployment: Deployment, proxy: Proxy, monkeypatch: pytest.MonkeyPatch, excepted: str
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://{proxy.address}")
    monkeypatch.setenv("NO_PROXY", excepted)
    failure = failure_of(deployment, trust_env=True, domain=f"{NAME}:{deployment.port}")
    assert "through proxy" not in str(failure)  # the name means nothing to this machine
    assert not proxy.lines


@pytest.mark.parametrize(
    "address", ["socks://proxy.example.com:1", "nonsense://proxy.example.com", "http://:3128"]
)
def test_a_proxy_of_the_environment_that_cannot_be_used_is_told_by_its_variable(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", address)
    failure = failure_of(deployment, trust_env=True, domain=f"{NAME}:{deployment.port}")
    assert type(failure) is InvalidArgumentException
    assert "ALL_PROXY" in str(failure)
    assert "trust_env=False" in str(failure)


def test_environment_is_not_read_when_it_is_not_trusted(
    deployment: Deployment, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://{proxy.address}")
    use(deployment, trust_env=False)
    assert not proxy.lines


def test_proxy_that_is_set_beats_the_environment(
    deployment: Deployment, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.invalid:3128")
    monkeypatch.setenv("NO_PROXY", "*")
    use(deployment, trust_env=True, proxy=f"http://{proxy.address}")
    assert proxy.lines


def test_login_goes_to_the_proxy_and_to_nobody_else(tmp_path: Path) -> None:
    with Proxy(LOGIN) as proxy, Deployment(server_context()) as deployment:
        settings = {"protocol": "https", "verify": authority_file(tmp_path)}
        use(
            deployment,
            domain=f"localhost:{deployment.port}",
            proxy=f"http://{LOGIN}@{proxy.address}",
            **settings,
        )
        assert all("proxy-authorization" not in request.headers for request in deployment.requests)


@pytest.mark.parametrize("protocol", ["http", "https"])
def test_proxy_that_refuses_is_told(deployment: Deployment, protocol: str) -> None:
    with Proxy(LOGIN) as proxy:
        address = f"http://user:wrong-password@{proxy.address}"
        failure = failure_of(deployment, proxy=address, protocol=protocol)
    assert "407" in str(failure)
    assert "wrong-password" not in repr(failure) + str(failure)
    assert not deployment.requests


@pytest.mark.parametrize(("status", "attempts"), [(502, 2), (503, 2), (504, 2), (407, 1), (403, 1)])
def test_a_proxy_that_did_not_get_through_is_asked_again_whatever_is_sent(
    tmp_path: Path, status: int, attempts: int
) -> None:
    with Proxy() as proxy, Deployment(server_context()) as deployment:
        deployment.add(BOX)
        proxy.refusals = [answer(status)]
        settings = {"protocol": "https", "verify": authority_file(tmp_path), "retry_policy": AT_ONCE}
        config = config_for(
            deployment,
            domain=f"localhost:{deployment.port}",
            proxy=f"http://{proxy.address}",
            **settings,
        )
        with SandboxSync(BOX, connection_config=config) as box:
            if attempts == 1:
                with pytest.raises(SandboxConnectionException, match=str(status)):
                    box.pause()
            else:
                box.pause()
        assert len(proxy.lines) == attempts
        assert deployment.lines() == [f"POST /v1/sandboxes/{BOX}/pause"] * (attempts - 1)


def test_proxy_that_is_not_there_is_told_without_its_login(deployment: Deployment) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{nobody.getsockname()[1]}"
        failure = failure_of(deployment, proxy=f"http://{LOGIN}@{address}")
    assert type(failure) is SandboxConnectionException
    assert f"through proxy {address}" in str(failure)
    assert "check the proxy" in str(failure)
    assert LOGIN not in str(failure)


@pytest.mark.parametrize(
    "proxy_address", ["ftp://proxy.example.com", "http://:3128", "socks9://x", "proxy.example.com:port"]
)
def test_proxy_that_is_no_address_is_told(deployment: Deployment, proxy_address: str) -> None:
    failure = failure_of(deployment, proxy=proxy_address)
    assert type(failure) is InvalidArgumentException
    assert "proxy" in str(failure)


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
def test_socks_proxy_is_asked_by_name(tmp_path: Path, scheme: str) -> None:
    with SocksProxy() as proxy, Deployment(server_context()) as encrypted, Deployment() as plain:
        for deployment, protocol in ((encrypted, "https"), (plain, "http")):
            use(
                deployment,
                domain=f"localhost:{deployment.port}",
                protocol=protocol,
                verify=authority_file(tmp_path),
                proxy=f"{scheme}://{proxy.address}",
            )
        asked = {f"localhost:{encrypted.port}", f"localhost:{plain.port}"}
        assert asked <= set(proxy.asked) <= {*asked, plain.address}


def test_socks_proxy_gets_the_login(deployment: Deployment) -> None:
    with SocksProxy(LOGIN) as proxy:
        use(deployment, proxy=f"socks5://{LOGIN}@{proxy.address}")
        assert set(proxy.asked) == {deployment.address}


@pytest.mark.parametrize(
    ("login", "given", "refusal", "reason"),
    [
        (LOGIN, "", 0, "wants a login"),
        (LOGIN, "user:wrong-password@", 0, "refuses the login"),
        (None, f"{LOGIN}@", 0, "takes no login"),
        (None, "", 2, "rules do not allow"),
        (None, "", 5, "refused the connection"),
        (None, "", 77, "malformed reply"),
    ],
)
def test_socks_proxy_that_refuses_is_told(
    deployment: Deployment, login: str | None, given: str, refusal: int, reason: str
) -> None:
    with SocksProxy(login, refusal) as proxy:
        failure = failure_of(deployment, proxy=f"socks5://{given}{proxy.address}")
    assert type(failure) is SandboxConnectionException
    assert reason in str(failure)
    assert "password" not in repr(failure) + str(failure)
    assert not deployment.requests


def test_proxy_that_is_no_socks_proxy_is_told(deployment: Deployment, proxy: Proxy) -> None:
    failure = failure_of(deployment, proxy=f"socks5://{deployment.address}")
    assert type(failure) is SandboxConnectionException
    assert "SOCKS" in str(failure)


@pytest.mark.parametrize("protocol", ["http", "https"])
def test_proxy_may_be_encrypted_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, protocol: str
) -> None:
    # The settings are about the server; a proxy is trusted as the environment says.
    monkeypatch.setenv("SSL_CERT_FILE", authority_file(tmp_path))
    context = server_context() if protocol == "https" else None
    with Proxy(LOGIN, server_context()) as proxy, Deployment(context) as deployment:
        use(
            deployment,
            domain=f"localhost:{deployment.port}",
            protocol=protocol,
            verify=authority_file(tmp_path),
            trust_env=True,
            proxy=f"https://{LOGIN}@localhost:{proxy.address.rpartition(':')[2]}",
        )
        assert proxy.lines


def test_tunnel_that_is_never_opened_ends_in_time(tmp_path: Path) -> None:
    with Deployment() as silent:
        silent.always("CONNECT **", [HOLD])
        settings = {"protocol": "https", "verify": authority_file(tmp_path), "request_timeout": SHORT}
        failure = failure_of(silent, proxy=f"http://{silent.address}", **settings)
    assert type(failure) is SandboxConnectTimeoutException
