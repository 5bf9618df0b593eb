"""OpenAI Agents SDK: a sandbox client, whose sessions have files, commands, terminals, ports and snapshots of the workspace.

Longer than other adapters, because the framework's session has more to implement.
"""

# pyright: reportMissingImports=false

from __future__ import annotations

import asyncio
import io
import shlex
import tarfile
import uuid
from collections import deque
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from opensandbox import Sandbox
from opensandbox.exceptions import (
    SandboxException,
    SandboxFileException,
    SandboxGoneException,
    SandboxNotFoundException,
)
from opensandbox.integrations import needs_extra
from opensandbox.integrations.embedded import connection_config_async
from opensandbox.integrations.lifetimes import DEFAULT_IMAGE, LEASE, keep_sandbox

try:
    from agents.sandbox.errors import (
        ExecTimeoutError,
        ExecTransportError,
        ExposedPortUnavailableError,
        WorkspaceArchiveReadError,
        WorkspaceArchiveWriteError,
        WorkspaceReadNotFoundError,
    )
    from agents.sandbox.manifest import Manifest
    from agents.sandbox.session.base_sandbox_session import BaseSandboxSession
    from agents.sandbox.session.pty_output import collect_pty_output
    from agents.sandbox.session.pty_types import (
        PtyExecUpdate,
        allocate_pty_process_id,
        clamp_pty_yield_time_ms,
        resolve_pty_write_yield_time_ms,
    )
    from agents.sandbox.session.runtime_helpers import RESOLVE_WORKSPACE_PATH_HELPER
    from agents.sandbox.session.sandbox_client import BaseSandboxClient, BaseSandboxClientOptions
    from agents.sandbox.session.sandbox_session_state import SandboxSessionState
    from agents.sandbox.snapshot import resolve_snapshot
    from agents.sandbox.types import ExecResult, ExposedPortEndpoint
    from agents.sandbox.util.tar_utils import UnsafeTarMemberError, validate_tarfile
except ImportError as error:
    raise needs_extra("openai-agents", error) from error

if TYPE_CHECKING:
    from pathlib import Path

    from agents.sandbox.session.sandbox_session import SandboxSession
    from agents.sandbox.snapshot import SnapshotBase, SnapshotSpec
    from agents.sandbox.types import User

    from opensandbox import Terminal
    from opensandbox.config import ConnectionConfig

__all__ = [
    "OpenSandboxClient",
    "OpenSandboxClientOptions",
    "OpenSandboxSession",
    "OpenSandboxSessionState",
]

MAX_OUTPUT = 1_000_000
"""Characters of each stream that are kept: the beginning and the end."""

NOT_STARTED = 127
"""The exit code of a program that could not be started, as a shell has it."""

FIRST_YIELD_MS = 10_000
"""How long the start of a terminal waits for output, if the model does not say."""


class OpenSandboxClientOptions(BaseSandboxClientOptions):
    """How sandboxes are created: the image, what else `Sandbox.create` takes, and the ports that a session may expose."""

    type: Literal["opensandbox"] = "opensandbox"
    image: str = DEFAULT_IMAGE
    exposed_ports: tuple[int, ...] = ()
    create: dict[str, Any] = {}  # noqa: RUF012 - pydantic copies it


class OpenSandboxSessionState(SandboxSessionState):
    """What a session is resumed from: its sandbox, as long as that lives, else a new one of the same kind."""

    type: Literal["opensandbox"] = "opensandbox"
    sandbox_id: str | None = None
    image: str = DEFAULT_IMAGE
    create: dict[str, Any] = {}  # noqa: RUF012 - pydantic copies it


@dataclass(frozen=True)
class _Endpoint(ExposedPortEndpoint):
    """An endpoint below a path, as those of a gateway are."""

    path: str = ""

    def url_for(self, scheme: str) -> str:
        """Return the address for `http` or `ws`."""
        base: str = super().url_for(scheme)
        return base.rstrip("/") + self.path.rstrip("/") + "/"


