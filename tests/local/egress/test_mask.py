"""Secrets that come back in another spelling."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from urllib.parse import quote

import pytest

from opensandbox.local.egress.mask import Mask

SECRET = 'se/cr"t é+\U0001f600 %41&x'


def every(form: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: "".join(map(form, text))


def percent(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "percent": lambda text: quote(text, safe=""),
    "percent, lower case": lambda text: quote(text, safe="").replace("%2F", "%2f").replace("%2B", "%2b"),
    "percent, everything": percent,
    "form": lambda text: quote(text, safe=" ").replace(" ", "+"),
    "JSON": json.dumps,
    "JSON, not ASCII": lambda text: json.dumps(text, ensure_ascii=False),
    "JSON of PHP": lambda text: json.dumps(text).replace("/", r"\/"),
    "JSON, everything": every(
        lambda char: "".join(f"\\u{unit.hex()}" for unit in units(char))
    ),
    "JSON, in capitals": every(lambda char: "".join(f"\\u{unit.hex().upper()}" for unit in units(char))),
    "JSON in JSON": lambda text: json.dumps(json.dumps(text)),
    "a query in JSON": lambda text: json.dumps(quote(text, safe="")).replace("%", "\\u0025"),
    "percent, twice": lambda text: quote(quote(text, safe=""), safe=""),
    "hexadecimal": every(lambda char: f"\\x{ord(char):02x}" if ord(char) < 128 else char),
    "HTML": html.escape,
    "HTML, numbers": every(lambda char: f"&#{ord(char)};"),
    "HTML, hexadecimal": every(lambda char: f"&#X{ord(char):06x};"),
    "one way for each": lambda text: "".join(
        (json.dumps(char)[1:-1], percent(char), f"&#{ord(char)};", char)[place % 4] for place, char in enumerate(text)
    ),
}  # fmt: skip


def units(char: str) -> list[bytes]:
    encoded = char.encode("utf-16-be")
    return [encoded[start : start + 2] for start in range(0, len(encoded), 2)]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_usual_spelling_is_masked(spelling: str) -> None:
    written = SPELLINGS[spelling](SECRET).encode()
    before, after = b'{"a%2Fb": "', b'", "c\\/d": "&lt;"}'
    masked = Mask([SECRET]).whole(before + written + after)
    assert len(masked) == len(before + written + after)
    assert masked.startswith(before)
    assert masked.endswith(after)
    rest = masked[len(before) : -len(after)].strip(b'"\\')
    assert rest == b"*" * len(rest)


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 16, 64, 1000])
def test_it_is_masked_in_whatever_pieces_it_comes(spelling: str, size: int) -> None:
    written = b"x" * 5 + SPELLINGS[spelling](SECRET).encode() + b" end"
    mask = Mask([SECRET])
    pieces = [mask.feed(written[start : start + size]) for start in range(0, len(written), size)]
    shown = b"".join(pieces) + mask.end()
    assert len(shown) == len(written)
    assert shown.endswith(b" end")
    # The first few characters may have passed before anybody could tell what they begin.
    hidden = SPELLINGS[spelling](SECRET[8:]).strip('"\\').encode()
    assert shown[-4 - len(hidden) : -4].strip(b'"\\').replace(b"*", b"") == b""


def test_short_secrets_do_not_pass_byte_by_byte() -> None:
    mask = Mask(["s3cr3t"])
    shown = b"".join(mask.feed(bytes([byte])) for byte in b"a s3cr3t b") + mask.end()
    assert shown == b"a s3c*** b" or shown.count(b"*") >= 3
    assert b"s3cr3" not in shown


def test_what_a_broken_answer_began_is_not_told() -> None:
    mask = Mask(["s3cret-t0ken-1234567"])
    assert mask.feed(b"a s3cret-t0ken-123456") == b"a "
    assert mask.end() == b"*" * 19


def test_what_is_escaped_otherwise_passes() -> None:
    text = rb'{"path": "C:\\temp\/x", "url": "a%20b%zz%", "html": "&amp;&nope;&#;", "odd": "\ud83d"}'
    assert Mask([SECRET]).whole(text) == text
    assert Mask(["short"]).whole(b"short") == b"short"
    assert Mask().feed(b"anything") == b"anything"
