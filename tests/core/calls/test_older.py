"""Answers that tell that the other side is older than what it was asked for."""

from __future__ import annotations

import pytest

from opensandbox._core.calls.older import unsupported

TEXT, DETAIL = b"404 page not found\n", b'{"detail": "Not Found"}'


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("/pty", TEXT, "terminals"),
        ("/at/box/44772/v1/isolated/capabilities", TEXT, "isolated sessions"),
        ("/v1/sandboxes/box/diagnostics/context", DETAIL, "servers of 1.2"),
        ("/v1/sandboxes/box/credential-vault/bindings", DETAIL, "vault of templates"),
    ],
)
def test_a_route_that_is_missing_is_a_feature_that_is_missing(path: str, body: bytes, words: str) -> None:
    assert words in str(unsupported(404, "GET", path, body))


@pytest.mark.parametrize("path", ["/command", "/at/box/44772/files/info", "/v1/sandboxes/box"])
@pytest.mark.parametrize("body", [TEXT, DETAIL])
def test_what_everybody_has_is_only_not_found(path: str, body: bytes) -> None:
    assert unsupported(404, "GET", path, body) is None


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"code": "X", "message": "no"}', b"<html></html>"])
def test_other_bodies_say_nothing_about_age(body: bytes) -> None:
    assert unsupported(404, "GET", "/pty", body) is None


def test_a_method_that_is_not_allowed_is_told_by_its_name() -> None:
    assert "PUT /v1/sandboxes/box" in str(unsupported(405, "PUT", "/v1/sandboxes/box", b""))


def test_a_refused_list_says_how_to_pass_text() -> None:
    body = (
        b"Key: 'RunCommandRequest.Command' Error:Field validation for 'Command' failed on the 'required' tag"
    )
    assert "shlex.join" in str(unsupported(400, "POST", "/command", body))
    assert unsupported(400, "POST", "/session", body) is None
