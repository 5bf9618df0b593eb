"""What programs try at the proxy of their sandbox, the one way out, as data.

An attempt says bytes to the proxy, and more into the tunnel where it asks for one. It has succeeded if `won` is in what reached the host
(`at="host"`), in what came back (`"back"`), or if the proxy went to connect at all (`"connect"`). `wall` names what stops it
(`test_network_attempts.WALLS`): without that, the same bytes succeed, so that an attempt which only fails because it is broken is noticed.
"""

from __future__ import annotations

import gzip
import html
import json
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from tests.local.egress.proxying import client_hello

ALLOWED, DENIED = "plain.example.com", "denied.example.org"
SECRET = 's3cret/t0ken"1234567'
_OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


@dataclass(frozen=True, slots=True)
class Attempt:
    name: str
    wall: str
    says: bytes
    inside: bytes | None = None
    answer: bytes = _OK
    won: bytes = b""
    at: Literal["host", "back", "connect"] = "host"


def _get(target: str = f"http://{ALLOWED}/", host: str = ALLOWED, more: str = "") -> bytes:
    return f"GET {target} HTTP/1.1\r\nHost: {host}\r\n{more}Connection: close\r\n\r\n".encode()


def _connect(authority: str) -> bytes:
    return f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n".encode()


def _addresses() -> Iterable[Attempt]:
    own = "127.0.0.1 127.8.8.8 0.0.0.0 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 224.0.0.1 255.255.255.255 192.0.0.1"
    own += " 198.18.0.1 240.0.0.1 [::1] [::] [::ffff:127.0.0.1] [::ffff:7f00:1] [::ffff:10.0.0.1] [fe80::1] [fec0::1] [fd00::1] [fc00::1] [ff02::1]"
    own += " [64:ff9b::7f00:1] [64:ff9b::a9fe:a9fe] [64:ff9b:1::a00:1] [64:ff9b:1::5db8:d822] [::10.0.0.1] [::127.0.0.1] [::5db8:d822]"
    own += " [::ffff:0:10.0.0.1] [::ffff:0:5db8:d822] [2002:7f00:1::] [2002:a9fe:a9fe::1] [2001:0:7f00:1::] [2001:db8::1] [3fff::1] [100::1] [5f00::1]"
    odd = "127.1 2130706433 0x7f000001 0x7f.1 0177.0.0.1 127.0.0.1. 017700000001 127.0.1"
    for wall, hosts in (("addresses", own), ("spelling", odd)):
        for host in hosts.split():
            yield Attempt(f"a tunnel to {host}", wall, _connect(f"{host}:80"), at="connect")
            yield Attempt(f"a request to {host}", wall, _get(f"http://{host}/", host), at="connect")
    for host in ("localhost", "localhost.", "app.localhost"):
        yield Attempt(f"a tunnel to {host}", "addresses", _connect(f"{host}:80"), at="connect")


def _names() -> Iterable[Attempt]:
    requests = {
        "a denied name": _get(f"http://{DENIED}/", DENIED),
        "a denied name in capitals": _get(f"http://{DENIED.upper()}/", DENIED.upper()),
        "a denied name with a dot": _get(f"http://{DENIED}./", f"{DENIED}."),
        "a denied name behind an allowed request": _get(more="X: y\r\n").replace(b"Connection: close\r\n", b"") + _get(f"http://{DENIED}/", DENIED),
        "a tunnel to a denied name": _connect(f"{DENIED}:80"),
        "a tunnel to an odd port of a denied name": _connect(f"{DENIED}:22"),
        "the domain above an allowed one": _connect("example.com:80"),
        "a name that ends like an allowed one": _connect("notexample.com:80"),
        "a name that holds an allowed one": _connect(f"{ALLOWED}.{DENIED}:80"),
    }  # fmt: skip
    for name, says in requests.items():
        yield Attempt(name, "policy", says, at="connect", won=b"192.0.2.66")
    for name, host in {
        "another name in Host": DENIED,
        "another port in Host": f"{ALLOWED}:81",
        "an address in Host": "127.0.0.1",
        "two names in Host": f"{ALLOWED}, {DENIED}",
        "no name in Host": "",
    }.items():
        yield Attempt(name, "Host", _get(host=host))
        inside = f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
        yield Attempt(f"{name}, in a tunnel", "Host", _connect(f"{ALLOWED}:80"), inside)


