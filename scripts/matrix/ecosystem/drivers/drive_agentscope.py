"""AgentScope: its OpenSandbox workspace, the tools that an agent gets from it, and its return after a pause.

A workspace installs programs from the internet on its first start, for a gateway to MCP servers. There is no internet here, so the
steps that install are replaced: in the place of the gateway's interpreter stands one that serves the gateway's health page.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import server
from agentscope.workspace import OpenSandboxWorkspace
from recording import API_KEY, DOMAIN, Json, Record, wanted_error
from trouble import trouble

from opensandbox.models.sandboxes import NetworkPolicy

record = Record("agentscope")
case = record.case

GATEWAY = """
import http.server, json, sys
class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/health" else 404)
        self.end_headers()
        self.wfile.write(json.dumps({"padding": "x" * 100000}).encode())
http.server.HTTPServer(("127.0.0.1", int(sys.argv[-1])), Health).serve_forever()
"""


class Workspace(OpenSandboxWorkspace):
    """A workspace whose first start needs no internet."""

    def _bootstrap_commands(self) -> list[str]:
        program = f"{self._gateway_home}/stand-in.py"
        interpreter = self._gateway_python
        return [
            f"cat > {program} <<'END'\n{GATEWAY}\nEND",
            f"mkdir -p $(dirname {interpreter})",
            f"printf '#!/bin/sh\\nexec python3 {program} \"$@\"' > {interpreter}",
            f"chmod +x {interpreter}",
        ]


def workspace(name: str, *, domain: str = DOMAIN, **more: Any) -> Workspace:
    """Return a workspace that is not started."""
    settings = {"timeout_seconds": 300, "request_timeout_seconds": 60, **more}
    return Workspace(workspace_id=name, domain=domain, api_key=API_KEY, **settings)


def quiet(out: str = "", code: int = 0, err: str = "") -> Json:
    """Return what is wanted of a command."""
    return [code, out, err]


async def execute(place: Workspace, command: str | list[str], **options: Any) -> Json:
    """Return what a program came to."""
    line = ["sh", "-c", command] if isinstance(command, str) else command
    result = await place.get_backend().exec_shell(line, **options)
    return [result.exit_code, result.stdout.decode(), result.stderr.decode()]


async def commands(place: Workspace) -> None:
    """Run programs through the back end."""

    def runs(command: str | list[str], **options: Any) -> Any:
        return lambda: execute(place, command, **options)

    await case("output", runs("printf hello"), quiet("hello"))
    await case("a line", runs("echo hello"), quiet("hello\n"))
    await case("lines", runs("printf 'a\\nb'"), quiet("a\nb"))
    await case("blank lines", runs("printf 'a\\n\\nb'"), quiet("a\n\nb"))
    await case("indented lines", runs("printf 'a\\n  b\\nc'"), quiet("a\n  b\nc"))
    await case("both streams", runs("printf out; printf err >&2"), quiet("out", 0, "err"))
    await case("arguments", runs(["printf", "%s-", "a b", "$HOME", "'"]), quiet("a b-$HOME-'-"))
    await case("much output", runs("head -c 2000000 /dev/zero | tr '\\0' x"), quiet("x" * 2000000))
    await case("beyond ASCII", runs("printf 'grüße 你好 🎈'"), quiet("grüße 你好 🎈"))
    await case("a command that fails", runs("printf before; exit 7"), quiet("before", 7))
    await case("a time limit", runs("printf before; sleep 60", timeout=1), quiet("before", -1))
    await case("variables", runs("printf $COLOUR"), quiet("blue"))
    await case("the working directory", runs("printf $PWD"), quiet("/workspace"))
    await case("a directory", runs("printf $PWD", cwd="/usr/bin"), quiet("/usr/bin"))
    await case("a directory that is missing", lambda: code(place, "true", cwd="/no/such"), -1)


async def code(place: Workspace, command: str, **options: Any) -> Json:
    """Return the exit code alone."""
    return (await execute(place, command, **options))[0]


async def files(place: Workspace) -> None:
    """Use the back end's files."""
    backend = place.get_backend()

    async def both(path: str, content: bytes) -> Json:
        await backend.write_file(path, content)
        return (await backend.read_file(path)).decode("latin-1")

    async def missing() -> Json:
        # An error of ours is both: one of the SDK's, and the builtin that the framework documents.
        with suppress(FileNotFoundError):
            return (await backend.read_file("/gone")).decode()
        return "caught"

    async def listed() -> Json:
        await execute(place, "mkdir -p /data/sub && printf 12 > /data/two && ln -sf /gone /data/dangling")
        found = await backend.scandir("/data")
        return sorted([entry.name, entry.is_dir, entry.size_bytes] for entry in found)

    async def deleted() -> Json:
        await backend.delete_path("/data/sub")
        return [await backend.file_exists(path) for path in ("/data", "/data/sub")]

    binary = bytes(range(256)) * 4000
    await case("bytes", lambda: both("/data/deep/er/b.bin", binary), binary.decode("latin-1"))
    await case("an empty file", lambda: both("/data/empty", b""), "")
    await case("a name with blanks", lambda: both("/data/with blank é", b"b"), "b")
    await case("a file that is missing", missing, "caught")
    await case(
        "a directory for a file", lambda: backend.read_file("/data"), wanted_error("SandboxApiException")
    )
    names = [["dangling", False, None], ["deep", True, None], ["empty", False, 0], ["sub", True, None]]
    await case("a directory", listed, [*names, ["two", False, 2], ["with blank é", False, 1]])
    await case("a directory is deleted", deleted, [True, False])


