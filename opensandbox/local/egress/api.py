"""The egress API of one sandbox: its policy and its credential vault. Errors are one line of plain text."""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from opensandbox.local.egress import vault as vaults
from opensandbox.local.egress.policy import DENY_ALL, TooManyRules, parse_policy, parse_rules
from opensandbox.local.egress.vault_bodies import ChangeVault, CreateVault, read
from opensandbox.local.settings import is_loopback

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import Receive, Scope, Send

    from opensandbox.local.egress.policy import Policy
    from opensandbox.local.egress.sandbox import SandboxEgress
    from opensandbox.local.egress.vault import Vault

EGRESS_TOKEN = "OPENSANDBOX-EGRESS-AUTH"  # noqa: S105 - the name of a header

_MAX_BODY = 1 << 20
_ENFORCEMENT = "dns+nft"  # the protocol's word for: by name and by address
_VAULT = "/credential-vault"


class _Problem(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


async def serve(scope: Scope, receive: Receive, send: Send, egress: SandboxEgress, path: str) -> None:
    """Answer one request of a client, who has to know the sandbox's egress token."""
    request = Request(scope, receive)
    response = await _answer(request, egress, unquote(path))
    await response(scope, receive, send)


async def _answer(request: Request, egress: SandboxEgress, path: str) -> Response:
    if path == "/healthz" and request.method == "GET":
        return PlainTextResponse("ok\n")
    token = request.headers.get(EGRESS_TOKEN, "")
    if not hmac.compare_digest(token.encode(), egress.token.encode()):
        return plain(401, "unauthorized")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_BODY:
            return plain(413, f"the request body is larger than {_MAX_BODY} bytes")
    local = request.client is None or is_loopback(request.client.host)
    return handle(egress, request.method, path, bytes(body), secure=local or request.url.scheme == "https")


def handle(
    egress: SandboxEgress, method: str, path: str, body: bytes, *, secure: bool = True, stale: int = 409
) -> Response:
    """Answer a request that may be made. `secure`: nobody on the way can read it. `stale`: the status for an old revision.

    Nothing here waits, so requests are handled one after the other.
    """
    methods = _methods(path)
    if methods is None:
        return plain(404, "not found" if path.startswith(_VAULT + "/") else "404 page not found")
    if method not in methods:
        return plain(405, "method not allowed", {"Allow": ", ".join(methods)})
    try:
        if path == "/policy":
            return _policy(egress, method, body)
        if path == f"{_VAULT}/_active":
            return plain(403, "forbidden")
        if method == "GET":
            return _json(200, _read_vault(egress, path))
        return _change_vault(egress, method, body, secure=secure)
    except _Problem as problem:
        return plain(problem.status, str(problem))
    except TooManyRules as error:
        return plain(413, str(error))
    except vaults.RevisionConflict as error:
        return plain(stale, str(error))
    except (ValueError, RecursionError) as error:
        return plain(400, str(error))


def plain(status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    """An error answer."""
    line = " ".join(message.split()) + "\n"
    return PlainTextResponse(line, status, {"X-Content-Type-Options": "nosniff", **(headers or {})})


def policy_status(policy: Policy, reason: str = "", *, enforcement: bool = True) -> dict[str, Any]:
    """The `PolicyStatusResponse` of the protocol, without the policy itself."""
    status = {"status": "ok", "mode": policy.mode}
    if enforcement:
        status["enforcementMode"] = _ENFORCEMENT
    return status | ({"reason": reason} if reason else {})


def _methods(path: str) -> tuple[str, ...] | None:
    if path == "/policy":
        return ("GET", "POST", "PUT", "PATCH", "DELETE")
    if path == _VAULT:
        return ("GET", "POST", "PATCH", "DELETE")
    kind, _, name = path.removeprefix(f"{_VAULT}/").partition("/")
    if path.startswith(f"{_VAULT}/") and (
        (kind == "_active" and not name) or (kind in ("credentials", "bindings") and not path.endswith("/"))
    ):
        return ("GET",)
    return None


def _policy(egress: SandboxEgress, method: str, body: bytes) -> Response:
    if method == "GET":
        return _json(200, policy_status(egress.effective) | {"policy": egress.effective.as_json()})
    if method in ("PUT", "POST"):
        value = _decoded(body) if body.strip() else None
        policy = parse_policy(value)
        egress.set_policy(policy)
        if not value:
            return _json(200, policy_status(policy, "policy reset to default deny-all", enforcement=False))
        return _json(200, policy_status(policy))
    value = _decoded(body)
    if not isinstance(value, list) or not value:
        raise ValueError("the body has to be an array with at least one element")
    # A sandbox without a policy is unrestricted; the first rules make it one that denies the rest.
    old = DENY_ALL if egress.policy is None else egress.policy
    if method == "PATCH":
        egress.set_policy(policy := old.merged(parse_rules(value)))
        return _json(200, policy_status(policy))
    if not all(isinstance(target, str) for target in value):
        raise ValueError("the body has to be an array of targets")
    policy = old.without(value)
    if policy is old:
        return _json(200, policy_status(egress.effective, "no matching targets found"))
    egress.set_policy(policy)
    return _json(200, policy_status(policy))


def _read_vault(egress: SandboxEgress, path: str) -> dict[str, Any]:
    vault = _existing(egress)
    if path == _VAULT:
        return vault.as_json()
    kind, _, name = path.removeprefix(f"{_VAULT}/").partition("/")
    if not name:
        items = vault.credentials_json() if kind == "credentials" else vault.bindings_json()
        return {"revision": vault.revision, kind: items}
    if kind == "credentials" and name in vault.credentials:
        return vault.credentials[name].as_json()
    if kind == "bindings" and name in vault.bindings:
        return vault.bindings[name].as_json(vault.revision)
    raise _Problem(404, f"{kind[:-1]} {name[:100]!r} not found")


def _change_vault(egress: SandboxEgress, method: str, body: bytes, *, secure: bool) -> Response:
    if not egress.interception:
        raise _Problem(412, "this sandbox has no credential proxy; create it with credentialProxy.enabled")
    if egress.demands_tls and not secure:
        raise _Problem(426, "this sandbox takes credentials over TLS or from this machine only")
    if method == "DELETE":
        _existing(egress)
        egress.set_vault(None)
        return Response(status_code=204)
    if method == "POST":
        created = vaults.create(read(body, CreateVault), egress.policy, scoped=egress.scoped)
        if egress.vault is not None:
            raise _Problem(409, "credential vault exists already; change it with PATCH, or delete it first")
        egress.set_vault(created)
        return _json(201, created.as_json())
    changes = read(body, ChangeVault)
    changed = vaults.change(_existing(egress), changes, egress.policy, scoped=egress.scoped)
    egress.set_vault(changed)
    return _json(200, changed.as_json())


def _existing(egress: SandboxEgress) -> Vault:
    if egress.vault is None:
        raise _Problem(404, "credential vault not found")
    return egress.vault


def _decoded(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise ValueError("the body is not JSON") from None


def _json(status: int, value: dict[str, Any]) -> Response:
    return Response(json.dumps(value) + "\n", status, media_type="application/json")
