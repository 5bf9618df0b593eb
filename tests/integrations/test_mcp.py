"""The MCP server, as a client of the `mcp` library meets it: every tool, by every transport."""

from __future__ import annotations

import base64
import json
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import anyio
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from opensandbox import Sandbox
from opensandbox.integrations.mcp import create_server
from opensandbox.local import LocalServer
from tests.support.waiting import PATIENCE

pytestmark = pytest.mark.anyio

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SHOWS_A_PICTURE = f"""
class Picture:
    def _repr_png_(self):
        import base64
        return base64.b64decode({base64.b64encode(PICTURE)!r})
print("printed")
Picture()
"""


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer() as server:
        yield server


class Agent:
    """A client that remembers which tools it called."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.called: set[str] = set()

    async def __call__(self, tool: str, **arguments: Any) -> Any:
        """Call a tool and return its structured result; a failure fails the test."""
        answer = await self.answer(tool, **arguments)
        assert not answer.is_error, answer.content
        content = answer.structured_content
        return content["result"] if content and content.keys() == {"result"} else content

    async def fail(self, tool: str, **arguments: Any) -> str:
        """Call a tool that cannot do it, and return the text."""
        answer = await self.answer(tool, **arguments)
        assert answer.is_error, answer
        return str(answer.content[0].text)

    async def answer(self, tool: str, **arguments: Any) -> Any:
        self.called.add(tool)
        return await self.client.call_tool(tool, arguments)


@pytest.fixture(scope="module")
async def agent(server: LocalServer) -> AsyncIterator[Agent]:
    async with Client(create_server(connection_config=server.connection_config())) as client:
        yield Agent(client)


async def test_a_command_needs_no_sandbox_of_its_own(agent: Agent) -> None:
    first = await agent("command_run", command="echo out; echo err >&2; exit 3", env={"A": "1"})
    assert (first["exit_code"], first["stdout"], first["stderr"]) == (3, "out\n", "err\n")
    second = await agent("command_run", command="pwd", working_directory="/tmp")
    assert (second["stdout"], second["sandbox_id"]) == ("/tmp\n", first["sandbox_id"])
    state = await agent("sandbox_get_info")
    assert (state["sandbox_id"], state["state"], state["healthy"]) == (first["sandbox_id"], "Running", True)


async def test_a_command_that_takes_too_long_is_killed_and_its_output_kept(agent: Agent) -> None:
    outcome = await agent("command_run", command="echo before; sleep 600", timeout_seconds=0.5)
    assert (outcome["timed_out"], outcome["stdout"], outcome["exit_code"]) == (True, "before\n", -1)


async def test_of_huge_output_both_ends_are_returned(agent: Agent) -> None:
    outcome = await agent(
        "command_run", command="echo first; head -c 1000000 /dev/zero | tr '\\0' x | fold -w 500; echo last"
    )
    assert len(outcome["stdout"]) < 60_000
    assert outcome["stdout"].startswith("first\n")
    assert outcome["stdout"].endswith("last\n")


async def test_output_is_reported_as_progress(agent: Agent) -> None:
    reports: list[str | None] = []

    async def report(progress: float, total: float | None, message: str | None) -> None:
        reports.append(message)

    agent.called.add("command_run")
    command = {"command": "echo one; sleep 0.5; echo two"}
    await agent.client.call_tool("command_run", command, progress_callback=report)
    assert reports == ["one", "two"]


async def test_a_cancelled_call_ends_its_command(agent: Agent) -> None:
    async with anyio.create_task_group() as calls:
        calls.start_soon(lambda: agent("command_run", command="touch /tmp/begun; exec sleep 12345"))

        async def begun() -> bool:
            return (await agent("command_run", command="test -e /tmp/begun"))["exit_code"] == 0

        await until(begun)
        calls.cancel_scope.cancel()

    async def ended() -> bool:
        return (await agent("command_run", command="pgrep -f '^sleep 12345'"))["exit_code"] == 1

    await until(ended)


async def test_a_background_command_is_followed_and_ended(agent: Agent) -> None:
    started = await agent("command_run", command="echo ready; exec sleep 600", background=True)
    name = started["execution_id"]

    async def ready() -> bool:
        logs = await agent("command_logs", execution_id=name)
        return bool(logs["running"] and logs["output"] == "ready\n")

    await until(ready)
    await agent("command_interrupt", execution_id=name)

    async def ended() -> bool:
        return not (await agent("command_logs", execution_id=name))["running"]

    await until(ended)
    assert "unknown" in await agent.fail("command_interrupt", execution_id="unknown")


async def test_code_keeps_its_variables_and_returns_pictures(agent: Agent) -> None:
    await agent.answer("code_run", code="x = 41")
    answer = await agent.answer("code_run", code="x + 1")
    assert [content.text for content in answer.content] == ["42"]
    printed, picture = (await agent.answer("code_run", code=SHOWS_A_PICTURE)).content
    assert printed.text == "printed\n"
    assert (picture.mime_type, base64.b64decode(picture.data)) == ("image/png", PICTURE)


async def test_code_that_fails_or_takes_too_long_is_an_error(agent: Agent) -> None:
    said = await agent.fail("code_run", code="print('before'); 1 / 0")
    assert "before" in said
    assert "ZeroDivisionError" in said
    said = await agent.fail("code_run", code="import time; y = 1; time.sleep(600)", timeout_seconds=1)
    assert "interrupted after 1 s" in said

    async def answers() -> bool:
        answer = await agent.answer("code_run", code="y")
        return not answer.is_error and answer.content[0].text == "1"

    await until(answers)


async def test_files(agent: Agent) -> None:
    await agent("file_create_directories", paths=["/tmp/d/e"])
    await agent("file_write", path="/tmp/d/a.txt", content="one\ntwo\nthree\n")
    await agent("file_write", path="/tmp/d/a.txt", content="four\n", append=True)
    answer = await agent.answer("file_read", path="/tmp/d/a.txt", offset=2, limit=2)
    assert answer.content[0].text == "two\nthree"
    change = {"path": "/tmp/d/a.txt", "old_content": "two", "new_content": "2"}
    assert await agent("file_replace_contents", **change) == 1
    assert "does not contain" in await agent.fail("file_replace_contents", **change)
    await agent("file_move", source="/tmp/d/a.txt", destination="/tmp/d/e/b.txt")
    (found,) = await agent("file_search", path="/tmp/d", pattern="*.txt")
    assert found["path"] == "/tmp/d/e/b.txt"
    listed = await agent("file_list", path="/tmp/d", depth=2)
    assert [entry["path"] for entry in listed] == ["/tmp/d/e", "/tmp/d/e/b.txt"]
    await agent("file_delete", path="/tmp/d", recursive=True)
    assert "there is no such file" in await agent.fail("file_read", path="/tmp/d/e/b.txt")


async def test_pictures_are_read_as_pictures_and_huge_texts_not_at_all(agent: Agent) -> None:
    data = base64.b64encode(PICTURE).decode()
    await agent(
        "command_run", command=f"echo {data} | base64 -d > /tmp/p.png; yes | head -c 300000 > /tmp/huge"
    )
    (picture,) = (await agent.answer("file_read", path="/tmp/p.png")).content
    assert base64.b64decode(picture.data) == PICTURE
    assert "pass offset and limit" in await agent.fail("file_read", path="/tmp/huge")


async def test_a_sandbox_of_its_own(agent: Agent) -> None:
    made = await agent("sandbox_create", image="ubuntu", metadata={"kind": "own"}, timeout_seconds=300)
    name = made["sandbox_id"]
    assert (made["image"], made["metadata"]["kind"]) == ("ubuntu", "own")
    renewed = await agent("sandbox_renew", sandbox_id=name, timeout_seconds=1200)
    assert renewed["expires_at"] > made["expires_at"]
    assert "8000" in (await agent("sandbox_get_endpoint", sandbox_id=name, port=8000))["endpoint"]
    assert (await agent("sandbox_get_metrics", sandbox_id=name))["cpu_count"] > 0
    assert (await agent("sandbox_pause", sandbox_id=name))["state"] == "Paused"
    assert (await agent("sandbox_resume", sandbox_id=name))["state"] == "Running"
    (listed,) = await agent("sandbox_list", metadata={"kind": "own"})
    assert listed["sandbox_id"] == name
    await agent("sandbox_kill", sandbox_id=name)
    assert await agent("sandbox_list", metadata={"kind": "own"}, states=["Running"]) == []
    assert name in await agent.fail("command_run", command="true", sandbox_id=name)


async def test_a_sandbox_from_a_snapshot(agent: Agent) -> None:
    await agent("file_write", path="/workspace/kept", content="kept")
    snapshot = await agent("snapshot_create", name="saved")
    (listed,) = await agent("snapshot_list")
    assert (listed["id"], listed["status"]["state"]) == (snapshot["id"], "Ready")
    made = await agent("sandbox_create", snapshot_id=snapshot["id"])
    answer = await agent.answer("file_read", path="/workspace/kept", sandbox_id=made["sandbox_id"])
    assert answer.content[0].text == "kept"
    await agent("sandbox_kill", sandbox_id=made["sandbox_id"])
    await agent("snapshot_delete", snapshot_id=snapshot["id"])
    assert await agent("snapshot_list") == []


async def test_sandboxes_of_others_can_be_used(agent: Agent, server: LocalServer) -> None:
    async with Sandbox.ephemeral("ubuntu", connection_config=server.connection_config()) as sandbox:
        assert (await agent("command_run", command="true", sandbox_id=sandbox.id))["exit_code"] == 0


async def test_a_sandbox_that_dies_is_reported_once_and_replaced(agent: Agent, server: LocalServer) -> None:
    name = (await agent("command_run", command="true"))["sandbox_id"]
    async with await Sandbox.connect(name, server.connection_config()) as sandbox:
        await sandbox.kill()
    said = await agent.fail("command_run", command="true")
    assert "the sandbox has ended, and its files are gone: the next call without sandbox_id" in said
    assert (await agent("command_run", command="true"))["sandbox_id"] != name


async def test_every_tool_was_called_and_says_what_it_may_do(agent: Agent) -> None:
    tools = (await agent.client.list_tools()).tools
    assert {tool.name for tool in tools} == agent.called
    reading = {tool.name for tool in tools if tool.annotations and tool.annotations.read_only_hint}
    assert {"file_read", "sandbox_list", "command_logs"} <= reading
    assert not reading & {"command_run", "code_run", "file_write", "file_delete", "sandbox_kill"}
    assert all(
        tool.description and "sandbox_id" not in tool.input_schema.get("required", ())
        for tool in tools
        if tool.name not in ("sandbox_kill", "sandbox_resume")
    )


async def test_its_sandboxes_end_with_it(server: LocalServer) -> None:
    async with Client(create_server(connection_config=server.connection_config())) as client:
        outcome = await client.call_tool("command_run", {"command": "true"})
    assert outcome.structured_content is not None
    ids = [info.id async for info in Sandbox.list(connection_config=server.connection_config())]
    assert outcome.structured_content["sandbox_id"] not in ids


def environment(server: LocalServer) -> dict[str, str]:
    return {**os.environ, "OPEN_SANDBOX_DOMAIN": server.domain, "OPEN_SANDBOX_API_KEY": server.api_key}


PROGRAM = ["-m", "opensandbox.integrations.mcp", "--image", "ubuntu"]


async def test_by_stdio(server: LocalServer) -> None:
    program = StdioServerParameters(command=sys.executable, args=PROGRAM, env=environment(server))
    async with Client(stdio_client(program)) as client:
        outcome = await client.call_tool("command_run", {"command": "echo here"})
        assert outcome.structured_content is not None
        assert outcome.structured_content["stdout"] == "here\n"


async def test_by_streamable_http(server: LocalServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, *PROGRAM, "--http", "--port", str(port)]
    with subprocess.Popen(command, env=environment(server)) as process:
        try:
            await until(lambda: _listens(port))
            async with Client(f"http://127.0.0.1:{port}/mcp") as client:
                outcome = await client.call_tool("command_run", {"command": "echo here"})
                assert json.loads(outcome.content[0].text)["stdout"] == "here\n"  # type: ignore[union-attr]
        finally:
            process.terminate()


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Return as soon as a tool says so."""
    with anyio.fail_after(PATIENCE):
        while not await condition():
            await anyio.sleep(0.05)


async def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return False
    return True