def _tunnels() -> Iterable[Attempt]:
    host = f"Host: {DENIED}\r\n\r\n".encode()
    openings = {
        "a control character in the path": b"GET /\x01 HTTP/1.1\r\n" + host,
        "NUL in the path": b"GET /\x00 HTTP/1.1\r\n" + host,
        "DEL in the path": b"GET /\x7f HTTP/1.1\r\n" + host,
        "a byte that is no ASCII in the path": b"GET /\xff HTTP/1.1\r\n" + host,
        "VT as a blank": b"GET\x0b/\x0bHTTP/1.1\r\n" + host,
        "FF as a blank": b"GET\x0c/\x0cHTTP/1.1\r\n" + host,
        "TAB as a blank": b"GET\t/\tHTTP/1.1\r\n" + host,
        "two blanks": b"GET  /  HTTP/1.1\r\n" + host,
        "VT before the method": b"\x0bGET / HTTP/1.1\r\n" + host,
        "a blank before the method": b" GET / HTTP/1.1\r\n" + host,
        "a line of junk first": b"junk\r\nGET / HTTP/1.1\r\n" + host,
        "a line of bytes first": b"\x00junk\r\nGET / HTTP/1.1\r\n" + host,
        "a mark of UTF-8 first": b"\xef\xbb\xbfGET / HTTP/1.1\r\n" + host,
        "a greeting of SMTP first": b"EHLO me\r\nGET / HTTP/1.1\r\n" + host,
        "HTTP/0.9": f"GET http://{DENIED}/\r\n".encode(),
        "HTTP/0.9 without an end": f"GET http://{DENIED}/".encode(),
        "no version": b"GET / HTTP\r\n" + host,
        "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + host,
        "HTTP in small letters": b"get / http/1.1\r\n" + host,
        "lines that end in LF": b"GET / HTTP/1.1\n" + host,
        "lines that end in CR": b"GET / HTTP/1.1\r" + host.replace(b"\n", b""),
        "a folded line": f"GET / HTTP/1.1\r\nHost: {ALLOWED}\r\n {DENIED}\r\n\r\n".encode(),
        "a blank behind the name of a header": f"GET / HTTP/1.1\r\nHost : {DENIED}\r\n\r\n".encode(),
        "two headers": f"GET / HTTP/1.1\r\nHost: {ALLOWED}\r\nHost: {DENIED}\r\n\r\n".encode(),
        "a whole address": f"GET http://{DENIED}/ HTTP/1.1\r\nHost: {ALLOWED}\r\n\r\n".encode(),
        "a tunnel in a tunnel": f"CONNECT {DENIED}:80 HTTP/1.1\r\nHost: {ALLOWED}\r\n\r\n".encode(),
        "one request behind another": f"GET / HTTP/1.1\r\nHost: {ALLOWED}\r\n\r\nGET / HTTP/1.1\r\n".encode() + host,
    }  # fmt: skip
    for name, inside in openings.items():
        yield Attempt(
            f"in a tunnel: {name}", "tunnel", _connect(f"{ALLOWED}:80"), inside, won=DENIED.encode()
        )
    for name in (DENIED, f"{ALLOWED}.{DENIED}", "example.com", None):
        yield Attempt(
            f"TLS for {name}", "server name", _connect(f"{ALLOWED}:443"), client_hello(name), won=b"\x16\x03"
        )
    both = "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"
    yield Attempt("two lengths", "framing", _get(more=both) + b"0\r\n\r\n")
    yield Attempt("two lengths, the other order", "framing", _get(more="Transfer-Encoding: chunked\r\nContent-Length: 0\r\n") + b"0\r\n\r\n")  # fmt: skip


