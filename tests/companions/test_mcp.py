"""`opensandbox-mcp`, the published MCP server, as an agent meets it: tools over stdio."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

DRIVER = Path(__file__).parent / "programs/call_tools.py"


class Agent:
    """An MCP client with the server at its other end."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.tools: list[str] = self._answer()
        self.called: set[str] = set()

    def __call__(self, tool: str, **arguments: Any) -> Any:
        """Call a tool and return its result; a failure fails the test."""
        answer = self._ask(tool, arguments)
        assert not answer["is_error"], answer
        result = answer["structured_content"]
        return result["result"] if result.keys() == {"result"} else result

    def fail(self, tool: str, **arguments: Any) -> str:
        """Call a tool that cannot do it, and return what it says."""
        answer = self._ask(tool, arguments)
        assert answer["is_error"], answer
        return str(answer["content"][0]["text"])

    def _ask(self, tool: str, arguments: dict[str, Any]) -> Any:
        self.called.add(tool)
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"tool": tool, "arguments": arguments}) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


@pytest.fixture(scope="module")
def agent(programs: Path, environment: dict[str, str]) -> Iterator[Agent]:
    with subprocess.Popen(
        [programs / "python", DRIVER, programs / "opensandbox-mcp"],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Agent(process)
        # The end of its input ends the driver, and with it the server.
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(timeout=60) == 0


@pytest.fixture(scope="module")
def sandbox(agent: Agent) -> str:
    """The id of a sandbox that the tests share, made by a tool."""
    made = agent("sandbox_create", image="ubuntu", timeout_seconds=600, env={"COLOUR": "blue"})
    assert made["info"]["status"]["state"] == "Running"
    return str(made["sandbox_id"])


def test_a_new_sandbox_is_found_and_answers(agent: Agent, sandbox: str) -> None:
    assert agent("sandbox_get_info", sandbox_id=sandbox)["id"] == sandbox
    listed = agent("sandbox_list", filter={"states": ["Running"]})["sandbox_infos"]
    assert sandbox in [info["id"] for info in listed]
    assert agent("sandbox_connect", sandbox_id=sandbox)["sandbox_id"] == sandbox
    assert agent("sandbox_healthcheck", sandbox_id=sandbox)["healthy"] is True


def test_a_sandbox_is_measured_renewed_and_reached(agent: Agent, sandbox: str) -> None:
    assert agent("sandbox_get_metrics", sandbox_id=sandbox)["cpu_count"] > 0
    expiry = agent("sandbox_get_info", sandbox_id=sandbox)["expires_at"]
    assert agent("sandbox_renew", sandbox_id=sandbox, timeout_seconds=1200)["expires_at"] > expiry
    assert "8000" in agent("sandbox_get_endpoint", sandbox_id=sandbox, port=8000)["endpoint"]


def test_commands_tell_output_and_exit_status(agent: Agent, sandbox: str) -> None:
    done = agent("command_run", sandbox_id=sandbox, command="printenv COLOUR")
    assert (done["exit_code"], [message["text"] for message in done["logs"]["stdout"]]) == (0, ["blue"])
    failed = agent("command_run", sandbox_id=sandbox, command="exit 3")
    assert (failed["exit_code"], failed["error"]["value"]) == (3, "3")


def test_a_command_in_the_background_is_interrupted(agent: Agent, sandbox: str) -> None:
    started = agent("command_run", sandbox_id=sandbox, command="sleep 600", background=True)
    agent("command_interrupt", sandbox_id=sandbox, execution_id=started["id"])
    assert "command_interrupt" in agent.fail("command_interrupt", sandbox_id=sandbox, execution_id="unknown")


def test_files_are_written_changed_moved_and_removed(agent: Agent, sandbox: str) -> None:
    agent("file_write", sandbox_id=sandbox, path="/tmp/a", content="hello")
    change = {"path": "/tmp/a", "old_content": "ello", "new_content": "éy"}
    (replaced,) = agent("file_replace_contents", sandbox_id=sandbox, entries=[change])
    assert replaced["replaced_count"] == 1
    agent("file_create_directories", sandbox_id=sandbox, entries=[{"path": "/tmp/d"}])
    agent("file_move", sandbox_id=sandbox, entries=[{"src": "/tmp/a", "dest": "/tmp/d/b"}])
    assert agent("file_read", sandbox_id=sandbox, path="/tmp/d/b")["content"] == "héy"
    (found,) = agent("file_search", sandbox_id=sandbox, path="/tmp/d", pattern="b*")
    assert (found["path"], found["size"]) == ("/tmp/d/b", 4)
    agent("file_delete", sandbox_id=sandbox, paths=["/tmp/d/b"])
    agent("file_delete_directories", sandbox_id=sandbox, paths=["/tmp/d"])
    assert agent("file_search", sandbox_id=sandbox, path="/tmp", pattern="d") == []


def test_the_sandbox_ends_when_it_is_killed(agent: Agent, sandbox: str) -> None:
    agent("sandbox_kill", sandbox_id=sandbox)
    agent.fail("sandbox_get_info", sandbox_id=sandbox)


def test_every_tool_was_called(agent: Agent) -> None:
    assert set(agent.tools) == agent.called
