"""A process of its own that owns a Runtime and does what it is told, one JSON line at a time.

Tests start it as root, as an ordinary user, and kill it: `python -m tests.local.runtime.box_server STATE_DIR SPARES [REQUIREMENT ...]`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

import opensandbox.local.runtime.runtime as runtime_module
from opensandbox.local.runtime import Box, BoxSpec, Mount, Runtime
from opensandbox.local.settings import DEFAULT_START, START_VARIABLE, USERS_VARIABLE


class BoxServer:
    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.boxes: dict[str, Box] = {}

    async def launch(
        self, id: str, layers: list[str], mounts: list[list[Any]], image_root: str | None = None, **shape: Any
    ) -> dict[str, Any]:
        spec = BoxSpec(
            layers=tuple(map(Path, layers)),
            mounts=tuple(Mount(Path(source), target, read_only) for source, target, read_only in mounts),
            image_root=Path(image_root) if image_root else None,
            **shape,
        )
        box = self.boxes[id] = await self.runtime.launch(id, spec)
        return {
            "name": box.name,
            "warm": box.warm,
            "notes": box.notes,
            "pid": box.pid,
            "directory": str(box.directory),
        }

    async def run(self, id: str, script: str) -> dict[str, Any]:
        """Run a shell script inside, through the daemon."""
        said = ""
        transport = httpx.AsyncHTTPTransport(uds=str(self.boxes[id].execd_socket))
        async with httpx.AsyncClient(transport=transport, base_url="http://execd", timeout=30) as client:
            body = {"command": f'sh -c {shlex.quote(script)} 2>&1; echo "exit $?"'}
            async with client.stream("POST", "/command", json=body) as answer:
                answer.raise_for_status()
                async for line in answer.aiter_lines():
                    if line and (event := json.loads(line))["type"] == "stdout":
                        said += event["text"].removesuffix("\n") + "\n"
        output, _, code = said.removesuffix("\n").rpartition("exit ")
        return {"output": output.removesuffix("\n"), "code": int(code)}

    async def ask(self, id: str, method: str, path: str, body: Any = None) -> list[Any]:
        """Send a request to the daemon; returns the status and the text of the answer."""
        transport = httpx.AsyncHTTPTransport(uds=str(self.boxes[id].execd_socket))
        async with httpx.AsyncClient(transport=transport, base_url="http://execd", timeout=30) as client:
            answer = await client.request(method, path, json=body)
            return [answer.status_code, answer.text]

    async def dial(self, id: str, port: int, text: str) -> str:
        reader, writer = await self.boxes[id].dial(port)
        writer.write(text.encode())
        writer.write_eof()
        try:
            return (await reader.read()).decode()
        finally:
            writer.close()

    async def box(self, id: str, method: str, *arguments: Any, **named: Any) -> Any:
        return await getattr(self.boxes[id], method)(*arguments, **named)

    async def snapshot(self, id: str, target: str) -> None:
        await self.boxes[id].snapshot(Path(target))

    async def log(self, id: str) -> str:
        return self.boxes[id].entrypoint_log().decode()

    async def spares(self) -> list[int]:
        """The pids of the boxes that wait as spares."""
        return [box.pid for box in self.runtime.spares]

    async def count(self) -> int:
        """How many sandboxes live, handed over or spare."""
        return len([box for box in self.boxes.values() if not box.exited]) + len(self.runtime.spares)

    async def remove_tree(self, path: str) -> None:
        await self.runtime.remove_tree(Path(path))


async def main(state_dir: Path, spares: int, packages: Sequence[str]) -> None:
    commands = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(commands), sys.stdin
    )
    start = "fork" if os.environ.get(START_VARIABLE, DEFAULT_START) == "fork" else "exec"
    users = "one" if os.environ.get(USERS_VARIABLE) == "one" else "range"
    async with Runtime(state_dir, spares=spares, packages=packages, start=start, users=users) as runtime:
        server = BoxServer(runtime)
        print(json.dumps({"ok": "started"}), flush=True)
        while line := await commands.readline():
            name, positional, named = json.loads(line)
            try:
                answer = {"ok": await getattr(server, name)(*positional, **named)}
            except Exception as error:
                answer = {"error": type(error).__name__, "message": str(error)}
            print(json.dumps(answer), flush=True)


def take_down(walls: Sequence[str]) -> None:
    """Leave out walls, to see that what is tried at them succeeds then."""
    if "filter" in walls:
        runtime_module.opened_filters = lambda **_: contextlib.nullcontext([])


if __name__ == "__main__":
    take_down(os.environ.get("WALLS_DOWN", "").split())
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]))
