"""The OpenAI Agents SDK: every method of a session, and an agent without a model. (The SDK's contract tests are not in its wheel.)"""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from agents import ModelResponse, RunConfig, Runner, Usage
from agents.models.interface import Model
from agents.sandbox import Manifest, SandboxAgent, SandboxRunConfig
from agents.sandbox.entries import Dir, File
from agents.sandbox.errors import (
    ExecTimeoutError,
    ExecTransportError,
    ExposedPortUnavailableError,
    PtySessionNotFoundError,
    WorkspaceArchiveWriteError,
    WorkspaceReadNotFoundError,
)
from agents.sandbox.snapshot import LocalSnapshotSpec
from openai.types.responses import ResponseFunctionToolCall, ResponseOutputMessage, ResponseOutputText

from opensandbox.integrations.openai_agents import (
    OpenSandboxClient,
    OpenSandboxClientOptions,
    OpenSandboxSessionState,
)

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def session(anyio_backend: str) -> AsyncIterator:
    manifest = Manifest(
        entries={"notes": Dir(children={"a.txt": File(content=b"from the manifest")})},
        environment={"value": {"COLOUR": {"value": "blue"}}},
    )
    options = OpenSandboxClientOptions(exposed_ports=(8000,))
    async with await OpenSandboxClient().create(manifest=manifest, options=options) as session:
        yield session


async def test_the_manifest_is_there(session) -> None:
    result = await session.exec("cat notes/a.txt; printf $COLOUR; pwd")
    assert result.stdout == b"from the manifestblue/workspace\n"


async def test_exec(session) -> None:
    result = await session.exec("echo out; echo err >&2; exit 3")
    assert (result.exit_code, result.stdout, result.stderr) == (3, b"out\n", b"err\n")
    result = await session.exec("printf", "%s-", "a b", "$HOME", shell=False)
    assert result.stdout == b"a b-$HOME-"
    assert (await session.exec("no-such-program", shell=False)).exit_code == 127
    assert (await session.exec("kill -TERM $$")).exit_code == 143


async def test_exec_that_takes_too_long(session) -> None:
    with pytest.raises(ExecTimeoutError) as failure:
        await session.exec("echo before; sleep 600", timeout=1)
    assert failure.value.context["stdout"] == "before\n"


async def test_huge_output(session) -> None:
    result = await session.exec("head -c 3000000 /dev/zero | tr '\\0' x | fold -w 1000; echo last")
    assert len(result.stdout) < 1_100_000
    assert result.stdout.endswith(b"last\n")


async def test_files(session) -> None:
    content = bytes(range(256)) * 1000
    await session.write(Path("deep/er/b.bin"), io.BytesIO(content))
    assert (await session.read(Path("deep/er/b.bin"))).read() == content
    assert await session.read_bounded(Path("deep/er/b.bin"), max_bytes=3) == b"\x00\x01\x02"
    await session.mkdir("d", parents=True)
    await session.mv("deep/er/b.bin", "d/c.bin")
    (entry,) = await session.ls("d")
    assert (Path(entry.path).name, entry.size) == ("c.bin", 256_000)
    await session.rm("d", recursive=True)
    with pytest.raises(WorkspaceReadNotFoundError):
        await session.read(Path("d/c.bin"))


async def test_files_outside_of_the_workspace_are_refused(session) -> None:
    await session.exec("ln -s /etc outside")
    for path in ("../etc/passwd", "outside/passwd"):
        with pytest.raises(Exception, match="(?i)path|workspace|archive"):
            await session.read(Path(path))
    await session.exec("rm outside")


async def test_terminal(session) -> None:
    assert session.supports_pty()
    started = await session.pty_exec_start("python3", "-i", shell=False, tty=True, yield_time_s=2)
    assert started.process_id is not None
    written = await session.pty_write_stdin(session_id=started.process_id, chars="6 * 7\n", yield_time_s=2)
    assert b"42" in written.output
    ended = await session.pty_write_stdin(session_id=started.process_id, chars="exit(5)\n", yield_time_s=20)
    assert (ended.process_id, ended.exit_code) == (None, 5)
    with pytest.raises(PtySessionNotFoundError):
        await session.pty_write_stdin(session_id=started.process_id, chars="")
    await session.pty_exec_start("sleep 600", yield_time_s=0.3)
    await session.pty_terminate_all()


