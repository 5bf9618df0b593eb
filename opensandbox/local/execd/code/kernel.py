"""A Jupyter kernel of any language as a child process, spoken to with jupyter_client."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import queue
import re
import secrets
import shutil
import signal
import tempfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from opensandbox.local.execd.code.late_output import LateOutput
from opensandbox.local.execd.http.errors import runtime_error
from opensandbox.local.execd.run import events
from opensandbox.local.execd.run.process import Process, spawn

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping, Sequence

    from jupyter_client.asynchronous.client import AsyncKernelClient

START_SECONDS = 60.0
STOP_SECONDS = 5.0
LATE_SECONDS = 5.0

T = TypeVar("T")

_COLOUR = re.compile(r"\x1b\[[0-9;:]*m")


class KernelGone(Exception):
    """The kernel process ended."""


@dataclass(frozen=True, slots=True)
class Launch:
    """How a kernel is started, and how it wants to be spoken to.

    In `argv`, `{connection_file}` stands for the file that says where the kernel is to listen.
    """

    title: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    unix_sockets: bool = False
    """Whether it can listen on sockets in a directory. Every kernel can do so on ports of the loopback."""
    interrupt_by_message: bool = False
    interrupt_grace: float | None = None
    """Seconds after an interrupt until the kernel is killed when its code still runs; None: never."""
    mark: str = ""
    """For kernels whose output may follow the message that they are idle: code that prints the JSON text `{mark}` and a line end to both streams."""
    coloured: bool = False
    """Whether plain texts of results carry the colours of a terminal, which are taken out."""

    def missing_program(self, env: Mapping[str, str]) -> str | None:
        """Return the program when it is not there."""
        program = self.argv[0]
        return None if shutil.which(program, path=env.get("PATH")) else program


class JupyterKernel:
    """One kernel and the connection to it."""

    def __init__(self, launch: Launch, process: Process, client: AsyncKernelClient, directory: str) -> None:
        self._launch = launch
        self._process = process
        self._client = client
        self._directory = directory
        self._run: str | None = None
        self._interrupted: str | None = None
        self._end = "the kernel process has ended"

    @classmethod
    async def start(cls, launch: Launch, env: Mapping[str, str], cwd: str) -> JupyterKernel:
        """Start a kernel and wait until it answers. ExecdError when it cannot be had."""
        from jupyter_client.asynchronous.client import AsyncKernelClient
        from jupyter_client.connect import write_connection_file

        directory = tempfile.mkdtemp(prefix="kernel-")
        transport, address = ("ipc", f"{directory}/s") if launch.unix_sockets else ("tcp", "127.0.0.1")
        key = secrets.token_hex(16).encode()
        file, _ = write_connection_file(f"{directory}/kernel.json", transport=transport, ip=address, key=key)
        log = os.open(f"{directory}/log", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            command = [part.replace("{connection_file}", file) for part in launch.argv]
            client = AsyncKernelClient()
            client.load_connection_file(file)
            try:
                process = spawn(command, env={**env, **launch.env}, cwd=cwd, stdout=log, stderr=log)
            except OSError as error:
                raise runtime_error(f"{launch.title} could not be started: {error}") from error
            kernel = cls(launch, process, client, directory)
            try:
                client.start_channels(stdin=False, hb=False)
                await kernel._until_ready()
            except BaseException as error:
                reason = os.pread(log, 1 << 16, 0).decode("utf-8", "replace").strip().splitlines()[-1:]
                await kernel.stop()
                if isinstance(error, (KernelGone, TimeoutError)):
                    raise runtime_error(f"{launch.title} could not be started: {reason or error}") from error
                raise
        except BaseException:
            shutil.rmtree(directory, ignore_errors=True)
            raise
        finally:
            os.close(log)
        return kernel

    async def _until_ready(self) -> None:
        await self._alive(self._await_sign_of_life())

    async def _await_sign_of_life(self) -> None:
        # A message on the output channel proves that the kernel answers and that its output is received.
        async with asyncio.timeout(START_SECONDS):
            while True:
                self._client.kernel_info()
                with contextlib.suppress(queue.Empty):
                    await self._client.get_iopub_msg(timeout=1)
                    return

    async def run(self, code: str, buffer: events.EventBuffer) -> bool:
        """Execute code and put its events into `buffer`, the last one excepted when it succeeds; False after a failure.

        KernelGone when the process ends before the run does.
        """
        self._run = request = self._client.execute(code, store_history=True, allow_stdin=False)
        try:
            # The run has ended when the kernel is idle, which comes on the other channel.
            reply, failure = await self._both(
                self._await_reply(request), self._forward_output(request, request, buffer)
            )
            if self._launch.mark:
                failure = await self._alive(self._forward_late_output(request, buffer)) or failure
        finally:
            self._run = None
        if failure is None and reply.get("status") == "error":
            # Some failures are told by the reply alone: groups of exceptions, unknown magics, interrupts by message.
            failure = reply
            if self._launch.interrupt_by_message and self._interrupted == request:
                failure = dict[str, Any](ename="KeyboardInterrupt", evalue="the code was interrupted")
        if failure is None:
            return True
        told = events.error_event(
            failure.get("ename", ""), failure.get("evalue", ""), failure.get("traceback", [])
        )
        buffer.put(events.text_event("status", "error") + told)
        return False

    async def _forward_late_output(self, request: str, buffer: events.EventBuffer) -> dict[str, Any] | None:
        """Put what comes after the message that the kernel is idle into the buffer; returns how the run failed.

        A late result comes before the answer to another request. Streams may be later still, and come under the name of that request.
        Each is in order, though: what comes before a mark that is printed now belongs to the run.
        """
        late = LateOutput(f"\x01{secrets.token_hex(8)}\n")
        code = self._launch.mark.replace("{mark}", json.dumps(late.mark.rstrip("\n")))
        marking = self._client.execute(code, store_history=False, allow_stdin=False)
        failure: dict[str, Any] | None = None
        answered = False
        while not (answered and late.is_over):
            try:
                # The answer comes, however busy the machine is; the mark may not, as the run may have changed how its language prints.
                message = await self._client.get_iopub_msg(timeout=LATE_SECONDS if answered else None)
            except queue.Empty:
                break
            kind, content = message["msg_type"], message["content"]
            parent = message["parent_header"].get("msg_id")
            if kind == "stream":
                if text := late.before_the_mark(content["name"], content["text"]):
                    buffer.put(events.text_event(content["name"], text))
            elif parent == request:
                failure = self._forward(kind, content, buffer) or failure
            elif parent == marking and kind == "status":
                answered = content["execution_state"] == "idle"
            await buffer.room()
        for name, text in late.held():
            buffer.put(events.text_event(name, text))
        return failure

    async def _forward_output(
        self, request: str, until: str, buffer: events.EventBuffer
    ) -> dict[str, Any] | None:
        """Put what a run brings into the buffer, until the kernel is idle after `until`; returns how the run failed."""
        failure: dict[str, Any] | None = None
        while True:
            message = await self._client.get_iopub_msg()
            parent = message["parent_header"].get("msg_id")
            kind, content = message["msg_type"], message["content"]
            if parent == until and kind == "status" and content["execution_state"] == "idle":
                return failure
            if parent != request:
                continue
            failure = self._forward(kind, content, buffer) or failure
            await buffer.room()

    def _forward(
        self, kind: str, content: dict[str, Any], buffer: events.EventBuffer
    ) -> dict[str, Any] | None:
        """Put one message into the buffer; returns it if it tells a failure."""
        if kind == "stream" and content["text"]:
            buffer.put(events.text_event(content["name"], content["text"]))
        elif kind == "display_data":
            buffer.put(self._result(content["data"]))
        elif kind == "execute_result":
            buffer.put(count_event(content["execution_count"]) + self._result(content["data"]))
        elif kind == "error":
            return content
        return None

    def _result(self, data: dict[str, Any]) -> str:
        plain = data.get("text/plain")
        if self._launch.coloured and isinstance(plain, str):
            data = {**data, "text/plain": _COLOUR.sub("", plain)}
        return result_event(data)

    async def _await_reply(self, request: str) -> dict[str, Any]:
        while True:
            message = await self._client.get_shell_msg()
            if message["parent_header"].get("msg_id") == request:
                content: dict[str, Any] = message["content"]
                return content

    async def _both(
        self,
        reply: Coroutine[Any, Any, dict[str, Any]],
        output: Coroutine[Any, Any, dict[str, Any] | None],
    ) -> tuple[dict[str, Any], dict[str, Any] | None]:
        loop = asyncio.get_running_loop()
        first, second = loop.create_task(reply), loop.create_task(output)
        try:
            return await self._alive(first), await self._alive(second)
        finally:
            first.cancel()
            second.cancel()

    async def _alive(self, work: Coroutine[Any, Any, T] | asyncio.Task[T]) -> T:
        """Wait for something that the kernel does. KernelGone when it ends before."""
        task = work if isinstance(work, asyncio.Task) else asyncio.get_running_loop().create_task(work)
        try:
            either: list[asyncio.Future[Any]] = [task, self._process.exited]
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise KernelGone(self._end)
            return task.result()
        finally:
            task.cancel()

    async def interrupt(self) -> None:
        """Stop the code that runs: at once where the language can, else by the kernel's end after its grace."""
        self._interrupted = run = self._run
        if self._launch.interrupt_by_message:
            self._client.control_channel.send(self._client.session.msg("interrupt_request", {}))
        else:
            self._process.signal_group(signal.SIGINT)
        if self._launch.interrupt_grace is not None:
            asyncio.get_running_loop().call_later(self._launch.interrupt_grace, self._give_up, run)

    def _give_up(self, run: str | None) -> None:
        if run is not None and self._run == run:
            self._end = f"{self._launch.title} was ended: the code did not stop, and its variables are lost"
            self._process.signal_group(signal.SIGKILL)

    async def stop(self) -> None:
        """End the kernel and everything it started."""
        self._process.signal_group(signal.SIGKILL)
        await asyncio.wait({self._process.exited}, timeout=STOP_SECONDS)
        self._client.stop_channels()
        await asyncio.to_thread(shutil.rmtree, self._directory, ignore_errors=True)


def count_event(count: int) -> str:
    """Encode the number of a cell."""
    return events.json_event(
        {"type": "execution_count", "execution_count": count, "timestamp": events.now_ms()}
    )


def result_event(data: dict[str, Any]) -> str:
    """Encode a value in all its forms."""
    results = {("text" if mime == "text/plain" else mime): value for mime, value in data.items()}
    return events.json_event({"type": "result", "timestamp": events.now_ms(), "results": results})
