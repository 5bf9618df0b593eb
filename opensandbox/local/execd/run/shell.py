"""A shell that stays: it runs one text after the other and keeps directory, variables and functions in between.

The shell reads its own commands from a pipe. A run is `eval TEXT` with both outputs going to the output pipe, between an
`echo` of the run's number and one of that and the exit code to the status pipe. It is interactive only in name (no terminal, no
prompt), for one reason: an interactive shell that gets SIGINT drops what it does and reads the next command.

A run that calls `exit` ends with that code, and a new shell takes the next one: files and namespaces stay, directory and variables begin anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import shlex
import shutil
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

from opensandbox.local.execd.run.process import OutputPipe, spawn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

INTERRUPT_GRACE = 5.0
INTERRUPT_PAUSE = 0.25
STARTING_LOOKS = 6
STARTING_PAUSE = 0.05
START_SECONDS = 30.0
READY = "ready"
BEGUN = "begun"
EXITED = "exited"
# A shell that ends by its own `exit` makes room for the next one, in the same namespaces. What that one says of itself when
# it starts (that it has no terminal) is nobody's output.
KEEP_ONE = f'"$@"; echo {EXITED} $?; while :; do "$@" 3>&2 2>/dev/null; echo {EXITED} $?; done'
SAY_AGAIN = "exec 2>&3 3>&-\n"
# An interactive bash says "exit" when it does.
SETUP_BASH = """set +H; set +o history; export -n PS1 PS2; exit() { builtin exit "${1-$?}" 2>/dev/null; }\n"""
SETUP_OTHER = "set +e\n"


class ShellGone(Exception):
    """The shell ended, so neither this run nor a later one can be carried out."""


class PersistentShell:
    """One shell process. Runs are serialized; a run that cannot be interrupted costs the shell.

    `wrapper` is a command that the shell is started through (bubblewrap); `wrapper_depth` says how many generations of
    processes belong to it, which an interrupt must not reach.
    """

    def __init__(self, *, wrapper: Sequence[str] = (), wrapper_depth: int = 0) -> None:
        self._wrapper = tuple(wrapper)
        self._wrapper_depth = wrapper_depth + 1  # the shell that keeps one
        self._lock = asyncio.Lock()
        self._numbers = itertools.count(1)
        self._results: dict[str, asyncio.Future[int]] = {}
        self._status_rest = b""
        self._begun = asyncio.Event()
        self._current: str | None = None
        self._take: Callable[[bytes], None] | None = None
        self._hold: Callable[[], bool] | None = None
        self._output = OutputPipe(self._on_output, lambda: self._hold is not None and self._hold())
        self._status = OutputPipe(self._on_status, lambda: False)
        self._commands: asyncio.WriteTransport

    @property
    def alive(self) -> bool:
        """Whether the shell can still run something."""
        return self._process.running

    @property
    def busy(self) -> bool:
        """Whether a run is in progress or waits for its turn."""
        return self._lock.locked() or any(not result.done() for result in self._results.values())

    async def start(self, env: Mapping[str, str], directory: str) -> None:
        """Start the shell. ShellGone, saying why, when it ends instead of answering."""
        said = bytearray()
        self._take = said.extend
        theirs, ours = os.pipe2(os.O_CLOEXEC)
        try:
            self._process = spawn(
                (*self._wrapper, "/bin/sh", "-c", KEEP_ONE, "sh", *_shell()),
                env={**env, "PS1": "", "PS2": ""},
                cwd=directory,
                stdin=theirs,
                stdout=self._status.write_end,
                stderr=self._output.write_end,
            )
        except OSError:
            self._output.discard()
            self._status.discard()
            os.close(ours)
            raise
        finally:
            os.close(theirs)
        self._output.start()
        self._status.start()
        self._commands, _ = await asyncio.get_running_loop().connect_write_pipe(
            asyncio.BaseProtocol, os.fdopen(ours, "wb", buffering=0)
        )
        self._process.exited.add_done_callback(self._on_exit)
        ready = self._expect(READY)
        self._set_up()
        self._write(f"echo {READY} 0\n")
        try:
            async with asyncio.timeout(START_SECONDS):
                await ready
        except (ShellGone, TimeoutError):
            self.kill()
            reason = said.decode("utf-8", "replace").strip().splitlines() or ["it did not answer"]
            raise ShellGone(f"the shell could not be started: {reason[-1]}") from None
        finally:
            self._take = None

    async def run(
        self,
        text: str,
        take: Callable[[bytes], None],
        hold: Callable[[], bool],
        *,
        env: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> int:
        """Run `text`, pass its output to `take`, return its exit code.

        With `env` it runs in a sub-shell, which keeps nothing. TimeoutError after `timeout` seconds, ShellGone when the
        shell ends; when the caller is cancelled the run is interrupted.
        """
        async with self._lock:
            number = str(next(self._numbers))
            result = self._expect(number)
            self._take, self._hold = take, hold
            self._current = number
            try:
                # On one line, which is read before it is run: a signal in between would have the shell drop half of it.
                self._write(
                    f"echo {number} {BEGUN}; {_evaluation(text, env)} >&2 2>&2 </dev/null\necho {number} $?\n"
                )
                done, _ = await asyncio.wait({result}, timeout=timeout)
                if not done:
                    await self._interrupt(number, result)
                    raise TimeoutError
                return result.result()
            except asyncio.CancelledError:
                await asyncio.shield(self._interrupt(number, result))
                raise
            finally:
                self._begun.set()
                self._begun = asyncio.Event()
                self._output.flush()
                take(b"")
                self._take = self._hold = self._current = None
                self.resume_output()

    async def run_detached(self, text: str, log: str, env: Mapping[str, str] | None) -> asyncio.Future[int]:
        """Start `text` in the background, its output going to the file or named pipe `log`; returns the future exit code."""
        async with self._lock:
            if not self.alive:
                raise ShellGone("session process has exited")
            number = str(next(self._numbers))
            result = self._expect(number)
            target = shlex.quote(log)
            self._write(
                f"(set +e; ( {_evaluation(text, env)} ) >|{target} 2>&1 </dev/null; echo {number} $?) &\n"
            )
            return result

    def _signal(self) -> None:
        for pid in _descendants(self._process.pid, self._wrapper_depth):
            try:
                os.kill(pid, signal.SIGINT)
            except ProcessLookupError:
                continue

    async def interrupt(self) -> None:
        """Send SIGINT to what runs in the foreground, each process once; to one that was just being started, when it has been.

        Until a program has taken its place such a process is a copy of the shell, which does not end by the signal.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(START_SECONDS):
                await self._begun.wait()
        reached: dict[int, bytes] = {}
        now = _clock()
        for _ in range(STARTING_LOOKS):
            if not self.busy:
                return
            for pid in _descendants(self._process.pid, self._wrapper_depth):
                with contextlib.suppress(OSError):
                    # What begins after the interrupt may be what cleans up.
                    if _started(pid) <= now and reached.get(pid) != (program := _command_line(pid)):
                        os.kill(pid, signal.SIGINT)
                        reached[pid] = program
            await asyncio.sleep(STARTING_PAUSE)

    def resume_output(self) -> None:
        """Read on after the receiver of the output has caught up."""
        self._output.resume()

    @property
    def pid(self) -> int:
        """A process that sees what the runs see: the one that keeps a shell. ShellGone when there is none."""
        below = _descendants(self._process.pid, self._wrapper_depth - 1)
        if not below:
            raise ShellGone("session process has exited")
        return below[0]

    async def ended(self) -> None:
        """Wait until the shell is gone."""
        await asyncio.wait({self._process.exited})

    def kill(self) -> None:
        """End the shell and everything in its process group."""
        self._process.signal_group(signal.SIGKILL)

    async def _interrupt(self, number: str, result: asyncio.Future[int]) -> None:
        self._hold = None
        self.resume_output()
        deadline = time.monotonic() + INTERRUPT_GRACE
        while not result.done() and time.monotonic() < deadline:
            self._signal()  # again and again: a program that is just being started misses one
            await asyncio.wait({result}, timeout=INTERRUPT_PAUSE)
        if not result.done():
            # A shell other than bash drops the waiting `echo` together with the run, so it gets another one.
            self._write(f"echo {number} $?\n")
            await asyncio.wait({result}, timeout=INTERRUPT_PAUSE)
        if not result.done():
            self.kill()
            await asyncio.wait({result})

    def _expect(self, number: str) -> asyncio.Future[int]:
        result: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        if self._process.running:
            self._results[number] = result
        else:
            result.set_exception(ShellGone("session process has exited"))
        result.add_done_callback(lambda done: done.cancelled() or done.exception())
        return result

    def _set_up(self) -> None:
        self._write(SETUP_BASH if shutil.which("bash") else SETUP_OTHER)

    def _write(self, commands: str) -> None:
        self._commands.write(commands.encode("utf-8", "surrogateescape"))

    def _on_output(self, data: bytes) -> None:
        if data and self._take is not None:
            self._take(data)

    def _on_status(self, data: bytes) -> None:
        *lines, self._status_rest = (self._status_rest + data).split(b"\n")
        for line in lines:
            number, _, code = line.decode("ascii", "replace").partition(" ")
            if code == BEGUN:
                self._begun.set()
                continue
            if number == EXITED:
                if self._current not in self._results:
                    self.kill()  # it ended by itself: nothing would stop it from doing so for ever
                    continue
                self._write(SAY_AGAIN)
                self._set_up()
                number = self._current
            result = self._results.pop(number, None)
            if result is not None and code.isdecimal():
                result.set_result(int(code))

    def _on_exit(self, _: asyncio.Future[int]) -> None:
        self._status.finish()
        self._output.flush()
        self._commands.close()
        for result in self._results.values():
            result.set_exception(ShellGone("session process has exited"))
        self._results.clear()


def _shell() -> tuple[str, ...]:
    if bash := shutil.which("bash"):
        return (bash, "--norc", "--noprofile", "--noediting", "-i")
    return ("/bin/sh", "-i")


def _evaluation(text: str, env: Mapping[str, str] | None) -> str:
    evaluation = f"eval {shlex.quote(text)}"
    if not env:
        return evaluation
    exports = " ".join(f"{name}={shlex.quote(value)}" for name, value in env.items())
    return f"(export {exports}; {evaluation})"


def _descendants(pid: int, skip: int) -> list[int]:
    generation, found = [pid], []
    while generation:
        if skip:
            skip -= 1
        else:
            found += generation
        generation = [child for parent in generation for child in _children(parent)]
    return found


def _clock() -> int:
    """The time since the machine was started, in the units of `_started`."""
    return int(time.clock_gettime(time.CLOCK_BOOTTIME) * os.sysconf("SC_CLK_TCK"))


def _started(pid: int) -> int:
    # The name, in parentheses, may hold anything; 20 fields follow up to the time of the start.
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])


def _command_line(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for listing in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, listing.read_text().split())
        except OSError:
            continue
    return found
