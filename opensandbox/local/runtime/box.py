"""One running sandbox, seen from the server."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import stat
from typing import TYPE_CHECKING, Any

from opensandbox.local.runtime import control, signals
from opensandbox.local.runtime.layout import EGRESS_PORT, layers_of
from opensandbox.local.runtime.spec import BoxSpec
from opensandbox.local.runtime.storage import Owner, copy_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from opensandbox.local.runtime.cgroups import ControlGroup
    from opensandbox.local.runtime.forked import ForkedProcess
    from opensandbox.local.runtime.leavings import Leavings
    from opensandbox.local.runtime.process import BoxProcess
    from opensandbox.local.runtime.users import UserNamespace

_ANSWER_TIMEOUT = 10.0
_STOP_TIMEOUT = 10.0
# The daemon shares the per-process limit with everything it starts, and must itself live with it.
_SMALLEST_DATA_LIMIT = 128 << 20


class Box:
    """A sandbox that runs until `kill`, or until it ends by itself (then `kill` still cleans up).

    `id` is the caller's, `name` the short name used for the directory and as host name inside. `warm` says whether
    it was waiting as a spare. `notes` lists what was asked for and cannot be enforced on this machine.
    """

    def __init__(
        self,
        name: str,
        directory: Path,
        owner: Owner,
        process: BoxProcess | ForkedProcess,
        group: ControlGroup,
        leavings: Leavings,
    ) -> None:
        self.id = ""
        self.name = name
        self.warm = False
        self.notes: list[str] = []
        self.spec = BoxSpec()
        self.directory = directory
        self.execd_socket = directory / "execd.sock"
        self.control_socket = directory / "control.sock"
        self.paused = False
        self.pid = process.init_pid
        self.users: UserNamespace | None = None
        self.one_user: str | None = None
        """Why there is one user inside, None where there are more."""
        self.on_removed: Callable[[Box], None] | None = None
        self._owner = owner
        self._process = process
        self._group = group
        self._leavings = leavings
        self._stopped: set[int] = set()
        self._frozen = False
        self._changing = asyncio.Lock()
        self._removal: asyncio.Task[None] | None = None

    @property
    def about_users(self) -> str:
        """Which users there are inside, and why no more."""
        if self.users is None:
            return f"one: {self.one_user}"
        return f"0 to 65535, of whom root is {self.users.ids.users[0][1]} on this machine"

    async def begin(self, box_id: str, spec: BoxSpec) -> None:
        """Take on an identity: apply limits, set the environment, open the way out, start the entrypoint.

        Raises ConnectionError when the daemon refuses; the caller kills the box then.
        """
        self.id, self.spec = box_id, spec
        self._limit(spec)
        if spec.egress is not None:
            # Before any program of the user's runs, so that it is the daemon, and nobody else, who hands it over.
            spec.egress(
                await control.take_listener(self.control_socket, EGRESS_PORT, timeout=_ANSWER_TIMEOUT)
            )
        question = {
            "op": "start",
            "entrypoint": list(spec.entrypoint),
            "env": dict(spec.env),
            "trust": spec.trust,
            "directory": spec.directory,
            "directories": list(spec.directories),
            "pre_start": spec.pre_start,
            "one_user": self.one_user,
        }
        patience = _ANSWER_TIMEOUT + (spec.pre_start["timeout"] if spec.pre_start else 0)
        await control.ask(self.control_socket, question, timeout=patience)

    async def run_hook(self, question: Mapping[str, Any]) -> str | None:
        """Run a program inside, given as `{"command": [...], "timeout": seconds}`; None, or what went wrong."""
        try:
            answer = await control.ask(
                self.control_socket,
                {"op": "hook", **question},
                timeout=question["timeout"] + _ANSWER_TIMEOUT,
            )
        except ConnectionError as error:
            return str(error)
        if "problem" in answer:
            return str(answer["problem"])
        return None if answer["exit_code"] == 0 else f"exit status {answer['exit_code']}"

    def _limit(self, spec: BoxSpec) -> None:
        if spec.memory is not None and not self._group.limit_memory(spec.memory):
            self.notes.append(self._limit_data(spec.memory))
        if spec.cpu is not None and not self._group.limit_cpu(spec.cpu):
            self.notes.append(
                f"cpu limit of {spec.cpu:g} is not enforced: the server may not create control groups"
            )

        if not self._group.limit_pids(spec.pids) and os.geteuid() == 0:
            self.notes.append(
                f"limit of {spec.pids} processes is not enforced: the server may not create control groups"
            )
        elif os.geteuid() != 0:
            self._limit_processes(spec.pids)

    def _limit_processes(self, limit: int) -> None:
        """The kernel counts the processes of an ordinary user's namespace apart; those of root it does not count."""
        for pid in signals.processes_of(self.pid):
            with contextlib.suppress(ProcessLookupError):
                _, most = resource.prlimit(pid, resource.RLIMIT_NPROC)
                held = limit if most == resource.RLIM_INFINITY else min(limit, most)
                resource.prlimit(pid, resource.RLIMIT_NPROC, (held, held))

    def _limit_data(self, limit: int) -> str:
        """Fall back to a limit per process; returns the note that says what it is worth."""
        because = "the server may not create control groups"
        if limit < _SMALLEST_DATA_LIMIT:
            return f"memory limit of {limit} bytes is not enforced: {because}, and it is too small for one process"
        for pid in signals.processes_of(self.pid):
            # RLIMIT_DATA counts memory that is really writable; RLIMIT_AS would also count what runtimes with
            # large reservations (node, java) never touch, and break them.
            with contextlib.suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_DATA, (limit, limit))
        return f"memory limit of {limit} bytes holds for each process, not for all together: {because}"

    async def dial(self, port: int, *, timeout: float = _ANSWER_TIMEOUT) -> control.Stream:
        """Open a stream to a TCP port inside; the caller closes the writer.

        Raises ConnectionError when nothing listens there, or within `timeout` seconds nothing answers.
        """
        if not 1 <= port <= 65535:
            raise ValueError(f"port is {port!r}; give a number from 1 to 65535")
        return await control.connect(self.control_socket, port, timeout=timeout)

    async def status(self) -> dict[str, object]:
        """What the daemon says about the entrypoint: `running`, `exit_code`, `signal`, and `problem` if it did not start.

        Raises ConnectionError when it does not answer, as while paused.
        """
        answer = await control.ask(self.control_socket, {"op": "status"}, timeout=_ANSWER_TIMEOUT)
        return dict(answer.get("entrypoint") or {})

    async def entrypoint_ended(self) -> dict[str, object]:
        """Wait until the entrypoint has ended; returns its `exit_code`, and its `signal` when one ended it.

        Raises ConnectionError when the daemon ends first, as after `kill`.
        """
        answer = await control.ask(self.control_socket, {"op": "wait"}, timeout=None)
        return dict(answer.get("entrypoint") or {})

    def entrypoint_log(self, limit: int = 1 << 20) -> bytes:
        """The last `limit` bytes that the entrypoint printed; empty when there are none.

        The file lies in the sandbox's reach, so it is not followed when it has become a link.
        """
        try:
            file = os.open(
                self.directory / "sock/entrypoint.log", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
            )
        except OSError:
            return b""
        try:
            facts = os.fstat(file)
            if not stat.S_ISREG(facts.st_mode):
                return b""
            return os.pread(file, limit, max(0, facts.st_size - limit))
        finally:
            os.close(file)

    async def pause(self) -> None:
        """Stop every process inside where it stands. Harmless when paused.

        Raises TimeoutError when they do not stop within 10 s; then they run on.
        """
        async with self._changing:
            if not self.paused:
                await self._freeze()
                self.paused = True

    async def resume(self) -> None:
        """Continue after `pause`. Harmless when running."""
        async with self._changing:
            if self.paused:
                await self._thaw()
                self.paused = False

    async def _freeze(self) -> None:
        self._frozen = self._group.freeze(True)
        if not self._frozen:
            self._stopped = await signals.stop_all(self.pid, timeout=_STOP_TIMEOUT)
            return
        try:
            async with asyncio.timeout(_STOP_TIMEOUT):
                while not self._group.is_frozen():
                    await asyncio.sleep(0.001)
        except BaseException:
            await self._thaw()
            raise

    async def _thaw(self) -> None:
        if not self._frozen:
            signals.continue_all(self.pid, self._stopped)
            self._stopped = set()
            return
        # No more files, say, pass: a sandbox must not stand still for ever because of that.
        while not self._group.freeze(False) and not self.exited:
            await asyncio.sleep(0.05)

    async def snapshot(self, target: Path) -> None:
        """Copy everything written so far to the new directory `target`, to be stacked with `BoxSpec.layers`.

        The result stands alone: it holds the layers that this box was started from, too. The box is frozen
        meanwhile. Raises OSError when the copy fails; then `target` is removed.
        """
        target.mkdir(mode=0o700, parents=True)
        try:
            older = [layer for snapshot in self.spec.layers for layer in layers_of(snapshot)]
            for number, layer in enumerate(older):
                await copy_tree(
                    self._owner,
                    layer,
                    target / f"{number:03}",
                    link=layer.stat().st_dev == target.stat().st_dev,
                )
            async with self._changing:
                if not self.paused:
                    await self._freeze()
                try:
                    await copy_tree(self._owner, self.directory / "upper", target / f"{len(older):03}")
                finally:
                    if not self.paused:
                        await self._thaw()
        except BaseException:
            await asyncio.shield(self._leavings.remove(self._owner, target))
            raise

    async def wait(self) -> int:
        """Wait until nothing runs inside any more; returns the exit status, negative for a signal."""
        return await asyncio.shield(self._process.ended)

    @property
    def exited(self) -> bool:
        """Whether nothing runs inside any more."""
        return self._process.ended.done()

    async def kill(self) -> None:
        """End every process inside, paused or not. What the box has on disk is removed soon after.

        Harmless when repeated. Raises TimeoutError when the
        kernel does not end a process within 10 s (one that hangs in a broken network file system, say).
        """
        if self._removal is None:
            self._removal = asyncio.create_task(self._remove())
        await asyncio.shield(self._removal)

    async def _remove(self) -> None:
        self._group.unlimit_cpu()
        # Frozen, a thousand processes that start others do not stand in the way of their own end; killed they may be.
        frozen = self._group.freeze(True)
        self._process.kill()
        try:
            async with asyncio.timeout(_STOP_TIMEOUT):
                if frozen:
                    await self._process.all_gone()
                # bubblewrap itself is in the group, and must run to see its child end. No more files, say, pass.
                while not self._group.freeze(False) and frozen:
                    await asyncio.sleep(0.05)
                await asyncio.shield(self._process.ended)
        finally:
            self._group.freeze(False)
        await remove_group(self._group)
        await self._leavings.remove_soon(self._owner, self.directory, self._process.mounts)
        if self.on_removed:
            self.on_removed(self)


async def remove_group(group: ControlGroup) -> None:
    """Remove control groups; their last process may need a moment to leave after its end was reported."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_STOP_TIMEOUT):
            while not group.remove():
                group.kill()  # one that nobody watches, as its start failed halfway, may have joined just now
                await asyncio.sleep(0.001)
