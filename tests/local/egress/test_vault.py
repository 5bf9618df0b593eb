"""Vaults as values: what is accepted, what is refused, and what a request gets."""

from __future__ import annotations

import json
from typing import Any

import pytest

from opensandbox.local.egress import matching, vault
from opensandbox.local.egress.policy import Policy, parse_policy
from opensandbox.local.egress.vault_bodies import ChangeVault, CreateVault, read

ALLOWED = parse_policy(
    {"egress": [{"action": "allow", "target": target} for target in ("*.example.com", "example.org")]}
)
BEARER = {"type": "bearer", "credential": "token"}


def binding(name: str = "main", auth: dict[str, Any] = BEARER, **match: Any) -> dict[str, Any]:
    return {"name": name, "match": {"hosts": ["api.example.com"], **match}, "auth": auth}


def credential(name: str = "token", value: str = "s3cret-value") -> dict[str, Any]:
    return {"name": name, "source": {"type": "inline", "value": value}}


def create(
    *bindings: dict[str, Any],
    credentials: list[Any] | None = None,
    policy: Policy | None = ALLOWED,
    **more: Any,
) -> vault.Vault:
    body = {"credentials": [credential()] if credentials is None else credentials, "bindings": list(bindings)}
    return vault.create(read(json.dumps(body).encode(), CreateVault), policy, **more)


def change(old: vault.Vault, **body: Any) -> vault.Vault:
    return vault.change(old, read(json.dumps(body).encode(), ChangeVault), ALLOWED)


def test_defaults_are_filled_in_and_duplicates_removed() -> None:
    made = create(binding(hosts=["API.example.com.", "api.example.com"], schemes=[], methods=["get", "GET"]))
    (shown,) = made.bindings_json()
    assert shown["match"] == {
        "schemes": ["https"],
        "hosts": ["api.example.com"],
        "methods": ["GET"],
        "paths": ["/*"],
    }
    (shown,) = create(binding()).bindings_json()
    assert shown["match"]["methods"] == ["GET", "POST", "PUT", "PATCH", "DELETE"]


def test_header_names_are_shown_in_canonical_form() -> None:
    made = create(binding(auth={"type": "apiKey", "name": "x-api-KEY", "credential": "token"}))
    assert made.bindings_json()[0]["auth"] == {"type": "apiKey", "name": "X-Api-Key"}
    assert create(binding()).bindings_json()[0]["auth"] == {"type": "bearer"}


def test_no_text_of_a_vault_holds_a_secret() -> None:
    made = create(binding())
    assert "s3cret" not in repr(made) + str(made.as_json()) + repr(made.credentials["token"])


