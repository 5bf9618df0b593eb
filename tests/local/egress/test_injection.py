"""How a secret gets into a request, and does not come back."""

from __future__ import annotations

from typing import Any

import pytest

from opensandbox.local.egress.injection import Injection
from opensandbox.local.egress.mask import Mask
from tests.local.egress.test_vault import binding, create, credential

SECRET = 'se/cr"t+1'


def injection(auth: dict[str, Any], *values: str) -> Injection:
    names = ["token", "other"]
    credentials = [credential(name, value) for name, value in zip(names, values or (SECRET,), strict=False)]
    made = create(binding(auth=auth), credentials=credentials)
    return Injection.of(made.bindings["main"], made)


def places(*where: str, placeholder: str = "PLACE", credential: str = "token") -> dict[str, Any]:
    return {"credential": credential, "placeholder": placeholder, "in": list(where)}


@pytest.mark.parametrize(
    ("auth", "expected"),
    [
        ({"type": "bearer", "credential": "token"}, [(b"Authorization", b"Bearer s3cret")]),
        ({"type": "basic", "credential": "token"}, [(b"Authorization", b"Basic s3cret")]),
        ({"type": "apiKey", "name": "x-key", "credential": "token"}, [(b"X-Key", b"s3cret")]),
        (
            {
                "type": "customHeaders",
                "headers": [{"name": "X-A", "credential": "token"}, {"name": "X-B", "credential": "other"}],
            },
            [(b"X-A", b"s3cret"), (b"X-B", b"0ther")],
        ),
        ({"type": "passthrough"}, []),
    ],
)
def test_each_kind_of_auth_sets_its_headers(
    auth: dict[str, Any], expected: list[tuple[bytes, bytes]]
) -> None:
    headers = injection(auth, "s3cret", "0ther").headers([(b"Accept", b"*/*")])
    assert headers == [(b"Accept", b"*/*"), (b"Accept-Encoding", b"identity"), *expected]


def test_a_header_of_the_sandbox_never_wins() -> None:
    given = [(b"authorization", b"mine"), (b"AUTHORIZATION", b"mine too"), (b"accept-encoding", b"gzip")]
    headers = injection({"type": "bearer", "credential": "token"}, "s3cret").headers(given)
    assert headers == [(b"Accept-Encoding", b"identity"), (b"Authorization", b"Bearer s3cret")]


def test_placeholders_are_escaped_as_their_place_demands() -> None:
    auth = {"type": "passthrough", "substitutions": [places("path", "query", "header", "body")]}
    into = injection(auth)
    assert into.target(b"/a/PLACE/b?q=PLACE&place") == b"/a/se%2Fcr%22t%2B1/b?q=se%2Fcr%22t%2B1&place"
    assert (b"X", SECRET.encode()) in into.headers([(b"X", b"PLACE")])
    assert into.body(b'{"a":"PLACE"}', "application/json; charset=utf-8") == b'{"a":"se/cr\\"t+1"}'
    assert into.body(b'{"a":"PLACE"}', "application/vnd.api+json") == b'{"a":"se/cr\\"t+1"}'
    assert into.body(b"a=PLACE", "application/x-www-form-urlencoded") == b"a=se%2Fcr%22t%2B1"
    assert into.body(b"PLACE \xff", "text/plain") == SECRET.encode() + b" \xff"
    assert into.body(b"PLACE", "multipart/form-data; boundary=x") == b"PLACE"


def test_only_the_named_places_are_looked_at() -> None:
    into = injection({"type": "passthrough", "substitutions": [places("query")]})
    assert into.target(b"/PLACE?PLACE") == b"/PLACE?se%2Fcr%22t%2B1"
    assert (b"X", b"PLACE") in into.headers([(b"X", b"PLACE")])
    assert into.body(b"PLACE", "text/plain") == b"PLACE"
    assert not into.changes_body


def test_replaced_text_is_not_looked_at_again_and_the_longest_placeholder_counts() -> None:
    auth = {
        "type": "passthrough",
        "substitutions": [
            places("body", placeholder="A", credential="token"),
            places("body", placeholder="AB", credential="other"),
        ],
    }
    assert injection(auth, "xABx", "yAy").body(b"A AB", "text/plain") == b"xABx yAy"


def test_headers_that_frame_a_message_are_left_alone() -> None:
    into = injection({"type": "passthrough", "substitutions": [places("header", placeholder="5")]}, "s3cret")
    assert (b"Content-Length", b"5") in into.headers([(b"Content-Length", b"5")])


def mask(*secrets: str) -> Mask:
    auth = {"type": "bearer", "credential": "token", "substitutions": [places("body", credential="other")]}
    return injection(auth, *secrets).mask()


@pytest.mark.parametrize("size", [1, 3, 9, 10, 1000])
def test_a_secret_in_a_response_is_masked_however_it_arrives(size: int) -> None:
    text = b"before s3cret-value-1 between s3cret%20x after other-secret-2 end s3cr"
    masking = mask("s3cret-value-1", "other-secret-2")
    shown = b"".join(masking.feed(text[start : start + size]) for start in range(0, len(text), size))
    shown += masking.end()
    assert len(shown) == len(text)
    # A few bytes at the seam of two pieces may pass; the secret does not.
    assert b"t-value-1" not in shown
    assert b"ecret-2" not in shown
    assert shown.startswith(b"before ")
    assert shown.endswith(b"* end s3cr")


def test_other_spellings_of_a_secret_are_masked_too() -> None:
    masked = mask('s3c/r"et x', "unused").whole(b'a s3c%2Fr%22et%20x b s3c%2Fr%22et+x c s3c/r\\"et x d')
    assert b"s3c" not in masked
    assert masked.count(b" ") == 6


def test_a_stream_is_not_held_up() -> None:
    masking = mask("data: 12345", "unused-secret")
    assert masking.feed(b"data: ") == b"data: "
    assert masking.feed(b"12345\n") == b"*****\n"


def test_what_is_too_short_to_tell_from_text_is_not_masked() -> None:
    assert mask("key", "unused-secret").whole(b"monkey") == b"monkey"
