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

from opensandbox.local.execd.http.errors import runtime_error
from opensandbox.local.execd.run import events
from opensandbox.local.execd.run.process import Process, spawn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jupyter_client.asynchronous.client import AsyncKernelClient

START_SECONDS = 60.0
STOP_SECONDS = 5.0
PROBE_SECONDS = 20.0


class KernelGone(Exception):
    """The kernel process ended."""


class PythonKernel:
    """One kernel and the connection to it."""

    def __init__(self, process: Process, client: AsyncKernelClient, directory: str) -> None:
        self._process = process
        self._client = client
        self._directory = directory

    @classmethod
    async def start(cls, python: str, env: Mapping[str, str], cwd: str) -> PythonKernel:
        """Start a kernel of `python` and wait until it answers. ExecdError when it cannot be had."""
        from jupyter_client.asynchronous.client import AsyncKernelClient
        from jupyter_client.connect import write_connection_file

        directory = tempfile.mkdtemp(prefix="kernel-")
        file, _ = write_connection_file(f"{directory}/kernel.json", transport="ipc", ip=f"{directory}/s")
        log = os.open(f"{directory}/log", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            command = [python, "-m", "ipykernel_launcher", "-f", file, "--HistoryManager.enabled=False"]
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
            # The run has ended when the kernel is idle, which comes on the other channel.
            await self._wait_or_exit(output)
            if not output.done():
                raise KernelGone("the kernel process has ended")
            content = reply.result()
            if output.result() and content.get("status") == "error":
                # Some failures are told by the reply alone: groups of exceptions, unknown magics.
                failure = events.error_event(
                    content.get("ename", ""), content.get("evalue", ""), content.get("traceback", [])
                )
                buffer.put(events.text_event("status", "error") + failure)
                return False
            return output.result()
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
            elif kind == "display_data":
                buffer.put(result_event(content["data"]))
            elif kind == "execute_result":
                buffer.put(count_event(content["execution_count"]) + result_event(content["data"]))
            elif kind == "error":
                succeeded = False
                failure = events.error_event(content["ename"], content["evalue"], content["traceback"])
                buffer.put(events.text_event("status", "error") + failure)
            await buffer.room()

    async def _await_reply(self, request: str) -> dict[str, Any]:
        while True:
            message = await self._client.get_shell_msg()
            if message["parent_header"].get("msg_id") == request:
                content: dict[str, Any] = message["content"]
                return content

    async def _wait_or_exit(self, work: asyncio.Future[Any]) -> None:
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


def sandbox_python(env: Mapping[str, str]) -> str | None:
    """Return the Python that programs of the sandbox find."""
    return shutil.which("python3", path=env.get("PATH")) or shutil.which("python", path=env.get("PATH"))


async def has_ipykernel(python: str, env: Mapping[str, str], cwd: str) -> bool:
    """Return whether a Python has IPython's kernel, and the daemon what it takes to speak to that."""
    try:
        import jupyter_client  # noqa: F401 - whether it can be
    except ImportError:
        return False
    program = "import importlib.util, sys; sys.exit(importlib.util.find_spec('ipykernel') is None)"
    probe = spawn(
        (python, "-c", program), env=env, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    done, _ = await asyncio.wait({probe.exited}, timeout=PROBE_SECONDS)
    probe.signal_group(signal.SIGKILL)
    return bool(done) and probe.exited.result() == 0


def count_event(count: int) -> str:
    """Encode the number of a cell."""
    return events.json_event(
        {"type": "execution_count", "execution_count": count, "timestamp": events.now_ms()}
    )


def result_event(data: dict[str, Any]) -> str:
    """Encode a value in all its forms."""
    results = {("text" if mime == "text/plain" else mime): value for mime, value in data.items()}
    return events.json_event({"type": "result", "timestamp": events.now_ms(), "results": results})
