"""A Python kernel: ipykernel as a child process, spoken to with jupyter_client over sockets in a private directory."""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import shutil
import signal
import subprocess
import tempfile
from typing import TYPE_CHECKING, Any

from opensandbox.local.execd import events
from opensandbox.local.execd.errors import runtime_error
from opensandbox.local.execd.process import Process, spawn
from opensandbox.local.execd.worker import python_command

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jupyter_client.asynchronous.client import AsyncKernelClient

START_SECONDS = 60.0
STOP_SECONDS = 5.0
REPLY_SECONDS = 5.0  # between the end of a run on one channel and on the other
PROBE_SECONDS = 20.0
LAUNCHER = "ipykernel.kernelapp"
MISSING = (
    "Python code needs ipykernel and jupyter_client in the sandbox: install opensandbox[local,local-code]"
)


class KernelGone(Exception):
    """The kernel process ended."""


class PythonKernel:
    """One kernel and the connection to it."""

    def __init__(self, process: Process, client: AsyncKernelClient, directory: str) -> None:
        self._process = process
        self._client = client
        self._directory = directory

    @classmethod
    async def start(cls, env: Mapping[str, str], cwd: str) -> PythonKernel:
        """Start a kernel and wait until it answers. ExecdError, saying what to do, when it cannot be had."""
        try:
            from jupyter_client.asynchronous.client import AsyncKernelClient
            from jupyter_client.connect import write_connection_file
        except ImportError:
            raise runtime_error(MISSING) from None
        launch = await _launcher(env, cwd)
        directory = tempfile.mkdtemp(prefix="kernel-")
        file, _ = write_connection_file(f"{directory}/kernel.json", transport="ipc", ip=f"{directory}/s")
        log = os.open(f"{directory}/log", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            command = [*launch, "-f", file, "--HistoryManager.enabled=False"]
            process = spawn(command, env=env, cwd=cwd, stdout=log, stderr=log)
            client = AsyncKernelClient()
            client.load_connection_file(file)
            client.start_channels(stdin=False, hb=False)
            kernel = cls(process, client, directory)
            try:
                await kernel._until_ready()
            except BaseException as error:
                reason = os.pread(log, 1 << 16, 0).decode("utf-8", "replace").strip().splitlines()[-1:]
                await kernel.stop()
                if isinstance(error, (KernelGone, TimeoutError)):
                    raise runtime_error(
                        f"the Python kernel could not be started: {reason or error}"
                    ) from error
                raise
        except BaseException:
            shutil.rmtree(directory, ignore_errors=True)
            raise
        finally:
            os.close(log)
        return kernel

    async def _until_ready(self) -> None:
        ready = asyncio.get_running_loop().create_task(self._await_sign_of_life())
        await self._wait_or_exit(ready)
        if not ready.done():
            ready.cancel()
            raise KernelGone("it ended")
        await ready

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
        request = self._client.execute(code, store_history=True, allow_stdin=False)
        loop = asyncio.get_running_loop()
        output = loop.create_task(self._forward_output(request, buffer))
        reply = loop.create_task(self._await_reply(request))
        try:
            await self._wait_or_exit(reply)
            if not reply.done():
                raise KernelGone("the kernel process has ended")
            await asyncio.wait({output}, timeout=REPLY_SECONDS)
            return output.result() if output.done() else True
        finally:
            output.cancel()
            reply.cancel()

    async def _forward_output(self, request: str, buffer: events.EventBuffer) -> bool:
        succeeded = True
        while True:
            message = await self._client.get_iopub_msg()
            if message["parent_header"].get("msg_id") != request:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "status" and content["execution_state"] == "idle":
                return succeeded
            if kind == "stream":
                buffer.put(events.text_event(content["name"], content["text"]))
            elif kind == "execute_result":
                buffer.put(_count_event(content["execution_count"]) + _result_event(content["data"]))
            elif kind == "error":
                succeeded = False
                failure = events.error_event(content["ename"], content["evalue"], content["traceback"])
                buffer.put(events.text_event("status", "error") + failure)
            await buffer.room()

    async def _await_reply(self, request: str) -> None:
        while (await self._client.get_shell_msg())["parent_header"].get("msg_id") != request:
            pass

    async def _wait_or_exit(self, work: asyncio.Future[None]) -> None:
        either: list[asyncio.Future[Any]] = [work, self._process.exited]
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)

    async def interrupt(self) -> None:
        """Raise KeyboardInterrupt in the code that runs."""
        self._process.signal_group(signal.SIGINT)

    async def stop(self) -> None:
        """End the kernel and everything it started."""
        self._process.signal_group(signal.SIGKILL)
        await asyncio.wait({self._process.exited}, timeout=STOP_SECONDS)
        self._client.stop_channels()
        await asyncio.to_thread(shutil.rmtree, self._directory, ignore_errors=True)


async def _launcher(env: Mapping[str, str], cwd: str) -> list[str]:
    """Return the command that starts a kernel: the sandbox's own `python3` if it has ipykernel, else the daemon's."""
    own = shutil.which("python3", path=env.get("PATH"))
    if own is not None:
        probe = spawn(
            (own, "-c", f"import {LAUNCHER}"),
            env=env,
            cwd=cwd,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        done, _ = await asyncio.wait({probe.exited}, timeout=PROBE_SECONDS)
        probe.signal_group(signal.SIGKILL)
        if done and probe.exited.result() == 0:
            return [own, "-m", "ipykernel_launcher"]
    from importlib.util import find_spec

    if find_spec("ipykernel") is None:
        raise runtime_error(MISSING)
    return python_command(LAUNCHER, "launch_new_instance")


def _count_event(count: int) -> str:
    return events.json_event(
        {"type": "execution_count", "execution_count": count, "timestamp": events.now_ms()}
    )


def _result_event(data: dict[str, Any]) -> str:
    results = {("text" if mime == "text/plain" else mime): value for mime, value in data.items()}
    return events.json_event({"type": "result", "timestamp": events.now_ms(), "results": results})
