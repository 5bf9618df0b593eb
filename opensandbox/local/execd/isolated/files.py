"""The file routes of an isolated session: a worker acts with the session's own view of the file system as its root."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opensandbox.local.execd.files.routes import FileRoutes
from opensandbox.local.execd.files.worker import WorkerFileSystem
from opensandbox.local.execd.http.errors import INVALID_REQUEST
from opensandbox.local.execd.run.environment import PathRules

if TYPE_CHECKING:
    from opensandbox.local.execd.files.operations import Permission
    from opensandbox.local.execd.files.routes import FileSystem
    from opensandbox.local.execd.http.messages import Request

UPLOAD_MODE = 644


class IsolatedFileRoutes(FileRoutes):
    """The file routes below /v1/isolated/session/{sessionId}; paths are literal, ownership is left alone."""

    async def file_system(self, request: Request) -> FileSystem:
        """Return what runs the operations of this request inside its session."""
        session = await self._daemon.parts.isolated.session(request)
        return WorkerFileSystem(PathRules(None, "/", "/"), root=session.root())

    def permission(
        self, value: Any, path: str, default: int = UPLOAD_MODE, code: str = INVALID_REQUEST
    ) -> Permission:
        """Check a permission; only its mode counts here."""
        checked = super().permission(value, path, default, code)
        return {**checked, "owner": "", "group": ""}
