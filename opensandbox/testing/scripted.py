"""A sandbox that follows a script: commands from a table, files in memory, failures on demand."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from opensandbox._core.run.options import without_reading
from opensandbox.exceptions import InvalidArgumentException
from opensandbox.testing.memory import MemoryFiles

if TYPE_CHECKING:
    import re

    from opensandbox.config import ConnectionConfig, ConnectionConfigSync
    from opensandbox.sandbox import Sandbox
    from opensandbox.sync.sandbox import SandboxSync

SANDBOX_ID = "scripted"

Part = Literal["commands", "files", "sandbox"]
PARTS = ("commands", "files", "sandbox")


class NotScriptedError(AssertionError):
    """The program under test did what its script has no answer for."""


@dataclass(frozen=True)
class CommandCall:
    """A command as it was run. `command` is shell text; a program with arguments is quoted as for a shell."""

    command: str
    cwd: str | None = None
    env: dict[str, str] = field(default_factory=dict)
    input: bytes = b""
    user: int | None = None
    timeout: float | None = None
    background: bool = False


@dataclass(frozen=True)
class CommandResult:
    """What a command prints, and how it ends."""

    stdout: str = ""
    stderr: str = ""
    exit_code: int = 0
    timed_out: bool = False


Answer = CommandResult | str | Callable[[CommandCall], "CommandResult | str"]


@dataclass
class Failure:
    """A failure of the next requests; `status` is `None` for a connection that breaks."""

    part: str
    status: int | None
    code: str
    message: str
    times: int


class ScriptedSandbox:
    """Makes sandboxes without a server: `sandbox()` for asyncio, `blocking()` for threads, `config()` for programs that create
    their own.

    The objects are those of the package, so arguments are checked, results have their types and errors their classes.
    What has no answer raises `NotScriptedError`. Terminals, ports and isolated sessions have none.

        script = ScriptedSandbox()
        script.on("python3 --version", stdout="Python 3.12.1\\n")
        script.on(re.compile("pip install .*"), lambda call: CommandResult(stderr="no network", exit_code=1))
        script.files["/workspace/in.txt"] = "text"
        script.fail("commands", status=503, times=1)
        print(script.blocking().commands.run("python3 --version").stdout)
    """

    def __init__(self) -> None:
        self.files = MemoryFiles()
        """The files: paths and their content (bytes; text that is set is encoded)."""
        self.calls: list[CommandCall] = []
        """The commands that were run, with directory, variables and input."""
        self.killed = False
        """Whether the sandbox was killed."""
        self._table: list[tuple[str | re.Pattern[str], Answer]] = []
        self._failures: list[Failure] = []

    @property
    def commands(self) -> list[str]:
        """The texts of the commands that were run, in order."""
        return [call.command for call in self.calls]

    def __repr__(self) -> str:
        return (
            f"ScriptedSandbox({len(self._table)} answers, {len(self.files)} files, {len(self.calls)} calls)"
        )

    def on(
        self,
        command: str | list[str] | re.Pattern[str],
        answer: Answer | None = None,
        *,
        stdout: str = "",
        stderr: str = "",
        exit_code: int = 0,
    ) -> None:
        """Answer a command: text that equals it, a list of arguments, or a pattern that matches all of it. Later lines win.

        The answer is a `CommandResult`, a text (standard output), or a function of the `CommandCall` that returns one.

            script.on("make", stdout="done\\n")
        """
        if answer is not None and (stdout or stderr or exit_code):
            raise InvalidArgumentException("pass answer, or stdout, stderr and exit_code, not both")
        text = shlex.join(command) if isinstance(command, list) else command
        self._table.append((text, answer or CommandResult(stdout, stderr, exit_code)))

    def fail(
        self,
        part: Part,
        *,
        status: int | None = None,
        code: str = "SCRIPTED",
        message: str = "scripted failure",
        times: int = 1,
    ) -> None:
        """Let the next `times` requests about `commands`, `files` or the `sandbox` itself fail: with a status, else by a
        connection that breaks. The package does not retry here.

            script.fail("files", status=404, code="FILE_NOT_FOUND")
        """
        if part not in PARTS:
            raise InvalidArgumentException(f"part must be one of {', '.join(PARTS)}, not {part!r}")
        if status is not None and not 400 <= status <= 599:
            raise InvalidArgumentException(f"status must be an error, 400 to 599, not {status!r}")
        self._failures.append(Failure(part, status, code, message, times))

    def sandbox(self) -> Sandbox:
        """Return the sandbox for asyncio."""
        from opensandbox.sandbox import Sandbox

        return Sandbox(SANDBOX_ID, connection_config=self.config())

    def blocking(self) -> SandboxSync:
        """Return the sandbox for threads."""
        from opensandbox.sync.sandbox import SandboxSync

        return SandboxSync(SANDBOX_ID, connection_config=self.config_sync())

    def config(self) -> ConnectionConfig:
        """Return a config with which `Sandbox.create` and `Sandbox.connect` give this sandbox."""
        from opensandbox.config import ConnectionConfig
        from opensandbox.testing.server import transport

        return ConnectionConfig(domain="scripted.example.com", api_key="scripted", transport=transport(self))

    def config_sync(self) -> ConnectionConfigSync:
        """Return the same for `SandboxSync`."""
        from opensandbox.config import ConnectionConfigSync
        from opensandbox.testing.server import transport

        return ConnectionConfigSync(
            domain="scripted.example.com", api_key="scripted", transport=transport(self)
        )

    def failure_of(self, part: str) -> Failure | None:
        """Return how the next request fails, if it does; the transport calls it."""
        for failure in self._failures:
            if failure.part == part and failure.times > 0:
                failure.times -= 1
                return failure
        return None

    def run(self, body: dict[str, object]) -> tuple[CommandCall, CommandResult]:
        """Answer the daemon's request to run a command; the transport calls it."""
        call = self._call(body)
        self.calls.append(call)
        for wanted, answer in reversed(self._table):
            if call.command == wanted if isinstance(wanted, str) else wanted.fullmatch(call.command):
                found = answer(call) if callable(answer) else answer
                return call, CommandResult(found) if isinstance(found, str) else found
        raise self._not_scripted(call.command)

    def _call(self, body: dict[str, object]) -> CommandCall:
        asked: object = body.get("argv") or body.get("command")
        command, path = without_reading(asked)
        content = b""
        if path is not None:
            content = self.files.read(path)
            self.files.remove(path, tree=False)
        timeout = body.get("timeout")
        return CommandCall(
            shlex.join(command) if isinstance(command, list) else str(command),
            cwd=body.get("cwd"),  # type: ignore[arg-type]
            env=dict(body.get("envs") or {}),  # type: ignore[call-overload]
            input=content,
            user=body.get("uid"),  # type: ignore[arg-type]
            timeout=timeout / 1000 if isinstance(timeout, int) else None,
            background=bool(body.get("background")),
        )

    def _not_scripted(self, command: str) -> NotScriptedError:
        known = ", ".join(
            repr(wanted if isinstance(wanted, str) else wanted.pattern) for wanted, _ in self._table
        )
        return NotScriptedError(
            f"no answer is scripted for the command {command!r}; add script.on({command!r}, …)"
            + (f" (there are answers for {known})" if known else "")
        )
