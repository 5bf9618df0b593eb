"""Reading hosts and ports, and which addresses are anybody's."""

from __future__ import annotations

import socket
from ipaddress import ip_address

import pytest

from opensandbox.local.egress.client_hello import BrokenHello, Opening, OpeningReader
from opensandbox.local.egress.destination import Destination, parse
from opensandbox.local.egress.resolver import LookupFailed, Place, Resolver, is_public, parse_pin
from tests.local.egress.proxying import client_hello


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Example.COM:443", Destination("example.com", 443)),
        ("example.com.:80", Destination("example.com", 80)),
        ("example.com", Destination("example.com", 8080)),
        ("my_host:1", Destination("my_host", 1)),
        ("192.0.2.1:80", Destination("192.0.2.1", 80, ip_address("192.0.2.1"))),
        ("[2001:DB8::1]:80", Destination("2001:db8::1", 80, ip_address("2001:db8::1"))),
        ("[::ffff:127.0.0.1]:80", Destination("127.0.0.1", 80, ip_address("127.0.0.1"))),
    ],
)
def test_hosts_have_one_spelling(text: str, expected: Destination) -> None:
    assert parse(text, 8080) == expected


@pytest.mark.parametrize(
    "text",
    [
        "", ":80", "example.com:0", "example.com:65536", "example.com:x", "user@example.com:80", "a b:80",
        "example.com:80/x", "127.1:80", "0x7f.0.0.1:80", "2130706433:80", "0177.0.0.1:80", "127.0.0.1.:80",
        "[127.0.0.1]:80", "::1:80", "[fe80::1%eth0]:80", "-x.example.com:80", "a..b:80", "*.example.com:80",
        "exämple.com:80", "a" * 64 + ".com:80", "example.com\\@other.example.org:80",
    ],
)  # fmt: skip
def test_what_could_be_read_in_two_ways_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not|has no|neither"):
        parse(text)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fd00::1", "ff02::1", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "2001:0:7f00:1::",
        "64:ff9b:1::a00:1", "64:ff9b:1::5db8:d822", "::10.0.0.1", "::93.184.216.34", "::ffff:0:10.0.0.1",
        "::ffff:0:93.184.216.34", "fec0::1", "3fff::1", "5f00::1", "100::1", "4000::1",
    ],
)  # fmt: skip
def test_addresses_of_this_machine_and_its_networks_are_not(address: str) -> None:
    assert not is_public(ip_address(address))


def test_an_own_address_is_not_public_whatever_its_range(monkeypatch: pytest.MonkeyPatch) -> None:
    class Probe(socket.socket):
        def connect(self, address: object) -> None:
            pass

        def getsockname(self) -> tuple[str, int]:
            return "93.184.216.34", 5

    monkeypatch.setattr(socket, "socket", Probe)
    assert not is_public(ip_address("93.184.216.34"))
    assert is_public(ip_address("93.184.216.35"))


@pytest.mark.anyio
async def test_pinned_names_are_not_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("looked up"))
    resolver = Resolver(dict([parse_pin("A.example.com=127.0.0.1:8443"), parse_pin("b.example.com=::1")]))
    assert await resolver.places(parse("a.example.com:443")) == [Place(ip_address("127.0.0.1"), 8443, True)]
    assert await resolver.places(parse("b.example.com:80")) == [Place(ip_address("::1"), 80, True)]


@pytest.mark.anyio
async def test_a_name_without_address_is_said_so() -> None:
    with pytest.raises(LookupFailed, match=r"no-such-name\.invalid"):
        await Resolver({}).places(parse("no-such-name.invalid:80"))


@pytest.mark.parametrize(
    "text", ["a.example.com", "=127.0.0.1", "a.example.com=b", "a.example.com=127.0.0.1:0", "*.a=::1"]
)
def test_a_wrong_pin_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not"):
        parse_pin(text)


def fed(*pieces: bytes) -> Opening | None:
    reader, opening = OpeningReader(), None
    for piece in pieces:
        assert opening is None, "told before all was there"
        opening = reader.feed(piece)
    return opening


@pytest.mark.parametrize("size", [1, 7, 100, 5000])
def test_the_name_in_a_hello_is_found_however_it_arrives(size: int) -> None:
    hello = client_hello("web.example.com")
    pieces = [hello[start : start + size] for start in range(0, len(hello), size)]
    assert fed(*pieces) == Opening("tls", "web.example.com")
    assert fed(client_hello(None)) == Opening("tls", None)


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"GET / HTTP/1.1\r\n", "http"),
        (b"\r\n\r\nGET / HTTP/1.1\r\n", "http"),
        (b"  get\t/   http/1.0 \n", "http"),
        (b"PRI * HTTP/2.0\r\n", "http"),
        (b"SSH-2.0-x\r\n", "text"),
        (b"EHLO me\r\n", "text"),
        (b"*1\r\n$4\r\nPING\r\n", "text"),
        (b"GET /\x01 HTTP/1.1\r\n", "http"),
        (b"GET\x0b/\x0bHTTP/1.1\r\n", "http"),
        (b"GET /\r\n", "text"),
        (b"junk\r\nGET / HTTP/1.1\r\n", "text"),
        (b"\r\n\x00GET / HTTP/1.1\r\n", "http"),
        (b"\x00\x00\x00\x08", "binary"),
        (b"A\x01\x00\x00\x08", "binary"),
        (b"\xff\xfd\x18", "binary"),
        (b"GE", None),
        (b"\r\n", None),
    ],
)
def test_plain_openings_are_told_apart(start: bytes, kind: str | None) -> None:
    opening = fed(start)
    assert (opening and opening.kind) == kind


def test_what_only_looks_like_a_hello_or_never_ends_is_refused() -> None:
    with pytest.raises(BrokenHello):
        fed(b"\x16\x03\x01\x00\x05hello")
    with pytest.raises(BrokenHello):
        fed(b"G" * 70000)
