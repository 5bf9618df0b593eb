"""From names to addresses that may be connected to. Names are looked up here, outside, and never by a sandbox."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

from opensandbox.local.egress.destination import normal_name, parse_address, unwrapped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opensandbox.local.egress.destination import Address, Destination

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# All of IPv6 that the internet has: what lies outside embeds addresses of IPv4, is local, or is not given to anybody.
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
_DOCUMENTATION = ipaddress.ip_network("3fff::/20")


@dataclass(frozen=True, slots=True)
class Pinned:
    """Where a name leads by the server's own settings: an address, and another port when `port` is given."""

    address: Address
    port: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """One address to try. `trusted`: the server's settings say so, no range is off limits."""

    address: Address
    port: int
    trusted: bool = False


class LookupFailed(OSError):
    """A name that has no address."""


class Resolver:
    """Looks names up once per connection; what comes back is what is connected to, so no second answer can differ.

    `pinned` names are not looked up. Raises nothing at construction.
    """

    def __init__(self, pinned: Mapping[str, Pinned]) -> None:
        self._pinned = dict(pinned)

    async def places(self, destination: Destination) -> list[Place]:
        """The addresses of a destination in the order to try them. Raises LookupFailed."""
        if pin := self._pinned.get(destination.host):
            return [Place(pin.address, pin.port or destination.port, trusted=True)]
        if destination.address is not None:
            return [Place(destination.address, destination.port)]
        try:
            found = await asyncio.get_running_loop().getaddrinfo(
                destination.host, destination.port, type=socket.SOCK_STREAM
            )
        except (OSError, UnicodeError) as error:
            raise LookupFailed(f"{destination.host} cannot be looked up: {error}") from error
        addresses = dict.fromkeys(parse_address(str(entry[4][0]).partition("%")[0]) for entry in found)
        return [Place(address, destination.port) for address in addresses if address is not None]


def parse_pin(text: str) -> tuple[str, Pinned]:
    """`NAME=ADDRESS` or `NAME=ADDRESS:PORT`, IPv6 with port in brackets. ValueError names what is wrong."""
    given, equals, place = text.partition("=")
    name = normal_name(given)
    if not equals or name is None:
        raise ValueError(f"{text!r} is not of the form NAME=ADDRESS or NAME=ADDRESS:PORT")
    return name, _pinned(place)


def _pinned(place: str) -> Pinned:
    if address := parse_address(place):
        return Pinned(address)
    host, _, digits = place.rpartition(":")
    address = parse_address(host[1:-1] if host.startswith("[") and host.endswith("]") else host)
    if address is None or not digits.isdecimal() or not 1 <= int(digits) <= 65535:
        raise ValueError(f"{place!r} is not an address, or an address and a port")
    return Pinned(address, int(digits))


_RANGES = {
    ipaddress.ip_network(network): kind
    for network, kind in {
        "127.0.0.0/8": "this machine itself",
        "::1/128": "this machine itself",
        "10.0.0.0/8": "a private network",
        "172.16.0.0/12": "a private network",
        "192.168.0.0/16": "a private network",
        "fc00::/7": "a private network",
        "169.254.0.0/16": "link-local addresses",
        "fe80::/10": "link-local addresses",
        "100.64.0.0/10": "addresses shared by a provider",
        "224.0.0.0/4": "multicast",
        "ff00::/8": "multicast",
        "::/96": "addresses that stand for others of IPv4",
        "::ffff:0:0:0/96": "addresses that stand for others of IPv4",
        "64:ff9b:1::/48": "addresses that stand for others of IPv4",
    }.items()
}


def why_not_public(address: Address) -> str:
    """Say to which range an address belongs that is not public, and how a sandbox gets there all the same."""
    plain = unwrapped(address)
    kind = next(
        (f"{network}, {kind}" for network, kind in _RANGES.items() if plain in network),
        "an address of this machine or a private one",
    )
    return (
        f"{plain} is in {kind}, which sandboxes reach only when told to; start the server with --resolve NAME={plain}, "
        f"or give the sandbox a rule that allows {plain} or its network"
    )


def is_public(address: Address) -> bool:
    """Whether an address belongs to the internet at large, and not to this machine or a private range."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.sixtofour or (address.teredo[1] if address.teredo else None)
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None and not is_public(inner):
            return False
        if address.ipv4_mapped is None and address not in _NAT64 and address not in _GLOBAL_UNICAST:
            return False
        if address in _DOCUMENTATION:
            return False
    address = unwrapped(address)
    return address.is_global and not address.is_multicast and not _is_own(address)


def _is_own(address: Address) -> bool:
    """Whether this very machine has the address: then the kernel would also send from it. Nothing is sent."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((str(address), 9))
        except OSError:
            return False
        return parse_address(probe.getsockname()[0]) == address
