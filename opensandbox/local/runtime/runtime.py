"""Start sandboxes, keep track of them, and leave nothing behind."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from opensandbox.local.runtime.beneath import misplaced, opened
from opensandbox.local.runtime.box import Box, remove_group
from opensandbox.local.runtime.bubblewrap import CAPABILITIES, ENVIRONMENT, find_bubblewrap
from opensandbox.local.runtime.cgroups import (
    ControlGroup,
    Hierarchies,
    adopt,
    close_hierarchies,
    leftover_groups,
    open_hierarchies,
)
from opensandbox.local.runtime.errors import (
    IsolationUnavailable,
    LaunchFailed,
    explain_isolation,
    explain_overlay,
)
from opensandbox.local.runtime.forked import ForkedProcess
from opensandbox.local.runtime.ground import Ground, Grounds
from opensandbox.local.runtime.interpreter import find_interpreter
from opensandbox.local.runtime.layout import GROUPS_DIR, SOCKET_DIR, WORKDIR, lay_out, nested_targets
from opensandbox.local.runtime.leavings import Leavings
from opensandbox.local.runtime.packages import Packages
from opensandbox.local.runtime.process import BoxProcess, uninterrupted
from opensandbox.local.runtime.root import build_base
from opensandbox.local.runtime.spares import Spares
from opensandbox.local.runtime.spec import BoxSpec
from opensandbox.local.runtime.stage import Stage
from opensandbox.local.runtime.state import SOCKETS, StateDir, pin_socket
from opensandbox.local.runtime.storage import Owner, missing_programs, remove_tree
from opensandbox.local.runtime.syscall_filter import missing, opened_filters
from opensandbox.local.runtime.turns import Turns
from opensandbox.local.runtime.users import Users
from opensandbox.local.runtime.whiteouts import can_hide
from opensandbox.local.runtime.zygote import Zygote
from opensandbox.local.settings import DEFAULT_START, DEFAULT_USERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType
    from typing import BinaryIO

    from opensandbox.local.runtime.package_cache import Layer
    from opensandbox.local.runtime.spec import ImageStack, Mount
    from opensandbox.local.runtime.users import UserNamespace
    from opensandbox.local.settings import Start, UsersInside

log = logging.getLogger("opensandbox.local.runtime")

_START_TIMEOUT = 30.0
_DAEMON = "opensandbox.local.execd"


class Runtime:
    """Isolated sandboxes on this machine; use it as an async context manager, or `start` and `stop`.

    `state_dir` is created, private to this user, and belongs to one runtime at a time; a runtime that was killed is
    cleaned up after by the next one to start there. It is used once. `spares` sandboxes of the default shape are kept ready.
    `turns` says how many start at once, and how many wait for that. `packages` are checked requirements that are installed
    for every sandbox, on the machine's programs and on those of `images`. `stack_of` tells what an image is made of whose root is no directory tree itself; `report` is told what takes long at the start. `start` says
    whether daemons are forked from one process that has them loaded, or each is started anew. `users` says whether
    sandboxes have the users of a range of ids, where this machine can do that, or one.
    Start it on an event loop whose thread lives as long as the server: sandboxes die with that thread.

        async with Runtime(Path("/var/tmp/sandboxes")) as runtime:
            box = await runtime.launch("my-id", BoxSpec(entrypoint=("sleep", "60")))
            await box.kill()
    """

    def __init__(
        self,
        state_dir: Path,
        *,
        spares: int = 2,
        packages: Sequence[str] = (),
        images: Iterable[Path] = (),
        stack_of: Callable[[Path], ImageStack | None] = lambda _: None,
        report: Callable[[str], None] = log.info,
        turns: Turns | None = None,
        start: Start = DEFAULT_START,
        users: UsersInside = DEFAULT_USERS,
    ) -> None:
        self._state = StateDir(state_dir)
        self._forks = start == "fork"
        self._users = Users(users)
        self._zygote: Zygote | None = None
        self._has_forked = False
        self._requirements = tuple(packages)
        self._images = tuple(dict.fromkeys(images))
        self._stack_of = stack_of
        self._report = report
        self._packages: list[Layer] = []
        self._spares = Spares(spares, self._launch_spare)
        self._boxes: set[Box] = set()
        self._starting: set[asyncio.Task[Box]] = set()
        self._turns = turns or Turns()
        self._hierarchies = Hierarchies()
        self._leavings = Leavings()
        self._open = False

    async def start(self) -> None:
        """Clean up after an earlier runtime, check that this machine can isolate, start the spares.

        Raises IsolationUnavailable, StateDirBusy, PackagesUnavailable, or ValueError for a state directory that cannot
        serve.
        """
        if absent := missing_programs():
            raise IsolationUnavailable(f"{' and '.join(absent)} not found on PATH; install GNU coreutils")
        self._bwrap = find_bubblewrap()
        self._interpreter = find_interpreter()
        self._state.acquire()
        try:
            self._users.find(self._state.path)
            self._owner = Owner(self._bwrap, self._users.keeper)
            self._hierarchies = open_hierarchies(self._state.group_name)
            await self._sweep()
            await remove_tree(self._owner, self._state.base)
            build_base(self._state.base)
            if not can_hide(self._state.base):
                raise IsolationUnavailable(explain_overlay(self._state.path, "it is on one already"))
            self._interpreter.prepare(self._state.base)
            self._grounds = Grounds(self._state.base, self._bwrap, self._interpreter, self._stack_of)
            if self._forks:
                self._start_zygote()
            await self._probe()
            for image_root in (None, *self._images) if self._requirements else ():
                await self._install(image_root)
        except BaseException:
            self._release()
            raise
        if reason := missing():
            log.warning("%s", reason)
        self._open = True
        self._spares.fill()

    async def stop(self) -> None:
        """Kill every sandbox, remove what they had on disk and give the state directory free. Harmless when repeated."""
        if not self._open:
            return
        self._open = False
        try:
            await self._spares.close()
            await asyncio.gather(*self._starting, return_exceptions=True)
            problems = await asyncio.gather(
                *(box.kill() for box in tuple(self._boxes)), return_exceptions=True
            )
            for problem in filter(None, problems):
                log.warning("a sandbox was not removed completely: %s", problem)
            await self._leavings.close()
            await remove_tree(self._owner, self._state.base)
        finally:
            self._release()

    def _start_zygote(self) -> None:
        if reason := Zygote.missing():
            log.warning("sandboxes are started one by one: %s", reason)
            self._forks = False
            return
        self._zygote = Zygote(self._interpreter, self._state.environment, self._state.base / "zygote.log")
        self._zygote.start()

    async def _install(self, image_root: Path | None) -> None:
        ground = await self._grounds.get(image_root)
        mounts = list(self._interpreter.mounts(self._state.base, foreign=ground.foreign))
        packages = Packages(self._requirements, ground, self._bwrap, mounts)
        layer = await packages.provide(self._state.path, self._report)
        self._packages.append(layer)
        self._grounds.add(image_root, layer.path)

    def _release(self) -> None:
        if self._zygote is not None:
            self._zygote.close()
        self._users.close()
        for layer in self._packages:
            layer.close()
        close_hierarchies(self._hierarchies)
        self._state.release()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def spares(self) -> list[Box]:
        """The boxes that wait to be handed over."""
        return self._spares.ready()

    async def launch(self, box_id: str, spec: BoxSpec) -> Box:
        """A new sandbox with its entrypoint running; a warm spare when `spec` has the default file system.

        Raises LaunchFailed, QueueFull where too many wait for their start, or ValueError for something in `spec` that does not exist; nothing is left behind then.
        """
        if not self._open:
            raise RuntimeError("the runtime is not running; call start() first")
        spec = self._as_the_image_wants(spec)
        box = None if spec.needs_own_root else self._spares.take()
        if box:
            box.warm = True
        else:
            box = await self._boot(spec)
        try:
            await box.begin(box_id, spec)
            if not self._open:
                raise RuntimeError("the runtime was stopped meanwhile")
        except BaseException as error:
            log_tail = _tail(box.directory / "execd.log")
            await asyncio.shield(box.kill())
            if isinstance(error, ConnectionError):
                raise LaunchFailed(
                    f"sandbox {box_id!r} did not start its entrypoint: {error}{log_tail}"
                ) from error
            raise
        return box

    def _as_the_image_wants(self, spec: BoxSpec) -> BoxSpec:
        stack = self._stack_of(spec.image_root) if spec.image_root else None
        if stack is None:
            return spec
        env = {**stack.env, **spec.env}
        return replace(spec, env=env, directory=stack.directory, directories=stack.volumes)

    async def remove_tree(self, path: Path) -> None:
        """Remove a directory that holds files of a sandbox, such as a snapshot. Harmless when it does not exist.

        Raises OSError when something stays.
        """
        await remove_tree(self._owner, path)

    async def discard(self, path: Path) -> None:
        """Remove such a directory that nobody needs any more: now, or later where that fails."""
        await self._leavings.remove(self._owner, path)

    async def _launch_spare(self) -> Box:
        return await self._boot(BoxSpec(), spare=True)

    async def _boot(self, spec: BoxSpec, *, spare: bool = False) -> Box:
        """Start a box without an entrypoint, in a task that `stop` waits for."""
        task = asyncio.create_task(self._start_in_turn(spec, spare=spare))
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)
        return await task

    async def _start_in_turn(self, spec: BoxSpec, *, spare: bool) -> Box:
        async with self._turns.turn(spare=spare):
            if not self._forks:
                return await self._start_box(spec, forked=False)
            try:
                box = await self._start_box(spec, forked=True)
            except LaunchFailed as failure:
                if self._has_forked:
                    raise
                # Where not even the first one could be forked, forking may be what this machine refuses.
                box = await self._start_box(spec, forked=False)
                self._stop_forking(failure)
            else:
                self._has_forked = True
            return box

    def _stop_forking(self, failure: LaunchFailed) -> None:
        if self._forks and not self._has_forked:  # another one may have come first
            self._forks = False
            log.warning("sandboxes are started one by one, since none could be forked: %s", failure)

    async def _start_box(self, spec: BoxSpec, *, forked: bool) -> Box:
        name = secrets.token_hex(6)
        directory = self._state.sandboxes / name
        group = ControlGroup(self._hierarchies, name)
        ground = await self._grounds.get(spec.image_root)
        users = await uninterrupted(asyncio.to_thread(self._users.lend), self._users.give_back)
        try:
            join = group.create()
            groups = group.visible_at(GROUPS_DIR)
            shared = [mount for mount in spec.mounts if self._is_shared(mount)]
            with (
                opened(spec.mounts) as sources,
                opened_filters(shared=bool(shared)) as filters,
                Stage(users, self._bwrap) as stage,
            ):
                options = self._lay_out(
                    name, directory, spec, ground, groups, sources, filters, stage, forked=forked
                )
                stage.build()
                start = self._fork_daemon if forked else self._start_daemon
                with (directory / "execd.log").open("wb") as output:
                    process = await start(options, join, output, [*sources, *filters], filters, ground, stage)
            box = Box(name, directory, self._owner, process, group, self._leavings)
            box.users, box.one_user = users, self._users.reason
            box.notes += filter(None, [missing()])
            if shared:
                box.notes.append(
                    f"set-user-id and set-group-id modes and extended attributes are refused: {shared[0].source} is the host's"
                )
            self._boxes.add(box)
            box.on_removed = self._has_removed
            try:
                _check(box, spec)
            except BaseException:
                await asyncio.shield(box.kill())
                raise
        except BaseException as error:
            log_tail = _tail(directory / "execd.log")
            await asyncio.shield(self._remove_unborn(directory, group))
            self._users.give_back(users)
            if isinstance(error, LaunchFailed):
                raise LaunchFailed(f"{error}{log_tail}") from error.__cause__
            raise
        return box

    def _has_removed(self, box: Box) -> None:
        self._boxes.discard(box)
        self._users.give_back(box.users)

    async def _start_daemon(
        self,
        options: list[str],
        join: Sequence[Path],
        output: BinaryIO,
        inherited: Sequence[int],
        _filters: Sequence[int],
        ground: Ground,
        stage: Stage,
    ) -> BoxProcess:
        return await BoxProcess.start(
            stage.command,
            options,
            self._interpreter.command(
                _DAEMON, "--socket-dir", SOCKET_DIR, *stage.daemon_arguments, foreign=ground.foreign
            ),
            join=join,
            environment=self._state.environment,
            log=output,
            timeout=_START_TIMEOUT,
            inherited=inherited,
        )

    async def _fork_daemon(
        self,
        options: list[str],
        join: Sequence[Path],
        output: BinaryIO,
        inherited: Sequence[int],
        filters: Sequence[int],
        ground: Ground,
        stage: Stage,
    ) -> ForkedProcess:
        assert self._zygote is not None
        order = {
            "bwrap": stage.program,
            "user": None if stage.users else [os.geteuid(), os.getegid()],
            "join": list(map(str, join)),
            "filters": list(filters),
            "capabilities": list(CAPABILITIES.values()),
            "environment": {**ENVIRONMENT, "PWD": WORKDIR},
            "directory": WORKDIR,
            "sockets": SOCKET_DIR,
        }
        return await ForkedProcess.start(
            self._zygote,
            order,
            options,
            inherited=inherited,
            stage=stage,
            complete=ground.foreign,
            log=output,
            timeout=_START_TIMEOUT,
        )

    def _is_shared(self, mount: Mount) -> bool:
        """Whether a sandbox can leave something at a place that others of the host may look into."""
        return not mount.read_only and not mount.source.is_relative_to(self._state.path)

    async def _remove_unborn(self, directory: Path, group: ControlGroup) -> None:
        group.kill()
        await remove_group(group)
        await self._leavings.remove(self._owner, directory)

    def _lay_out(
        self,
        name: str,
        directory: Path,
        spec: BoxSpec,
        ground: Ground,
        groups: Mapping[str, Path],
        sources: Sequence[int],
        filters: Sequence[int],
        stage: Stage,
        *,
        forked: bool = False,
    ) -> list[str]:
        return lay_out(
            name,
            directory,
            spec,
            base=self._state.base,
            ground=ground,
            interpreter=self._interpreter,
            groups=groups,
            sources=sources,
            filters=filters,
            forked=forked,
            stage=stage,
            state_dir=self._state.path,
        )

    async def _probe(self) -> None:
        """Run Python inside once, so that a machine without isolation says so at start and not at create.

        Where it works with one user only, that is what sandboxes have.
        """
        if (users := self._users.lend()) is not None:
            try:
                await self._run_inside(users)
            except (IsolationUnavailable, LaunchFailed, OSError) as error:
                self._users.reason = f"what this machine has cannot be mounted for others: {error}"
            finally:
                self._users.give_back(users)
        if self._users.reason is not None:
            log.info("sandboxes have one user: %s", self._users.reason)
            await self._run_inside(None)

    async def _run_inside(self, users: UserNamespace | None) -> None:
        directory = self._state.sandboxes / "probe"
        ground = await self._grounds.get(None)
        try:
            with opened_filters() as filters, Stage(users, self._bwrap) as stage:
                options = self._lay_out("probe", directory, BoxSpec(), ground, {}, [], filters, stage)
                stage.build()
                process = await asyncio.create_subprocess_exec(
                    *stage.command, *options, "--", self._interpreter.executable, "-I", "-S", "-c", "pass",
                    stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
                    pass_fds=filters,
                )  # fmt: skip
                _, complaint = await process.communicate()
        finally:
            await asyncio.shield(remove_tree(self._owner, directory))
        if process.returncode:
            raise IsolationUnavailable(
                explain_isolation(complaint.decode(errors="replace").strip(), self._state.path)
            )

    async def _sweep(self) -> None:
        """Remove what a runtime that was killed left in this state directory."""
        leftovers = self._state.leftovers()
        groups = [adopt(self._hierarchies, name) for name in leftover_groups(self._hierarchies)]
        for group in groups:
            group.freeze(False)
            group.kill()
        if leftovers or groups:
            log.info("removing %d sandboxes of an earlier server", max(len(leftovers), len(groups)))
            await asyncio.to_thread(self._state.kill_leftovers)
        for group in groups:
            await remove_group(group)
        for directory in leftovers:
            await remove_tree(self._owner, directory)


def _check(box: Box, spec: BoxSpec) -> None:
    """Make sure of a box before anything of its user's runs in it. Raises LaunchFailed."""
    if nested := nested_targets(spec.mounts):
        try:
            target = misplaced(box.pid, nested)
        except OSError as error:
            raise LaunchFailed(f"the sandbox ended: {error}") from error
        if target is not None:
            raise LaunchFailed(
                f"the mount at {target} went elsewhere: the volume around it was changed meanwhile"
            )
    try:
        for socket in SOCKETS:
            pin_socket(box.directory / "sock" / socket, box.directory / socket)
    except OSError as error:
        raise LaunchFailed(f"the sandbox's daemon does not listen: {error}") from error


def _tail(path: Path, limit: int = 2000) -> str:
    try:
        text = path.read_bytes()[-limit:].decode(errors="replace").strip()
    except OSError:
        return ""
    return f"; it printed: {text}" if text else ""
