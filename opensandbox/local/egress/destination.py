"""What a request wants to reach: a name or an address, and a port, read so strictly that nothing has two meanings."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
# Resolvers read such "names" as addresses: 127.1, 0x7f.0.0.1, 2130706433.
_NUMERIC_END = re.compile(r"(?:.*\.)?(?:\d+|0x[0-9a-f]*)")
_LONGEST_NAME = 253


@dataclass(frozen=True, slots=True)
class Destination:
    """A host and a port. `host` is a lower-case name without trailing dot, or the plain text of `address`."""

    host: str
    port: int
    address: Address | None = None

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse(authority: str, default_port: int | None = None) -> Destination:
    """The destination of `host`, `host:port` or `[address]:port`.

    Raises ValueError for anything else, for user information, and for a missing port without `default_port`.
    """
    found = re.fullmatch(r"(?:\[([^\[\]]+)\]|([^\[\]:@/?#\\\s]+))(?::(\d{1,5}))?", authority)
    if not found:
        raise ValueError(f"{authority!r} is not host:port")
    bracketed, plain, digits = found.groups()
    port = int(digits) if digits else default_port
    if port is None or not 1 <= port <= 65535:
        raise ValueError(f"{authority!r} has no port from 1 to 65535")
    if bracketed is not None:
        address = parse_address(bracketed)
        if address is None or ":" not in bracketed:
            raise ValueError(f"{bracketed!r} is not an IPv6 address")
        return Destination(str(address), port, address)
    if address := parse_address(plain):
        return Destination(str(address), port, address)
    name = normal_name(plain)
    if name is None:
        raise ValueError(f"{plain!r} is neither a name nor an address")
    return Destination(name, port)


def parse_address(text: str) -> Address | None:
    """An address in its one usual spelling, IPv4 in IPv6 unwrapped; None for anything else."""
    if "%" in text:
        return None
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return unwrapped(address)


def unwrapped(address: Address) -> Address:
    """The IPv4 address that an IPv4-mapped IPv6 address stands for, else the address itself."""
    return getattr(address, "ipv4_mapped", None) or address


def normal_name(text: str) -> str | None:
    """A DNS name in lower case without trailing dot; None when it is none, or could be read as an address."""
    name = text.lower().removesuffix(".")
    if len(name) > _LONGEST_NAME or not _NAME.fullmatch(name) or _NUMERIC_END.fullmatch(name):
        return None
    return name