async def test_ports(session) -> None:
    endpoint = await session.resolve_exposed_port(8000)
    await session.pty_exec_start("python3 -m http.server 8000", yield_time_s=1)
    async with httpx.AsyncClient(trust_env=False) as client:
        listing = await client.get(endpoint.url_for("http"))
    assert "notes/" in listing.text
    await session.pty_terminate_all()
    with pytest.raises(ExposedPortUnavailableError):
        await session.resolve_exposed_port(9000)


async def test_workspace_as_an_archive(session) -> None:
    await session.write(Path("kept"), io.BytesIO(b"kept"))
    archive = await session.persist_workspace()
    await session.rm("kept")
    await session.hydrate_workspace(archive)
    assert (await session.read(Path("kept"))).read() == b"kept"
    evil = io.BytesIO()
    with tarfile.open(fileobj=evil, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("../outside"))
    evil.seek(0)
    with pytest.raises(WorkspaceArchiveWriteError):
        await session.hydrate_workspace(evil)


async def test_snapshot_and_resume(tmp_path: Path) -> None:
    client = OpenSandboxClient()
    first = await client.create(snapshot=LocalSnapshotSpec(base_path=tmp_path))
    async with first:
        await first.write(Path("kept"), io.BytesIO(b"kept"))
        assert await first.running()
        # Another client attaches while it runs,
        same = await client.resume(
            client.deserialize_session_state(client.serialize_session_state(first.state))
        )
        await same.start()
        assert (await same.read(Path("kept"))).read() == b"kept"
        assert same.state.sandbox_id == first.state.sandbox_id
    assert not await first.running()
    # and gets a new sandbox with the snapshot afterwards.
    state = client.deserialize_session_state(
        json.loads(json.dumps(client.serialize_session_state(first.state)))
    )
    assert isinstance(state, OpenSandboxSessionState)
    async with await client.resume(state) as again:
        assert (await again.read(Path("kept"))).read() == b"kept"
    await client.delete(again)


async def test_a_sandbox_that_dies_is_an_error() -> None:
    async with await OpenSandboxClient().create() as session:
        await session._inner.sandbox.kill()
        with pytest.raises(ExecTransportError):
            await session.exec("true")
        assert not await session.running()


class Scripted(Model):
    """A model that says what it was given to say."""

    def __init__(self, *steps) -> None:
        self.steps = list(steps)
        self.heard = []

    async def get_response(self, system_instructions, input, *arguments, **options) -> ModelResponse:
        self.heard.append(input[-1] if isinstance(input, list) else input)
        return ModelResponse(output=[self.steps.pop(0)], usage=Usage(), response_id=None)

    def stream_response(self, *arguments, **options):
        raise NotImplementedError


def call(number: int, name: str, **arguments) -> ResponseFunctionToolCall:
    return ResponseFunctionToolCall(
        type="function_call", call_id=str(number), name=name, arguments=json.dumps(arguments)
    )


async def test_an_agent_writes_runs_fixes_and_runs() -> None:
    said = ResponseOutputText(type="output_text", text="It prints 42.", annotations=[])
    model = Scripted(
        call(1, "exec_command", cmd="echo 'print(6 * seven)' > program.py"),
        call(2, "exec_command", cmd="python3 program.py"),
        call(3, "exec_command", cmd="sed -i s/seven/7/ program.py"),
        call(4, "exec_command", cmd="python3 program.py"),
        ResponseOutputMessage(id="m", type="message", role="assistant", status="completed", content=[said]),
    )
    agent = SandboxAgent(name="coder", model=model)
    config = RunConfig(sandbox=SandboxRunConfig(client=OpenSandboxClient()), tracing_disabled=True)
    result = await Runner.run(agent, "Print 6 times 7.", run_config=config)
    assert result.final_output == "It prints 42."
    outputs = [str(item["output"]) for item in model.heard[1:]]
    assert "NameError: name 'seven' is not defined" in outputs[1]
    assert "42" in outputs[3]
