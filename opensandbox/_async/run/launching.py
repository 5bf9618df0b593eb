"""What has to be done in the sandbox before a command starts: a name becomes an id, and input becomes a file."""

from __future__ import annotations

import secrets
from contextlib import suppress
from typing import TYPE_CHECKING

from opensandbox._core.run.options import User, input_path, reading
from opensandbox.exceptions import InvalidArgumentException, SandboxException

if TYPE_CHECKING:
    import io
    from collections.abc import Awaitable, Callable

    from opensandbox._async.files.service import FilesService
    from opensandbox.models.execd import Execution, RunCommandOpts


class Launch:
    """One start of a command. `clean_up` follows `prepare` in any case.

    The file with the input is removed by the command that opened it, or by `clean_up` where the command runs as another
    user, who may not.
    """

    __slots__ = ("_data", "_files", "_look_up", "_path", "command", "options", "who")

    def __init__(
        self,
        look_up: Callable[[str], Awaitable[Execution]],
        files: Callable[[], FilesService],
        command: object,
        options: RunCommandOpts,
        who: User,
        data: bytes | io.IOBase | None,
    ) -> None:
        self._look_up = look_up
        self._files = files
        self._data = data
        self._path: str | None = None
        self.command = command
        self.options = options
        self.who = who
        if data is not None and options.background and who != (None, None):
            raise InvalidArgumentException(
                "input for another user in the background would leave a file behind; run it in the foreground, "
                "or write the file yourself and let the command read that"
            )

    async def prepare(self) -> None:
        """Look the user up and upload the input; `command` and `options` are then what is to be sent."""
        self.options = await self._as_user()
        if self._data is None:
            return
        path = self._path = input_path(secrets.token_hex(8))
        mode = 600 if self.options.uid is None else 644
        await self._files().write_file(path, self._data, mode=mode)
        self.command = reading(self.command, path)

    async def clean_up(self, *, started: bool) -> None:
        """Remove the input unless the command does; failures are of no use to the caller."""
        if self._path is not None and not (started and self.options.uid is None):
            with suppress(SandboxException):
                await self._files().delete_files([self._path])

    async def _as_user(self) -> RunCommandOpts:
        """Return options with the ids of a user; names are looked up in the sandbox."""
        who = self.who
        if who == (None, None):
            return self.options
        if (script := who.script) is not None:
            found = await self._look_up(script)
            if not found.ok:
                raise InvalidArgumentException(
                    f"user {':'.join(str(part) for part in who if part is not None)!r} is not known in the sandbox "
                    f"({found.stderr.strip() or 'no answer'}); make it there, or pass an id"
                )
            who = who.found(found.stdout)
        return self.options.model_copy(update={"uid": who.uid, "gid": who.gid})