@dataclass
class _Process:
    """A program on a terminal, and its output that was not read yet."""

    terminal: Terminal
    chunks: deque[bytes] = field(default_factory=deque)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    pump: asyncio.Task[None] | None = None

    async def read(self) -> None:
        """Take over the output until there is no more."""
        try:
            async for data in self.terminal:
                self.chunks.append(data)
                self.news.set()
        except SandboxException as failure:
            self.chunks.append(f"\n[{failure}]\n".encode())
        finally:
            self.ended.set()
            self.news.set()

    async def close(self) -> None:
        """End the program and its terminal."""
        if self.pump is not None:
            self.pump.cancel()
        with suppress(SandboxException):
            await self.terminal.close()


class OpenSandboxSession(BaseSandboxSession):
    """A session; made by `OpenSandboxClient`. Its sandbox ends with it."""

    state: OpenSandboxSessionState

    def __init__(self, state: OpenSandboxSessionState, config: ConnectionConfig | None) -> None:
        self.state = state
        self._config = config
        self._sandbox: Sandbox | None = None
        self._stack = AsyncExitStack()
        self._processes: dict[int, _Process] = {}

    @property
    def sandbox(self) -> Sandbox:
        """The sandbox; `RuntimeError` before the session was started."""
        if self._sandbox is None:
            raise RuntimeError("the session was not started; use `async with session:`")
        return self._sandbox

    # Life

    async def _ensure_backend_started(self) -> None:
        if self._sandbox is not None:
            return
        preserved = await self._reconnected()
        self._sandbox = preserved or await keep_sandbox(
            self._stack, self.state.image, self._config, **self.state.create
        )
        self.state.sandbox_id = self._sandbox.id
        self._set_start_state_preserved(preserved is not None)

    async def _reconnected(self) -> Sandbox | None:
        if self.state.sandbox_id is None:
            return None
        config = await connection_config_async(self._config)
        try:
            sandbox = await Sandbox.connect(self.state.sandbox_id, connection_config=config)
        except (SandboxNotFoundException, SandboxGoneException):
            return None
        self._stack.push_async_callback(sandbox.destroy)
        await self._stack.enter_async_context(sandbox.keep_alive(LEASE))
        return sandbox

    async def _prepare_backend_workspace(self) -> None:
        await self.sandbox.files.create_directories(self.state.manifest.root)

    async def _shutdown_backend(self) -> None:
        self._sandbox = None
        with suppress(SandboxNotFoundException, SandboxGoneException):
            await self._stack.aclose()

    async def running(self) -> bool:
        """Return whether the sandbox runs."""
        try:
            return self._sandbox is not None and await self._sandbox.is_healthy()
        except SandboxException:
            return False

    # Programs

    async def _exec_internal(self, *command: str | Path, timeout: float | None = None) -> ExecResult:
        line = [str(part) for part in command]
        try:
            execution = await self.sandbox.commands.run(
                line,
                cwd=self.state.manifest.root,
                env=await self.state.manifest.environment.resolve(),
                timeout=timeout,
                max_output=MAX_OUTPUT,
            )
        except SandboxException as failure:
            raise ExecTransportError(command=line, cause=failure, message=str(failure)) from failure
        if execution.timed_out:
            context = {"stdout": execution.stdout, "stderr": execution.stderr}
            raise ExecTimeoutError(command=line, timeout_s=timeout, context=context)
        if execution.exit_code is None and execution.error is not None:
            return ExecResult(stdout=b"", stderr=execution.error.value.encode(), exit_code=NOT_STARTED)
        code = 128 + execution.signal if execution.signal else execution.exit_code or 0
        return ExecResult(stdout=execution.stdout.encode(), stderr=execution.stderr.encode(), exit_code=code)

    def supports_pty(self) -> bool:
        """Terminals are there."""
        return True

    async def pty_exec_start(
        self,
        *command: str | Path,
        timeout: float | None = None,
        shell: bool | list[str] = True,
        user: str | User | None = None,
        tty: bool = False,
        yield_time_s: float | None = None,
        max_output_tokens: int | None = None,
    ) -> PtyExecUpdate:
        """Start a program on a terminal, or with `tty=False` on pipes, and return its first output."""
        line = self._prepare_exec_command(*command, shell=shell, user=user)
        variables = await self.state.manifest.environment.resolve()
        text = shlex.join(["env", *(f"{name}={value}" for name, value in variables.items()), *line])
        try:
            terminal = await self.sandbox.pty.open(text, cwd=self.state.manifest.root, pty=tty)
        except SandboxException as failure:
            raise ExecTransportError(command=line, cause=failure, message=str(failure)) from failure
        process = _Process(terminal)
        process.pump = asyncio.create_task(process.read())
        number = allocate_pty_process_id(set(self._processes))
        self._processes[number] = process
        wait = FIRST_YIELD_MS if yield_time_s is None else int(yield_time_s * 1000)
        return await self._update(number, clamp_pty_yield_time_ms(wait), max_output_tokens)

    async def pty_write_stdin(
        self,
        *,
        session_id: int,
        chars: str,
        yield_time_s: float | None = None,
        max_output_tokens: int | None = None,
    ) -> PtyExecUpdate:
        """Type into a program, and return what it printed since."""
        process = self._resolve_pty_session_entry(pty_processes=self._processes, session_id=session_id)
        if chars and not process.ended.is_set():
            await process.terminal.send(chars)
        wait = 250 if yield_time_s is None else int(yield_time_s * 1000)
        limit = resolve_pty_write_yield_time_ms(yield_time_ms=wait, input_empty=not chars)
        return await self._update(session_id, limit, max_output_tokens)

    async def _update(self, number: int, wait_ms: int, max_tokens: int | None) -> PtyExecUpdate:
        process = self._processes[number]
        output, tokens, ended = await collect_pty_output(
            output_chunks=process.chunks,
            output_lock=process.lock,
            output_notify=process.news,
            is_done=process.ended.is_set,
            yield_time_ms=wait_ms,
            max_output_tokens=max_tokens,
        )
        if ended:
            await self._processes.pop(number).close()
        return PtyExecUpdate(
            process_id=None if ended else number,
            output=output,
            exit_code=process.terminal.exit_code if ended else None,
            original_token_count=tokens,
        )

    async def pty_terminate_all(self) -> None:
        """End all programs on terminals."""
        while self._processes:
            _, process = self._processes.popitem()
            await process.close()

    # Ports

    async def _resolve_exposed_port(self, port: int) -> ExposedPortEndpoint:
        try:
            address = await self.sandbox.url(port)
        except SandboxException as failure:
            raise ExposedPortUnavailableError(
                port=port, exposed_ports=self.state.exposed_ports, reason="backend_unavailable", cause=failure
            ) from failure
        parts = urlsplit(address)
        secure = parts.scheme == "https"
        number = parts.port or (443 if secure else 80)
        return _Endpoint(host=parts.hostname or "", port=number, tls=secure, path=parts.path)

    # Files

    def _runtime_helpers(self) -> tuple[Any, ...]:
        return (RESOLVE_WORKSPACE_PATH_HELPER,)

    async def _validate_path_access(self, path: Path | str, *, for_write: bool = False) -> Path:
        return await self._validate_remote_path_access(path, for_write=for_write)

    async def read(self, path: Path, *, user: str | User | None = None) -> io.IOBase:
        """Return the content of a file."""
        if user is not None:
            await self._check_read_with_exec(path, user=user)
        place = await self._validate_path_access(path)
        try:
            return io.BytesIO(await self.sandbox.files.read_bytes(place.as_posix()))
        except FileNotFoundError as failure:
            raise WorkspaceReadNotFoundError(path=place, cause=failure) from failure
        except SandboxException as failure:
            raise WorkspaceArchiveReadError(path=place, cause=failure) from failure

    async def write(self, path: Path, data: io.IOBase, *, user: str | User | None = None) -> None:
        """Write a file and create its directories."""
        if user is not None:
            await self._check_write_with_exec(path, user=user)
        place = await self._validate_path_access(path, for_write=True)
        content = data.read()
        try:
            await self.sandbox.files.write_file(place.as_posix(), content, mode=644)
        except SandboxException as failure:
            raise WorkspaceArchiveWriteError(path=place, cause=failure) from failure

    async def persist_workspace(self) -> io.IOBase:
        """Return the workspace as a tar archive."""
        root, archive = self._workspace_root_path(), f"/tmp/workspace-{uuid.uuid4().hex}.tar"  # noqa: S108 - in the sandbox
        skipped = sorted(path.as_posix() for path in self._persist_workspace_skip_relpaths())
        excluded = [f"--exclude=./{path}" for path in skipped]
        line = ["tar", "-cf", archive, "--no-wildcards", *excluded, "-C", root.as_posix(), "."]
        try:
            await self.sandbox.commands.run(line, check=True)
            return io.BytesIO(await self.sandbox.files.read_bytes(archive))
        except SandboxException as failure:
            raise WorkspaceArchiveReadError(path=root, cause=failure) from failure
        finally:
            await self._remove(archive)

    async def hydrate_workspace(self, data: io.IOBase) -> None:
        """Fill the workspace from a tar archive. Members that would leave it are refused."""
        root, archive = self._workspace_root_path(), f"/tmp/workspace-{uuid.uuid4().hex}.tar"  # noqa: S108 - in the sandbox
        content = data.read()
        try:
            with tarfile.open(fileobj=io.BytesIO(content)) as tar:
                validate_tarfile(
                    tar,
                    reject_rel_paths=self._mount_relpaths_within_workspace(),
                    allow_external_symlink_targets=False,
                )
            await self.sandbox.files.write_file(archive, content)
            await self.sandbox.files.create_directories(root.as_posix())
            await self.sandbox.commands.run(["tar", "-xf", archive, "-C", root.as_posix()], check=True)
        except (UnsafeTarMemberError, tarfile.TarError, SandboxException) as failure:
            raise WorkspaceArchiveWriteError(path=root, cause=failure) from failure
        finally:
            await self._remove(archive)

    async def _remove(self, path: str) -> None:
        with suppress(SandboxException, SandboxFileException):
            await self.sandbox.files.delete_files([path])


