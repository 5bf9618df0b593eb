"""NeMo Gym: its sandbox with the OpenSandbox provider, as an environment for training uses it."""

from __future__ import annotations

import asyncio
import logging
import sys
import tempfile
from pathlib import Path
from typing import Any

import server
from nemo_gym.sandbox import AsyncSandbox, Sandbox, SandboxResources, SandboxSpec
from recording import API_KEY, DOMAIN, SHARED, Json, Record, raised, wanted_error
from trouble import LOST, trouble

record = Record("nemo-gym")
case = record.case


def provider(domain: str = DOMAIN, *, api_key: str = API_KEY, **more: Any) -> dict[str, Any]:
    """Return the configuration of a provider."""
    connection = {"domain": domain, "api_key": api_key, "protocol": "http", "request_timeout_s": 30}
    create = {"retry_delay_s": 0.2, "connect_poll_s": 0.2, **more.pop("create", {})}
    operations = {"retry_delay_s": 0.1, "retry_max_delay_s": 0.5}
    return {"opensandbox": {"connection": connection, "create": create, "operations": operations, **more}}


def quiet(out: str | None = None, code: int = 0, err: str | None = None, kind: str | None = None) -> Json:
    """Return what is wanted of a command."""
    return [code, out, err, kind]


async def execute(box: AsyncSandbox, command: str, **options: Any) -> Json:
    """Return what a command came to."""
    result = await box.exec(command, **options)
    return [result.return_code, result.stdout, result.stderr, result.error_type]


async def commands(box: AsyncSandbox) -> None:
    """Run commands in a started sandbox."""

    def runs(command: str, **options: Any) -> Any:
        return lambda: execute(box, command, **options)

    failed = "CommandExecError: "
    await case("output", runs("printf hello"), quiet("hello"))
    await case("a line", runs("echo hello"), quiet("hello"))
    await case("lines", runs("printf 'a\\nb\\n'"), quiet("a\nb"))
    await case("blank lines", runs("printf 'a\\n\\nb'"), quiet("a\n\nb"))
    await case("both streams", runs("printf out; printf err >&2"), quiet("out", 0, "err"))
    await case("no output", runs("true"), quiet())
    await case("much output", runs("seq 20000"), quiet("\n".join(map(str, range(1, 20001)))))
    await case("beyond ASCII", runs("printf 'grüße 你好 🎈'"), quiet("grüße 你好 🎈"))
    await case("a command that fails", runs("printf before; exit 7"), quiet("before", 7, f"{failed}7"))
    await case("a shell that is killed", runs("kill -9 $$"), quiet(None, -1, f"{failed}-1"))
    await case(
        "a time limit", runs("printf before; sleep 60", timeout_s=1), quiet("before", -1, f"{failed}-1")
    )
    await case("no time limit", runs("printf done", timeout_s=None), quiet("done"))
    await case("variables", runs("printf %s $COLOUR $SHAPE", env={"SHAPE": "round"}), quiet("blueround"))
    await case("a directory", runs("printf $PWD", cwd="/usr/bin"), quiet("/usr/bin"))
    await case("the working directory of the spec", runs("printf $PWD"), quiet("/srv"))
    await case("as user 'root'", runs("printf %s $(id -u)", user="root"), quiet("0"))
    await case("as user 0", runs("printf %s $(id -u)", user=0), quiet("0"))
    await case("as a user that is missing", lambda: fails(box, "id -u", user="no-such-user"), [True, None])
    many = [runs(f"printf {number}") for number in range(20)]
    await case("twenty at once", lambda: gather(many), [quiet(str(number)) for number in range(20)])


async def fails(box: AsyncSandbox, command: str, **options: Any) -> Json:
    """Tell whether a command failed, and what it printed."""
    code, out, *_ = await execute(box, command, **options)
    return [code != 0, out]


async def gather(actions: list[Any]) -> Json:
    """Run actions at once."""
    return list(await asyncio.gather(*(action() for action in actions)))


async def files(box: AsyncSandbox, place: Path) -> None:
    """Move files both ways."""
    content = bytes(range(256)) * 8000
    (place / "source").write_bytes(content)

    async def both(path: str) -> Json:
        await box.upload(place / "source", path)
        await box.download(path, place / "back/file")
        return (place / "back/file").read_bytes() == content

    await case("a file of the spec", lambda: execute(box, "cat /srv/given/a.txt"), quiet("grüße"))
    await case("a file", lambda: both("/srv/deep/er/data.bin"), True)
    await case("a name with blanks", lambda: both("/srv/with blank é"), True)
    await case(
        "a file that is missing",
        lambda: box.download("/gone", place / "gone"),
        wanted_error("SandboxApiException"),
    )
    await case(
        "a directory for a file",
        lambda: box.download("/srv", place / "srv"),
        wanted_error("SandboxApiException"),
    )


