"""Google ADK: its OpenSandbox environment, and the tools that an agent gets from it."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import warnings
from typing import Any

import server
from google.adk.integrations.opensandbox import OpenSandboxEnvironment
from google.adk.tools.environment import EnvironmentToolset
from recording import DOMAIN, Json, Record, raised, wanted_error
from trouble import LOST, trouble

from opensandbox.config import ConnectionConfig
from opensandbox.models.sandboxes import NetworkPolicy, NetworkRule

record = Record("google-adk")
case = record.case


def quiet(out: str = "", code: int = 0, err: str = "", *, timed_out: bool = False) -> Json:
    """Return what is wanted of a command."""
    return [code, out, err, timed_out]


async def execute(box: OpenSandboxEnvironment, command: str, timeout: float | None = None) -> Json:
    """Return what a command came to."""
    result = await box.execute(command, timeout=timeout)
    return [result.exit_code, result.stdout, result.stderr, result.timed_out]


async def commands(box: OpenSandboxEnvironment) -> None:
    """Run commands in an initialized environment."""

    def runs(command: str, timeout: float | None = None) -> Any:
        return lambda: execute(box, command, timeout)

    await case("output", runs("printf hello"), quiet("hello"))
    await case("a line", runs("echo hello"), quiet("hello\n"))
    await case("lines", runs("printf 'a\\nb\\n'"), quiet("a\nb\n"))
    await case("both streams", runs("printf out; printf err >&2"), quiet("out", 0, "err"))
    await case("beyond ASCII", runs("printf 'grüße 你好 🎈'"), quiet("grüße 你好 🎈"))
    await case("much output", runs("head -c 2000000 /dev/zero | tr '\\0' x"), quiet("x" * 2000000))
    await case("a command that fails", runs("printf before; exit 7"), quiet("before", 7))
    await case("variables", runs("printf $COLOUR"), quiet("blue"))
    await case("the working directory", runs("printf %s $PWD"), quiet("/workspace"))
    await case("a time limit", runs("printf before; sleep 60", 1.5), quiet("before", -1, timed_out=True))
    await case("in time", runs("printf done", 30), quiet("done"))
    await case("a time limit of 0", runs("sleep 5", 0), quiet("", -1, timed_out=True))
    await case("a time limit below 0", runs("true", -1), wanted_error("ValueError"))
    await case("a shell that is killed", runs("kill -9 $$"), quiet("", -1))
    await case("a process left behind", runs("sleep 100 >/dev/null 2>&1 & printf gone"), quiet("gone"))


async def files(box: OpenSandboxEnvironment) -> None:
    """Read and write files."""

    async def both(path: str, content: str | bytes) -> Json:
        await box.write_file(path, content)
        return (await box.read_file(path)).decode("latin-1")

    async def modes() -> Json:
        await box.write_file("deep/er/a.txt", "a")
        return await execute(box, "printf %s $(stat -c %a deep/er/a.txt deep/er)")

    binary = bytes(range(256)) * 2000
    await case("a text", lambda: both("a.txt", "grüße\n"), "grüße\n".encode().decode("latin-1"))
    await case("bytes", lambda: both("deep/er/b.bin", binary), binary.decode("latin-1"))
    await case("an empty file", lambda: both("/tmp/empty", ""), "")
    await case("a name with blanks", lambda: both("with blank é.txt", "b"), "b")
    await case("a file again", lambda: both("a.txt", "short"), "short")
    await case("modes", modes, quiet("644755"))
    await case("a file that is missing", lambda: box.read_file("gone.txt"), wanted_error("FileNotFoundError"))
    await case("a directory for a file", lambda: box.read_file("deep"), wanted_error("SandboxApiException"))


async def tools(box: OpenSandboxEnvironment) -> None:
    """Call the tools that an agent calls."""
    toolset = EnvironmentToolset(environment=box)
    by_name = {tool.name: tool for tool in await toolset.get_tools()}

    def calls(name: str, **arguments: Any) -> Any:
        return lambda: by_name[name].run_async(args=arguments, tool_context=None)

    async def kinds(name: str, **arguments: Any) -> Json:
        answer = await by_name[name].run_async(args=arguments, tool_context=None)
        return [answer["status"], answer.get("exit_code"), answer.get("error")]

    await case("tools", lambda: named(by_name), ["EditFile", "Execute", "ReadFile", "WriteFile"])
    written = calls("WriteFile", path="tool.py", content="print('one')\n")
    await case("tool: write", written, {"status": "ok", "message": "Wrote tool.py"})
    edited = calls("EditFile", path="tool.py", old_string="one", new_string="two")
    await case("tool: edit", edited, {"status": "ok", "message": "Edited tool.py"})
    await case(
        "tool: execute",
        calls("Execute", command="printf $(python3 tool.py)"),
        {"status": "ok", "stdout": "two"},
    )
    await case("tool: a command that fails", lambda: kinds("Execute", command="exit 3"), ["error", 3, None])
    gone = ["error", None, "File not found: gone"]
    await case("tool: a file that is missing", lambda: kinds("ReadFile", path="gone"), gone)


async def named(tools: dict[str, Any]) -> Json:
    """Return the names of tools."""
    return sorted(tools)


async def lives() -> None:
    """Initialize with all there is to set, and close."""
    policy = NetworkPolicy(
        defaultAction="deny", egress=[NetworkRule(action="allow", target="pypi.example.com")]
    )
    box = OpenSandboxEnvironment(
        image="python:3.11",
        timeout=120,
        env_vars={"COLOUR": "blue"},
        metadata={"owner": "adk"},
        connection_config=ConnectionConfig(domain=DOMAIN, protocol="http"),
        network_policy=policy,
    )
    await case("before it is initialized", lambda: box.execute("true"), wanted_error("RuntimeError"))
    await case("initialize", box.initialize, None)
    await case("initialize again", box.initialize, None)
    await case("metadata", labels, {"framework": "google-adk", "owner": "adk"})
    await case("the policy", enforced, ["deny", ["allow pypi.example.com"]])
    await commands(box)
    await files(box)
    await tools(box)
    await case("attach", attached, ["blue", True])
    await case("a snapshot", lambda: restored(box), "kept")
    await case("a sandbox that is gone is made anew", lambda: anew(box), [True, quiet("fresh")])
    await case("close", box.close, None)
    await case("close again", box.close, None)
    await case("after it is closed", lambda: box.execute("true"), wanted_error("RuntimeError"))


async def labels() -> Json:
    """Return two of the labels."""
    metadata = (await server.only(owner="adk")).metadata
    return {name: metadata[name] for name in ("framework", "owner")}


async def enforced() -> Json:
    """Return the network policy that is enforced."""
    async with server.reached(owner="adk") as sandbox:
        policy = await sandbox.get_egress_policy()
        return [policy.default_action, [f"{rule.action} {rule.target}" for rule in policy.egress]]


async def attached() -> Json:
    """Attach to the sandbox, and see that it outlives the attachment."""
    other = OpenSandboxEnvironment(sandbox_id=(await server.only(owner="adk")).id)
    await other.initialize()
    said = (await other.execute("printf $COLOUR")).stdout
    await other.close()
    async with server.reached(owner="adk") as sandbox:
        return [said, await sandbox.is_healthy()]


async def restored(box: OpenSandboxEnvironment) -> Json:
    """Make a sandbox from a snapshot of another."""
    await box.write_file("/root/kept", "kept")
    other = OpenSandboxEnvironment(snapshot_id=await server.snapshot(owner="adk"))
    await other.initialize()
    content = await other.read_file("/root/kept")
    await other.close()
    return content.decode()


async def anew(box: OpenSandboxEnvironment) -> Json:
    """Kill the sandbox behind its back, then run a command."""
    old = (await server.only(owner="adk")).id
    await box.execute("touch /workspace/old")
    await server.kill(owner="adk")
    result = await execute(box, "test -e old || printf fresh")
    return [(await server.only(owner="adk")).id != old, result]


async def closed_when_gone() -> Json:
    """Close an environment whose sandbox was killed already."""
    box = OpenSandboxEnvironment(metadata={"owner": "gone"})
    await box.initialize()
    await server.kill(owner="gone")
    await box.close()
    return box.is_initialized


async def from_environment(domain: str) -> Json:
    """Find the server by variables of the environment alone."""
    os.environ["OPEN_SANDBOX_DOMAIN"] = domain
    box = OpenSandboxEnvironment()
    await box.initialize()
    result = await execute(box, "printf up")
    await box.close()
    os.environ["OPEN_SANDBOX_DOMAIN"] = DOMAIN
    return result


async def troubled(*statuses: int) -> Json:
    """Initialize on a server that has trouble."""
    with trouble(*statuses) as front:
        box = OpenSandboxEnvironment(connection_config=ConnectionConfig(domain=front.domain, protocol="http"))
        try:
            await box.initialize()
        except Exception as error:
            return [raised(error)["raised"], getattr(error, "status_code", None)]
        result = await execute(box, "printf up")
        await box.close()
        return result


async def unknown_id() -> Json:
    """Attach to what does not exist."""
    box = OpenSandboxEnvironment(sandbox_id="no-such-sandbox", ready_timeout=5)
    try:
        await box.initialize()
    except Exception as error:
        return [raised(error)["raised"], getattr(error, "status_code", None)]
    return "attached"


async def main() -> None:
    """Run all cases."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    await lives()
    await case("close when it is gone", closed_when_gone, False)
    await case("by variables", lambda: from_environment(DOMAIN), quiet("up"))
    await case("by variables, with the scheme", lambda: from_environment(f"http://{DOMAIN}"), quiet("up"))
    await case("attach to what is missing", unknown_id, ["SandboxApiException", 404])
    await case("creation after 503", lambda: troubled(503), quiet("up"))
    await case("creation whose connection is lost", lambda: troubled(LOST), quiet("up"))
    await case("creation refused with 400", lambda: troubled(400), ["SandboxApiException", 400])
    await case("nothing is left behind", server.count, 0)
    record.write(sys.argv[1])


asyncio.run(main())
