"""Which proxy of the environment a request goes through, if any."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, NamedTuple
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Proxy(NamedTuple):
    """A proxy, and the variable that names it; `None` where the settings of a program or the system do."""

    address: str
    variable: str | None = None


class EnvironmentProxies:
    """The proxies that the environment names: `proxies` by scheme, as `urllib` reads them, and the variables themselves.

    Loopback never goes through a proxy. `no_proxy` holds names, which stand for what ends in them too, addresses, networks
    (`10.0.0.0/8`) and `*`, separated by commas.
    """

    __slots__ = ("_proxies", "_variables")

    def __init__(self, proxies: Mapping[str, str], variables: Mapping[str, str]) -> None:
        self._proxies = dict(proxies)
        self._variables = variables

    def __bool__(self) -> bool:
        return bool(self._proxies)

    def choose(self, scheme: str, host: str, port: int | None) -> Proxy | None:
        """Return the proxy for a request to a host, without the scheme where the variable leaves it out."""
        kind = scheme if self._proxies.get(scheme) else "all"
        address = self._proxies.get(kind)
        if not address or is_loopback(host) or self._excepts(host, port):
            return None
        return Proxy(address if "://" in address else f"http://{address}", self._variable(kind, address))

    def _excepts(self, host: str, port: int | None) -> bool:
        place = host if port is None else f"{host}:{port}"
        excepted = [entry.strip() for entry in self._proxies.get("no", "").split(",")]
        return (
            "*" in excepted
            or bool(proxy_bypass_environment(place, self._proxies))
            or _lies_in(host, excepted)
        )

    def _variable(self, kind: str, address: str) -> str | None:
        for name in (f"{kind}_proxy", f"{kind.upper()}_PROXY"):
            if self._variables.get(name) == address:
                return name
        return None


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine by its name or address; nothing is looked up."""
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    address = _address(host)
    return address is not None and address.is_loopback


def _lies_in(host: str, excepted: Iterable[str]) -> bool:
    address = _address(host)
    if address is None:
        return False
    for entry in excepted:
        try:
            network = ipaddress.ip_network(entry.strip("[]"), strict=False)
        except ValueError:
            continue  # a name
        if address in network:
            return True
    return False


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address


def unusable(proxy: Proxy, shown: str | None, reason: str) -> str:
    """Return what to say of a proxy that cannot be used; `shown` is its address without a login."""
    if proxy.address.startswith("socks"):
        reason = 'a SOCKS proxy (socks5:// or socks5h://) needs the extra `socks`: pip install "opensandbox[socks]"'
    if proxy.variable is None:
        return (
            f"proxy {shown!r} cannot be used: {reason}; give an address such as http://proxy.example.com:3128"
        )
    return (
        f"the proxy {shown!r} that the variable {proxy.variable} names cannot be used: {reason}; correct or unset it, except the "
        "host in NO_PROXY, or set trust_env=False in the connection config"
    )
