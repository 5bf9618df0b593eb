"""The other side of `worker`: carries out one file operation and ends.

Everything is imported before root and identity change, which may put the interpreter out of reach; and nothing of
asyncio is, which would double the time the process takes to start.
"""

from __future__ import annotations

import grp  # noqa: F401
import json
import os
import pwd  # noqa: F401
import socket
from typing import Any

from opensandbox.local.execd.files import operations as file_operations
from opensandbox.local.execd.http.errors import IDENTITY_UNAVAILABLE, ExecdError, from_os_error
from opensandbox.local.execd.run.environment import PathRules


def main() -> int:
    """Carry out one operation; the connection is the standard input."""
    with socket.socket(fileno=0) as connection:
        request = json.loads(connection.makefile("rb").read())
        descriptors: list[int] = []
        try:
            result = _carry_out(request)
            if request["operation"].startswith("open_"):
                descriptors, result = [result], None
            answer: dict[str, Any] = {"result": result}
        except (ExecdError, OSError) as error:
            failure = from_os_error(error) if isinstance(error, OSError) else error
            answer = {"status": failure.status, "code": failure.code, "message": failure.message}
        content = json.dumps(answer).encode()
        sent = socket.send_fds(connection, [content], descriptors)
        connection.sendall(content[sent:])
    return 0


def _carry_out(request: dict[str, Any]) -> Any:
    rules = PathRules({} if request["expand"] else None, request["home"], request["directory"])
    if request["root"] is not None:
        os.chroot(request["root"])
        os.chdir("/")
    if request["identity"] is not None:
        _become(*request["identity"])
    return getattr(file_operations, request["operation"])(rules, *request["arguments"])


def _become(uid: int, gid: int, groups: list[int]) -> None:
    try:
        os.setgroups(groups)
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)
    except OSError as error:
        message = f"the sandbox cannot act as user {uid} and group {gid}: {error.strerror}"
        raise ExecdError(503, IDENTITY_UNAVAILABLE, message) from error
