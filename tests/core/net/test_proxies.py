"""Which proxy of the environment a request goes through."""

from __future__ import annotations

import pytest

from opensandbox._core.net.proxies import EnvironmentProxies, Proxy, is_loopback, unusable

HTTP = "http://proxy.example.com:3128"


def chosen(scheme: str, host: str, port: int | None = None, **proxies: str) -> str | None:
    found = EnvironmentProxies(proxies, {}).choose(scheme, host, port)
    return found and found.address


@pytest.mark.parametrize(
    ("scheme", "proxies", "expected"),
    [
        ("http", {"http": HTTP}, HTTP),
        ("https", {"http": HTTP}, None),
        ("https", {"https": HTTP, "http": "http://other"}, HTTP),
        ("https", {"all": HTTP}, HTTP),
        ("http", {"all": "http://other", "http": HTTP}, HTTP),
        ("http", {"http": "", "all": HTTP}, HTTP),
        ("http", {"http": "proxy.example.com:3128"}, HTTP),
        ("http", {"all": "socks5://proxy.example.com:1080"}, "socks5://proxy.example.com:1080"),
        ("http", {}, None),
    ],
)
def test_the_scheme_decides(scheme: str, proxies: dict[str, str], expected: str | None) -> None:
    assert chosen(scheme, "sandboxes.example.org", **proxies) == expected


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST",
        "box.localhost",
        "localhost.",
        "127.0.0.1",
        "127.9.9.9",
        "::1",
        "[::1]",
        "::ffff:127.0.0.1",
    ],
)
def test_this_machine_is_never_reached_through_a_proxy(host: str) -> None:
    assert is_loopback(host)
    assert chosen("http", host, 8080, http=HTTP, all=HTTP) is None


@pytest.mark.parametrize(
    "host", ["localhost.example.com", "10.0.0.1", "128.0.0.1", "::2", "sandboxes", "127.example.com"]
)
def test_other_hosts_are(host: str) -> None:
    assert chosen("http", host, http=HTTP) == HTTP


@pytest.mark.parametrize(
    ("excepted", "host", "direct"),
    [
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.0/8", "11.1.2.3", False),
        ("10.0.0.5/8", "10.1.2.3", True),
        ("172.16.0.0/12, 192.168.0.0/16", "192.168.7.7", True),
        ("fd00::/8", "fd00::7", True),
        ("fd00::/8", "[fd00::7]", True),
        ("10.1.2.3", "10.1.2.3", True),
        ("10.0.0.0/33", "10.1.2.3", False),
        ("10.0.0.0/8", "10.example.com", False),
        ("example.com", "sandboxes.example.com", True),
        (".example.com", "sandboxes.example.com", True),
        ("example.com", "example.org", False),
        ("sandboxes.example.com:8080", "sandboxes.example.com", True),
        ("sandboxes.example.com:9090", "sandboxes.example.com", False),
        ("*", "sandboxes.example.com", True),
        ("example.org, *", "sandboxes.example.com", True),
        ("", "sandboxes.example.com", False),
    ],
)
def test_no_proxy_excepts_names_and_networks(excepted: str, host: str, direct: bool) -> None:
    assert (chosen("http", host, 8080, http=HTTP, no=excepted) is None) is direct


def test_the_variable_is_known() -> None:
    proxies = EnvironmentProxies(
        {"http": HTTP, "all": "socks5://x"}, {"HTTP_PROXY": HTTP, "all_proxy": "socks5://x"}
    )
    assert proxies.choose("http", "example.org", None) == Proxy(HTTP, "HTTP_PROXY")
    assert proxies.choose("https", "example.org", None) == Proxy("socks5://x", "all_proxy")


def test_what_cannot_be_used_is_told_with_the_way_out() -> None:
    told = unusable(Proxy("socks5://user:secret@x:1", "ALL_PROXY"), "socks5://x:1", "no module")
    for word in ("ALL_PROXY", "socks5://x:1", "opensandbox[socks]", "trust_env=False", "NO_PROXY"):
        assert word in told
    assert "secret" not in told
    assert "variable" not in unusable(Proxy("ftp://x"), "ftp://x", "unknown scheme")