WRONG = [
    ("unknown member", binding() | {"extra": 1}, "bindings.0.extra"),
    ("unknown auth", binding(auth={"type": "digest", "credential": "token"}), "bindings.0.auth.type"),
    ("bearer with name", binding(auth=BEARER | {"name": "X"}), "does not take name"),
    ("bearer without credential", binding(auth={"type": "bearer"}), "needs credential"),
    ("passthrough with credential", binding(auth={"type": "passthrough", "credential": "token"}), "does not take"),
    ("no header", binding(auth={"type": "customHeaders", "headers": []}), "needs headers"),
    ("header twice", binding(auth={"type": "customHeaders", "headers": [{"name": "X-A", "credential": "token"}, {"name": "x-a", "credential": "token"}]}), "twice"),
    ("no header name", binding(auth={"type": "apiKey", "name": "a b", "credential": "token"}), "not a header name"),
    ("framing header", binding(auth={"type": "apiKey", "name": "Content-Length", "credential": "token"}), "cannot carry"),
    ("host header", binding(auth={"type": "apiKey", "name": "host", "credential": "token"}), "cannot carry"),
    ("unknown credential", binding(auth={"type": "bearer", "credential": "other"}), "'other'"),
    ("blank name", binding(name="  "), "blank"),
    ("no host", binding(hosts=[]), "hosts is empty"),
    ("bare label", binding(hosts=["localhost"]), "not a full name"),
    ("address", binding(hosts=["10.0.0.1"]), "not a full name"),
    ("url", binding(hosts=["https://api.example.com"]), "not a full name"),
    ("host with port", binding(hosts=["api.example.com:443"]), "not a full name"),
    ("inner wildcard", binding(hosts=["a.*.example.com"]), "not a full name"),
    ("port", binding(ports=[8443]), "ports"),
    ("scheme", binding(schemes=["ftp"]), "schemes"),
    ("method", binding(methods=["GET IT"]), "not a method"),
    ("relative path", binding(paths=["v1"]), "start with /"),
    ("inner star", binding(paths=["/*/x"]), "one \\* at its end"),
    ("denied host", binding(hosts=["api.example.net"]), "policy denies"),
    ("denied wildcard", binding(hosts=["*.example.org"]), "policy denies"),
    ("blank placeholder", binding(auth={"type": "passthrough", "substitutions": [{"credential": "token", "placeholder": " ", "in": ["body"]}]}), "blank"),
    ("unknown place", binding(auth={"type": "passthrough", "substitutions": [{"credential": "token", "placeholder": "P", "in": ["cookie"]}]}), "none of"),
    ("no place", binding(auth={"type": "passthrough", "substitutions": [{"credential": "token", "placeholder": "P", "in": []}]}), "in"),
    ("placeholder twice", binding(auth={"type": "passthrough", "substitutions": [{"credential": "token", "placeholder": "P", "in": ["body", "BODY"]}, {"credential": "token", "placeholder": "P", "in": ["body"]}]}), "twice"),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "words"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_a_wrong_binding_is_refused_by_the_name_of_its_fault(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        create(wrong)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("credentials", "words"),
    [
        ([credential(), credential(" token ")], "two credentials"),
        ([credential(value="")], "source.value"),
        ([credential("")], "blank"),
        ([{"name": "token", "source": {"type": "vault", "value": "s3cret"}}], "source.type"),
        ([{"name": "token", "source": "s3cret"}], "source"),
        ([credential(value="s3cret\r\nX: y")], "control character"),
        ([credential(value=" s3cret")], "white space"),
    ],
)
def test_a_wrong_credential_is_refused_without_showing_it(credentials: list[Any], words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        create(binding(), credentials=credentials)
    assert "s3cret" not in str(caught.value)


AMBIGUOUS = [
    ({}, {}, True),
    ({}, {"hosts": ["*.example.com"]}, False),
    ({"hosts": ["*.example.com"]}, {"hosts": ["*.api.example.com"]}, True),
    ({"hosts": ["*.a.example.com"]}, {"hosts": ["*.b.example.com"]}, False),
    ({"methods": ["GET"]}, {"methods": ["POST"]}, False),
    ({"schemes": ["http"]}, {"schemes": ["https"]}, False),
    ({"paths": ["/v1/*"]}, {"paths": ["/v2/*"]}, False),
    ({"paths": ["/v1/*"]}, {"paths": ["/v1/users"]}, True),
    ({"paths": ["/v1"]}, {"paths": ["/v1/*"]}, False),
    ({"paths": ["/v1*"]}, {"paths": ["/v1/users*"]}, True),
]


@pytest.mark.parametrize(("one", "other", "refused"), AMBIGUOUS)
def test_two_bindings_for_one_request_are_refused(
    one: dict[str, Any], other: dict[str, Any], refused: bool
) -> None:
    bindings = binding("one", **one), binding("other", **other)
    if refused:
        with pytest.raises(ValueError, match="both match"):
            create(*bindings)
    else:
        assert len(create(*bindings).bindings) == 2


def test_bindings_need_a_policy() -> None:
    with pytest.raises(ValueError, match="need an egress policy"):
        create(binding(), policy=None)
    assert create(policy=None).bindings == {}
    assert create(binding(), policy=Policy(default_allow=True)).bindings


def test_scoped_bindings_name_methods_and_paths() -> None:
    for loose in ({}, {"methods": ["GET"]}, {"methods": ["GET"], "paths": ["/*"]}):
        with pytest.raises(ValueError, match="demands"):
            create(binding(**loose), scoped=True)
    assert create(binding(methods=["GET"], paths=["/v1/*"]), scoped=True).bindings


def test_a_change_deletes_replaces_and_adds_at_the_next_revision() -> None:
    old = create(binding(), credentials=[credential(), credential("other"), credential("third")])
    new = change(
        old,
        expectedRevision=1,
        credentials={
            "delete": ["third"],
            "replace": [credential(value="newer-s3cret")],
            "add": [credential("fourth")],
        },
        bindings={"delete": ["main"], "add": [binding("next")]},
    )
    assert new.revision == 2
    assert {item["name"]: item["revision"] for item in new.credentials_json()} == {
        "fourth": 2,
        "other": 1,
        "token": 2,
    }
    assert [(item["name"], item["revision"]) for item in new.bindings_json()] == [("next", 2)]
    assert new.credentials["token"].value == "newer-s3cret"
    assert old.credentials["token"].value == "s3cret-value"
    assert change(new).revision == 3


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"credentials": {"delete": ["other"]}}, "no credential 'other'"),
        ({"credentials": {"replace": [credential("other")]}}, "no credential 'other'"),
        ({"credentials": {"add": [credential()]}}, "already"),
        ({"credentials": {"delete": ["token"], "add": [credential()]}}, "two changes"),
        ({"credentials": {"delete": ["token"]}}, "which is not there"),
        ({"bindings": {"delete": ["other"]}}, "no binding 'other'"),
        ({"bindings": {"add": [binding("twin")]}}, "both match"),
        ({"secrets": {}}, "secrets"),
        ({"expectedRevision": "1"}, "expectedRevision"),
    ],
)
def test_a_change_that_cannot_be_made_is_refused(body: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        change(create(binding()), **body)


def test_a_change_of_another_revision_is_a_conflict() -> None:
    with pytest.raises(vault.RevisionConflict, match="at 1"):
        change(create(binding()), expectedRevision=2)


FOUND = [
    ({}, ("https", "api.example.com", 443, "GET", "/x"), True),
    ({}, ("https", "api.example.com", 8443, "GET", "/x"), False),
    ({}, ("http", "api.example.com", 80, "GET", "/x"), False),
    ({"schemes": ["http"]}, ("http", "api.example.com", 80, "GET", "/x"), True),
    ({"schemes": ["http"]}, ("http", "api.example.com", 443, "GET", "/x"), False),
    ({}, ("https", "deep.api.example.com", 443, "GET", "/x"), False),
    ({"hosts": ["*.example.com"]}, ("https", "deep.api.example.com", 443, "GET", "/x"), True),
    ({"hosts": ["*.api.example.com"]}, ("https", "api.example.com", 443, "GET", "/x"), False),
    ({}, ("https", "api.example.com", 443, "TRACE", "/x"), False),
    ({}, ("https", "api.example.com", 443, "get", "/x"), False),
    ({"methods": ["POST"]}, ("https", "api.example.com", 443, "GET", "/x"), False),
    ({"paths": ["/v1/*"]}, ("https", "api.example.com", 443, "GET", "/v1/x/y"), True),
    ({"paths": ["/v1/*"]}, ("https", "api.example.com", 443, "GET", "/v1"), False),
    ({"paths": ["/v1"]}, ("https", "api.example.com", 443, "GET", "/v1"), True),
    ({"paths": ["/v1"]}, ("https", "api.example.com", 443, "GET", "/v1/x"), False),
    ({"paths": ["/v1/*"]}, ("https", "api.example.com", 443, "GET", "/V1/x"), False),
    *[
        ({"paths": ["/v1/*"]}, ("https", "api.example.com", 443, "GET", path), False)
        for path in ("/v1/../admin", "/v1/%2e%2E/admin", "/v1/..%2fadmin", "/v1/..;/admin", "/v1/..", "/v1/..\\admin",
                     "/v1/%5c..", "//v1/x", "/v1//x", "/v1/./x")
    ],
    ({}, ("https", "api.example.com", 443, "GET", "/v1/../admin"), True),
]  # fmt: skip


@pytest.mark.parametrize(("match", "request_line", "found"), FOUND)
def test_a_binding_is_for_requests_that_fit_in_every_part(
    match: dict[str, Any], request_line: Any, found: bool
) -> None:
    assert (matching.find(create(binding(**match)), *request_line) is not None) is found


def test_an_exact_host_outranks_a_wildcard() -> None:
    made = create(binding("wide", hosts=["*.example.com"]), binding("exact"))
    for host, name in (("api.example.com", "exact"), ("b.example.com", "wide")):
        found = matching.find(made, "https", host, 443, "GET", "/")
        assert found is not None
        assert found.name == name


def test_tls_is_ended_only_for_hosts_with_a_binding() -> None:
    made = create(binding(), binding("plain", hosts=["b.example.com"], schemes=["http"]))
    assert matching.intercepts(made, "api.example.com", 443)
    assert not matching.intercepts(made, "api.example.com", 8443)
    assert not matching.intercepts(made, "b.example.com", 443)
    assert not matching.intercepts(made, "c.example.com", 443)
    assert not matching.intercepts(None, "api.example.com", 443)