async def lives(place: Path) -> None:
    """Start with all there is to set, and stop."""
    volume = {"name": "shared", "host": {"path": str(SHARED)}, "mountPath": "/shared", "readOnly": True}
    spec = SandboxSpec(
        image="python:3.12",
        ttl_s=600,
        ready_timeout_s=30,
        workdir="/srv",
        env={"COLOUR": "blue"},
        files={"/srv/given/a.txt": "grüße"},
        metadata={"owner": "nemo gym", "run": 7},
        entrypoint=["sleep", "600"],
        resources=SandboxResources(cpu=1.0, memory_mib=512),
        provider_options={"volumes": [volume], "extensions": {"nemo.note": 1}},
    )
    box = AsyncSandbox(provider(), spec)
    await case("before the start", lambda: box.exec("true"), wanted_error("RuntimeError"))
    await case("start", lambda: started(box), True)
    await case("status", lambda: status(box), "running")
    await case("a volume", lambda: execute(box, "cat /shared/note"), quiet("shared"))
    await case("metadata", labels, {"owner": "nemo_gym", "run": "7"})
    await commands(box)
    await files(box, place)
    await case("stop", box.stop, None)
    await case("stop again", box.stop, None)
    await case("status after the stop", lambda: status(box), "stopped")
    await case("a command after the stop", lambda: box.exec("true"), wanted_error("RuntimeError"))


async def started(box: AsyncSandbox) -> Json:
    """Start a sandbox."""
    return await box.start() is box


async def status(box: AsyncSandbox) -> Json:
    """Return the status as a word."""
    return (await box.status()).value


async def labels() -> Json:
    """Return two of the labels."""
    metadata = (await server.only(owner="nemo_gym")).metadata
    return {name: metadata[name] for name in ("owner", "run")}


async def up(box: AsyncSandbox) -> Json:
    """Start, run a command, stop; return what came of it."""
    try:
        await box.start()
    except Exception as error:
        return [raised(error)["raised"], getattr(error, "status_code", None)]
    said = await execute(box, "printf up")
    await box.stop()
    return said


async def troubled(*statuses: int) -> Json:
    """Start on a server that has trouble."""
    with trouble(*statuses) as front:
        return await up(AsyncSandbox(provider(front.domain), SandboxSpec(image="python:3.12")))


async def refused() -> Json:
    """Start what the server refuses for good: it is asked once."""
    with trouble(400, 400, 400) as front:
        return [
            *await up(AsyncSandbox(provider(front.domain), SandboxSpec(image="python:3.12"))),
            front.creations,
        ]


async def slow() -> Json:
    """Start on a server whose first answer comes too late."""
    with trouble(late=4.0) as front:
        told = await up(
            AsyncSandbox(provider(front.domain, create={"timeout_s": 3.0}), SandboxSpec(image="python:3.12"))
        )
        await asyncio.sleep(4.0)  # the first answer has come, and what is done about it is done
        return [told, front.creations]


async def reconnected() -> Json:
    """Start without a health check, in which case it connects to what it made."""
    box = AsyncSandbox(
        provider(create={"skip_health_check": True}), SandboxSpec(image="python:3.12", ready_timeout_s=30)
    )
    return await up(box)


async def killed_behind_its_back() -> Json:
    """Stop a sandbox that is gone: that is no error, and the status of one says so."""
    box = await AsyncSandbox(provider(), SandboxSpec(image="python:3.12", metadata={"kind": "gone"})).start()
    await server.kill(kind="gone")
    try:
        told = await status(box)
    except Exception as error:
        told = raised(error)["raised"]
    await box.stop()
    return told


async def restored() -> Json:
    """Start from a snapshot."""
    box = await AsyncSandbox(
        provider(), SandboxSpec(image="python:3.12", metadata={"kind": "source"})
    ).start()
    await box.exec("printf kept > /srv/kept")
    taken = await server.snapshot(kind="source")
    other = AsyncSandbox(provider(), SandboxSpec(provider_options={"snapshot_id": taken}))
    await other.start()
    said = await execute(other, "cat /srv/kept")
    await other.stop()
    await box.stop()
    return said


def blocking() -> Json:
    """Use the blocking sandbox."""
    with Sandbox(provider(), SandboxSpec(image="python:3.12")) as box:
        box.start()
        result = box.exec("printf up")
        return [result.return_code, result.stdout, box.status().value]


async def main() -> None:
    """Run all cases."""
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as place:
        await lives(Path(place))
    await case("the blocking sandbox", lambda: asyncio.to_thread(blocking), [0, "up", "running"])
    await case("without a health check", reconnected, quiet("up"))
    await case("killed behind its back", killed_behind_its_back, "SandboxApiException")
    await case("a snapshot", restored, quiet("kept"))
    for statuses in ((503,), (429,), (502,), (500,), (503, 503)):
        title = " then ".join(map(str, statuses))
        await case(f"creation after {title}", lambda statuses=statuses: troubled(*statuses), quiet("up"))
    await case("creation whose connection is lost", lambda: troubled(LOST), quiet("up"))
    await case("creation refused with 400", refused, ["SandboxApiException", 400, 1])
    await case("creation that takes too long is tried again", slow, [quiet("up"), 2])
    await case("nothing is left behind", server.count, 0)
    wrong = AsyncSandbox(provider(api_key="wrong"), SandboxSpec(image="python:3.12"))
    await case("a wrong key", lambda: up(wrong), ["SandboxApiException", 401])
    record.write(sys.argv[1])


asyncio.run(main())
