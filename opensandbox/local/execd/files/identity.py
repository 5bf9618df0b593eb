"""The file routes below /v1/filesystem/{uid}/{gid}: each operation runs with that user and primary group."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from opensandbox.local.execd.files.routes import FileRoutes
from opensandbox.local.execd.files.worker import WorkerFileSystem
from opensandbox.local.execd.http.errors import IDENTITY_UNAVAILABLE, ExecdError, invalid
from opensandbox.local.execd.run import users
from opensandbox.local.execd.run.environment import Identity, PathRules, home_of, is_own, supplementary_groups

if TYPE_CHECKING:
    from opensandbox.local.execd.files.routes import FileSystem
    from opensandbox.local.execd.http.messages import Request

MAX_ID = 4294967294


class IdentityFileRoutes(FileRoutes):
    """The file routes, under the identity that the path names."""

    async def file_system(self, request: Request) -> FileSystem:
        """Return what runs the operations of this request under its identity."""
        uid, gid = (_identifier(request.params[name], name) for name in ("uid", "gid"))
        if problem := users.missing(uid, gid):
            raise ExecdError(503, IDENTITY_UNAVAILABLE, problem)
        rules = PathRules({}, home_of(uid), "/")
        identity = None if is_own(uid, gid) else Identity(uid, gid, supplementary_groups(uid, gid))
        return WorkerFileSystem(rules, identity=identity)


def _identifier(text: str, name: str) -> int:
    if re.fullmatch(r"[0-9]{1,10}", text) and int(text) <= MAX_ID:
        return int(text)
    raise invalid(f"'{name}' is {text!r}, it has to be a number from 0 to {MAX_ID}")
