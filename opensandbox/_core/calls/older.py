"""Servers and daemons that are older than what they are asked for: how their answers tell it, and what to say.

A missing route is answered by the framework, not by the API: plain text from daemons, a bare detail from lifecycle servers.
"""

from __future__ import annotations

import json
import re
from typing import Final

_NO_ROUTE_TEXT: Final = b"404 page not found"
_NO_ROUTE_DETAIL: Final = {"detail": "Not Found"}

# What is asked for: the path of its requests, its name, and since when it is there.
_FEATURES: Final = (
    (re.compile(r"/pty(/|$)"), "terminals (`sandbox.pty`)", None),
    (re.compile(r"/v1/isolated/"), "isolated sessions (`sandbox.isolation`)", "daemons newer than 1.0.19"),
    (re.compile(r"/v1/filesystem/"), "files under another identity", "daemons newer than 1.0.19"),
    (re.compile(r"/directories/list$"), "the listing of directories", None),
    (re.compile(r"/metrics(/|$)"), "metrics", None),
    (re.compile(r"/code(/|$)"), "code interpreters (`sandbox.code`)", None),
    (re.compile(r"/session(/|$)"), "shell sessions", None),
    (re.compile(r"/sandboxes/[^/]+/diagnostics/context$"), "the diagnostic context", "servers of 1.2"),
    (re.compile(r"/sandboxes/[^/]+/credential-vault"), "the credential vault of templates", "servers of 1.2"),
    (re.compile(r"/credential-vault"), "the credential vault", None),
    (re.compile(r"/sandboxes/[^/]+/diagnostics/"), "diagnostics", None),
    (re.compile(r"/snapshots(/|$)"), "snapshots", None),
    (re.compile(r"/templates(/|$)"), "templates", None),
)


def unsupported(status: int, method: str, path: str, body: bytes) -> str | None:
    """Return what to say where an answer tells that the other side does not know the request; None where it does not."""
    feature = next(((name, since) for pattern, name, since in _FEATURES if pattern.search(path)), None)
    # What every daemon and server has is missing where an ingress answers for a sandbox that is gone.
    if status == 405 or (status == 404 and feature is not None and _no_route(body)):
        name, since = feature or (f"{method} {path}", None)
        known = f", which {since} have" if since else ""
        return f"it does not know {name}{known}: it is older than that, or the domain is not that of an OpenSandbox server"
    if status == 400 and path.endswith("/command") and b"'Command'" in body and b"'required'" in body:
        return "it takes no list of arguments, which daemons newer than 1.0.19 do; pass text: shlex.join(command)"
    return None


def _no_route(body: bytes) -> bool:
    if body.strip() == _NO_ROUTE_TEXT:
        return True
    try:
        return bool(json.loads(body) == _NO_ROUTE_DETAIL)
    except (ValueError, RecursionError):
        return False