class OpenSandboxClient(BaseSandboxClient):
    """A client for `SandboxRunConfig(client=OpenSandboxClient())`.

    Without `connection_config` and `OPEN_SANDBOX_DOMAIN` its sandboxes run on an embedded server of this process.

        async with await OpenSandboxClient().create() as session:
            print((await session.exec("uname -s")).stdout)
    """

    backend_id = "opensandbox"
    supports_default_options = True

    def __init__(self, connection_config: ConnectionConfig | None = None) -> None:
        self._config = connection_config

    async def create(
        self,
        *,
        snapshot: SnapshotSpec | SnapshotBase | None = None,
        manifest: Manifest | None = None,
        options: OpenSandboxClientOptions | None = None,
    ) -> SandboxSession:
        """Return a new session. Its sandbox is created when it is started."""
        given, name = options or OpenSandboxClientOptions(), uuid.uuid4()
        state = OpenSandboxSessionState(
            session_id=name,
            snapshot=resolve_snapshot(snapshot, str(name)),
            manifest=self._validate_manifest_for_create(manifest or Manifest()),
            exposed_ports=given.exposed_ports,
            image=given.image,
            create=given.create,
        )
        return self._wrap_session(OpenSandboxSession(state, self._config))

    async def delete(self, session: SandboxSession) -> SandboxSession:
        """End the sandbox of a session, if it still lives."""
        await session._inner._shutdown_backend()
        return session

    async def resume(self, state: SandboxSessionState) -> SandboxSession:
        """Return a session in the sandbox of an earlier one, or where that has ended in a new one with its snapshot."""
        if not isinstance(state, OpenSandboxSessionState):
            raise TypeError(f"state is a {type(state).__name__}; give an OpenSandboxSessionState")
        state.assert_path_grants_rebound()
        return self._wrap_session(OpenSandboxSession(state, self._config))

    def deserialize_session_state(self, payload: dict[str, object]) -> SandboxSessionState:
        """Read a state back from JSON."""
        return self._deserialize_session_state_payload(payload, OpenSandboxSessionState)