def _spellings() -> dict[str, Callable[[str], str]]:
    def every(form: str) -> Callable[[str], str]:
        return lambda text: "".join(form.format(ord(char)) for char in text)

    return {
        "as it is": str,
        "in percent": lambda text: quote(text, safe=""),
        "in percent, small letters": lambda text: quote(text, safe="").replace("%2F", "%2f"),
        "all in percent": every("%{:02X}"),
        "in percent, twice": lambda text: quote(quote(text, safe=""), safe=""),
        "in JSON": lambda text: json.dumps(text)[1:-1],
        "in JSON of PHP": lambda text: json.dumps(text)[1:-1].replace("/", r"\/"),
        "all in JSON": every("\\u{:04x}"),
        "all in JSON, capitals": every("\\u{:04X}"),
        "in JSON in JSON": lambda text: json.dumps(json.dumps(text))[3:-3],
        "in a program": every("\\x{:02x}"),
        "in HTML": html.escape,
        "all in HTML": every("&#{};"),
        "all in HTML, hexadecimal": every("&#x{:x};"),
    }


def _vault() -> Iterable[Attempt]:
    asks = _get(f"http://{ALLOWED}/v1/x")
    for name, form in _spellings().items():
        text = form(SECRET).encode()
        head = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: "
        yield Attempt(f"the secret back {name}", "mask", asks, answer=head + b"%d\r\n\r\n" % len(text) + text, won=text, at="back")  # fmt: skip
        header = head + b"0\r\nX-Echo: " + text + b"\r\n\r\n"
        yield Attempt(
            f"the secret back {name}, in a header", "mask", asks, answer=header, won=text, at="back"
        )
    for coding, body in (("gzip", gzip.compress(SECRET.encode(), mtime=0)), ("deflate", zlib.compress(SECRET.encode())), ("br", b"who knows")):  # fmt: skip
        head = f"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Encoding: {coding}\r\nContent-Length: {len(body)}\r\n\r\n"
        yield Attempt(f"the secret back in {coding}", "compression", asks, answer=head.encode() + body, won=body, at="back")  # fmt: skip
    for header in (
        "Range: bytes=0-3", "If-Range: x", "Accept-Encoding: gzip", "A-IM: vcdiff", "Sec-WebSocket-Extensions: permessage-deflate",
        "X-Original-URL: /admin", "X-Rewrite-URL: /admin",
    ):  # fmt: skip
        yield Attempt(f"asking by {header}", "asking", _get(f"http://{ALLOWED}/v1/x", more=f"{header}\r\n"), won=header.encode())  # fmt: skip
    upgrade = "HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
    asks_upgrade = _get(f"http://{ALLOWED}/v1/x", more="Upgrade: websocket\r\n").replace(
        b"Connection: close", b"Connection: Upgrade"
    )
    yield Attempt(
        "a compressed WebSocket", "upgrade", asks_upgrade, answer=upgrade.encode(), won=b" 101 ", at="back"
    )
    for path in (
        "../admin", "%2e%2e/admin", "%252e%252e/admin", "%25252e/admin", "%c0%ae%c0%ae/admin", "..%00/admin", "..%09/admin", "..%20/admin",
        "..%0a/admin", "..;/admin", "..%3b/admin", "x%2f..%2fadmin", "x%5c..%5cadmin", "x\\..\\admin", "/x", "%u002e%u002e/admin", "%ef%bc%8e%ef%bc%8e/admin",
        "x%ef%bc%8fadmin", "x#/admin", "%ff", "%", "%e0%80%af", "x%25", "..%c2%a0/admin",
    ):  # fmt: skip
        yield Attempt(f"the secret to /v1/{path}", "paths", _get(f"http://{ALLOWED}/v1/{path}"), won=SECRET.encode())  # fmt: skip


ATTEMPTS = [*_addresses(), *_names(), *_tunnels(), *_vault()]