async def tools(place: Workspace) -> None:
    """Call the tools that an agent calls."""
    by_name = {tool.name: tool for tool in await place.list_tools()}

    async def call(name: str, **arguments: Any) -> Json:
        answer = await by_name[name].call(**arguments)
        return [answer.state.value, " ".join(block.text for block in answer.content).split()]

    async def shell(command: str, **arguments: Any) -> Json:
        said = [chunk async for chunk in by_name["Bash"].call(command, **arguments)]
        return [
            said[-1].state.value,
            "".join(block.text for chunk in said for block in chunk.content).split(),
        ]

    async def made() -> Json:
        state, _ = await call(
            "Write", file_path="/workspace/data/tool.py", content="print('one')\nprint('two')\n"
        )
        edited, _ = await call(
            "Edit", file_path="/workspace/data/tool.py", old_string="one", new_string="three"
        )
        return [state, edited]

    async def found() -> Json:
        _, said = await call("Glob", pattern="**/*.py", path="/workspace")
        return "/workspace/data/tool.py" in " ".join(said)

    async def failed() -> Json:
        state, said = await shell("printf before; exit 3")
        return [state, "before" in said, any("3" in word for word in said)]

    await case("tools", lambda: sorted_names(by_name), ["Bash", "Edit", "Glob", "Grep", "Read", "Write"])
    await case("tool: write and edit", made, ["running", "running"])
    await case("tool: run", lambda: shell("python3 /workspace/data/tool.py"), ["running", ["three", "two"]])
    await case("tool: a command that fails", failed, ["error", True, True])
    await case(
        "tool: read",
        lambda: call("Read", file_path="/workspace/data/tool.py"),
        ["running", ["1", "print('three')", "2", "print('two')"]],
    )
    await case("tool: a file that is missing", lambda: state_of(call("Read", file_path="/gone")), "error")
    # Grep is left out: it calls a program that a workspace installs from the internet.
    await case("tool: glob", found, True)


async def sorted_names(tools: dict[str, Any]) -> Json:
    """Return the names of tools."""
    return sorted(tools)


async def state_of(call: Any) -> Json:
    """Return how a call of a tool ended."""
    return (await call)[0]


async def lives(own: Path) -> None:
    """Start with all there is to set, pause, come back, and start over."""
    skill = own / "greeting"
    skill.mkdir()
    (skill / "SKILL.md").write_text("---\nname: greeting\ndescription: How to greet\n---\nSay hello.\n")
    settings: dict[str, Any] = {
        "env": {"COLOUR": "blue"},
        "resource": {"cpu": "1", "memory": "512Mi"},
        "entrypoint": ["sleep", "600"],
        "sandbox_metadata": {"owner": "agentscope"},
        "network_policy": NetworkPolicy(defaultAction="deny", egress=[]),
        "skill_paths": [str(skill)],
    }
    place = workspace("life", **settings)
    await case("start", place.initialize, None)
    await case("start again", place.initialize, None)
    await commands(place)
    await files(place)
    await tools(place)
    await case("skills", lambda: skills(place), ["greeting"])
    await case("come back after a pause", lambda: back(place, settings), [True, "Paused", quiet("kept")])
    await case("two workspaces, one sandbox", lambda: joined(settings), [True, quiet("kept")])
    await case("reset", lambda: reset(settings), [1, 0])


async def skills(place: Workspace) -> Json:
    """Return the names of the skills."""
    return [skill.name for skill in await place.list_skills()]


async def back(place: Workspace, settings: dict[str, Any]) -> Json:
    """Close, see the sandbox paused, and open it again."""
    await execute(place, "printf kept > /workspace/data/kept")
    name = place.sandbox_id
    await place.close()
    state = (await server.only(owner="agentscope")).status.state
    again = workspace("life", **settings)
    await again.initialize()
    said = await execute(again, "cat /workspace/data/kept")
    return [again.sandbox_id == name, state, said]


async def joined(settings: dict[str, Any]) -> Json:
    """Open a workspace whose sandbox runs."""
    place = workspace("life", **settings)
    await place.initialize()
    return [place.is_alive, await execute(place, "cat /workspace/data/kept")]


async def reset(settings: dict[str, Any]) -> Json:
    """Wipe a workspace: its data is gone."""
    place = workspace("life", **settings)
    await place.initialize()
    await place.reset()
    told = [await code(place, "test -e /workspace/data/kept"), await code(place, "true")]
    await place.close()
    return told


async def gone() -> Json:
    """Open a workspace whose sandbox was killed: it gets a new one."""
    place = workspace("gone", sandbox_metadata={"kind": "gone"})
    await place.initialize()
    name = place.sandbox_id
    await server.kill(kind="gone")
    await place.close()
    again = workspace("gone", sandbox_metadata={"kind": "gone"})
    await again.initialize()
    told = [again.sandbox_id != name, await execute(again, "printf new")]
    await again.close()
    await server.kill(kind="gone")
    return told


async def troubled(*statuses: int) -> Json:
    """Start on a server that has trouble."""
    with trouble(*statuses) as front:
        place = workspace("troubled", domain=front.domain, sandbox_metadata={"kind": "troubled"})
        await place.initialize()
        told = await execute(place, "printf up")
        await place.close()
        await server.kill(kind="troubled")
        return told


async def left_behind() -> Json:
    """Return the states of all sandboxes."""
    return [info.status.state for info in await server.sandboxes()]


async def main() -> None:
    """Run all cases."""
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as own:
        await lives(Path(own))
    await case("a sandbox that is gone", gone, [True, quiet("new")])
    await case("a busy server", lambda: troubled(503), quiet("up"))
    await case("one paused sandbox is left", left_behind, ["Paused"])
    record.write(sys.argv[1])


asyncio.run(main())
