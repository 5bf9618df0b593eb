"""Harbor: its OpenSandbox environment, as a trial uses it."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import server
from harbor.environments.base import ExecResult
from harbor.environments.opensandbox import OpenSandboxEnvironment
from harbor.models.task.config import EnvironmentConfig, NetworkMode, NetworkPolicy
from harbor.models.trial.paths import TrialPaths
from recording import API_KEY, DOMAIN, SHARED, Json, Record, raised, says, wanted_error
from trouble import LOST, trouble

record = Record("harbor")
case = record.case


def environment(
    place: Path, *, domain: str = DOMAIN, network: NetworkMode | None = None, **options: Any
) -> OpenSandboxEnvironment:
    """Return an environment that is not started."""
    trial = TrialPaths(place / "trial")
    config = {"docker_image": "ubuntu", "env": {"COLOUR": "blue"}, **options.pop("task", {})}
    (place / "environment").mkdir(exist_ok=True)
    settings = {"domain": domain, "api_key": API_KEY, "protocol": "http", "ready_timeout_sec": 30, **options}
    return OpenSandboxEnvironment(
        environment_dir=place / "environment",
        environment_name="ecosystem",
        session_id="ecosystem__1",
        trial_paths=trial,
        task_env_config=EnvironmentConfig(**config),
        network_policy=None if network is None else NetworkPolicy(network_mode=network),
        health_check_poll_interval_sec=0.1,
        **settings,
    )


def done(result: ExecResult) -> Json:
    """Return what a command came to."""
    return [result.return_code, result.stdout, result.stderr]


def quiet(out: str = "", code: int = 0, err: str = "") -> Json:
    """Return what is wanted of a command."""
    return [code, out, err]


async def commands(box: OpenSandboxEnvironment) -> None:
    """Run commands in a started environment."""

    def runs(command: str, **options: Any) -> Any:
        async def action() -> Json:
            return done(await box.exec(command, **options))

        return action

    await case("output", runs("printf hello"), quiet("hello"))
    await case("a line", runs("echo hello"), quiet("hello\n"))
    await case("lines", runs("printf 'a\\nb\\n'"), quiet("a\nb\n"))
    await case("blank lines", runs("printf '\\n\\na\\n\\n\\nb'"), quiet("\n\na\n\n\nb"))
    await case("carriage returns", runs("printf '10%%\\r20%%\\r\\n'"), quiet("10%\r20%\r\n"))
    await case("both streams", runs("printf out; printf err >&2"), quiet("out", 0, "err"))
    await case("beyond ASCII", runs("printf 'grüße 你好 🎈'"), quiet("grüße 你好 🎈"))
    await case("bytes that are no text", runs("printf 'a\\377b'"), quiet("a\ufffdb"))
    await case("a long line", runs("head -c 300000 /dev/zero | tr '\\0' x"), quiet("x" * 300000))
    await case(
        "much output", runs("seq -s ' ' 60000 | tr -d '\\n'"), quiet(" ".join(map(str, range(1, 60001))))
    )
    await case("a command that fails", runs("printf before; exit 7"), quiet("before", 7))
    await case("a program that is missing", runs("no-such-program 2>/dev/null"), quiet("", 127))
    await case("a shell that is killed", runs("kill -9 $$"), quiet("", -1))
    await case("variables", runs("printf %s $COLOUR $SHAPE", env={"SHAPE": "round"}), quiet("blueround"))
    await case("a variable of a call wins", runs("printf $COLOUR", env={"COLOUR": "red"}), quiet("red"))
    await case("a directory", runs("printf %s $PWD", cwd="/usr/bin"), quiet("/usr/bin"))
    await case("the task's directory", runs("printf %s $PWD"), quiet("/app"))
    await case(
        "a directory that is missing", runs("true", cwd="/no/such"), wanted_error("SandboxApiException")
    )
    await case("a time limit", runs("printf before; sleep 60", timeout_sec=1), quiet("before", -1))
    await case("in time", runs("printf done", timeout_sec=30), quiet("done"))
    await case("a process left behind", runs("sleep 100 >/dev/null 2>&1 & printf gone"), quiet("gone"))
    await case("standard input is empty", runs("cat; printf end"), quiet("end"))
    for user in ("root", 0, "0"):
        await case(f"as user {user!r}", runs("printf %s $(id -u)", user=user), quiet("0"))
    await case("as a user with a name", runs("printf %s $(id -u)", user="agent"), quiet("0"))
    with box.with_default_user("root"):
        await case("as the default user", runs("printf %s $(id -u)"), quiet("0"))
    many = [runs(f"printf {number}") for number in range(20)]
    await case("a command that is given up", lambda: abandoned(box), ["TimeoutError", quiet("ended")])
    await case("twenty at once", lambda: gather(many), [quiet(str(number)) for number in range(20)])


async def abandoned(box: OpenSandboxEnvironment) -> Json:
    """Give a command up; return what that raised, and whether the command goes on."""
    try:
        await asyncio.wait_for(box.exec("exec -a given-up sleep 300"), 1.0)
    except TimeoutError as error:
        told = type(error).__name__
        still = "pgrep -f '^given-up' >/dev/null"
        wait = f"for i in $(seq 50); do {still} || break; sleep 0.1; done; {still} && printf running || printf ended"
        return [told, done(await box.exec(wait))]
    return "ended by itself"


async def gather(actions: list[Any]) -> Json:
    """Run actions at once."""
    return list(await asyncio.gather(*(action() for action in actions)))


async def files(box: OpenSandboxEnvironment, place: Path) -> None:
    """Move files and directories both ways."""
    source = place / "source"
    (source / "deep/er").mkdir(parents=True)
    (source / "empty").mkdir()
    (source / "run.sh").write_text("#!/bin/sh\nprintf ran\n")
    (source / "run.sh").chmod(0o755)
    (source / "deep/er/data.bin").write_bytes(bytes(range(256)) * 4000)
    (source / "deep/with blank é.txt").write_text("blank\n")
    (source / "nothing").touch()

    async def up_and_run() -> Json:
        await box.upload_file(source / "run.sh", "/opt/tools/bin/run.sh")
        return done(await box.exec("/opt/tools/bin/run.sh"))

    async def there() -> Json:
        await box.upload_dir(source, "/data/in")
        return done(await box.exec("find . -mindepth 1 | sort | tr '\\n' ' '", cwd="/data/in"))

    async def back() -> Json:
        await box.download_dir("/data/in", place / "back")
        return tree(place / "back")

    async def back_filtered() -> Json:
        await box.download_dir_with_exclusions(
            source_dir="/data/in", target_dir=place / "less", exclude=["*.bin"]
        )
        return tree(place / "less")

    async def one() -> Json:
        await box.download_file("/data/in/deep/er/data.bin", place / "one/data.bin")
        return (place / "one/data.bin").read_bytes() == (source / "deep/er/data.bin").read_bytes()

    async def odd() -> Json:
        await box.exec(
            "mkdir -p /data/odd && cd /data/odd && echo a >a && ln -s /gone dangling && ln -s a link && mkfifo pipe"
        )
        await box.download_dir("/data/odd", place / "odd")
        return tree(place / "odd")

    async def kinds() -> Json:
        asked = [
            box.is_dir("/data/in"),
            box.is_file("/data/in"),
            box.is_file("/data/in/nothing"),
            box.is_dir("/gone"),
        ]
        return [await answer for answer in asked]

    async def emptied() -> Json:
        await box.empty_dirs(["/data/odd"])
        await box.ensure_dirs(["/data/new"])
        await box.reset_dirs(remove_dirs=["/data/in"], create_dirs=["/data/in"], chmod_dirs=["/data/in"])
        return done(await box.exec("ls -A /data/odd; printf %s $(stat -c %a /data/new /data/in)"))

    names = ("deep", "deep/er", "deep/er/data.bin", "deep/with blank é.txt", "empty", "nothing", "run.sh")
    await case("a file that is executable", up_and_run, quiet("ran"))
    await case("a directory goes in", there, quiet("".join(f"./{name} " for name in names)))
    # Empty directories are not found by a search, so they do not come back.
    await case("a directory comes back", back, [name for name in tree(source) if "empty" not in name])
    await case(
        "a directory comes back in part", back_filtered, [name for name in tree(source) if "bin" not in name]
    )
    await case("a file comes back", one, True)
    await case("a large file", lambda: large(box, place), True)
    await case(
        "a file that is missing",
        lambda: box.download_file("/gone", place / "gone"),
        wanted_error("SandboxApiException"),
    )
    await case("links, pipes and what is gone", odd, ["a 2", "link 2"])
    await case("kinds of files", kinds, [True, False, True, False])
    await case("directories are emptied and made", emptied, quiet("777777"))


async def large(box: OpenSandboxEnvironment, place: Path) -> Json:
    """Move 64 MiB both ways."""
    source, back = place / "large", place / "large-back"
    source.write_bytes(os.urandom(1 << 20) * 64)
    await box.upload_file(source, "/data/large")
    await box.download_file("/data/large", back)
    return source.read_bytes() == back.read_bytes()


def tree(root: Path) -> Json:
    """Return what is below a directory: names, and sizes of files."""
    paths = sorted(root.rglob("*"))
    return [f"{path.relative_to(root)} {path.stat().st_size if path.is_file() else '/'}" for path in paths]


async def lives(place: Path, *, use_server_proxy: bool) -> None:
    """Start with all there is to set, and stop; with or without the server's proxy."""
    (place / "environment").mkdir(parents=True)
    (place / "environment/given.txt").write_text("given")
    volume = {"name": "shared", "host": {"path": str(SHARED)}, "mountPath": "/shared", "readOnly": True}
    box = environment(
        place,
        task={"cpus": 1, "memory_mb": 512, "workdir": "/app", "gpu_types": None},
        metadata={"owner": "harbor"},
        extensions={"harbor.note": "ecosystem"},
        volumes=[volume],
        request_timeout_sec=60,
        use_server_proxy=use_server_proxy,
    )
    await case("start", lambda: box.start(force_build=False), None)
    await case("the environment's files are there", lambda: shown(box, "cat given.txt"), quiet("given"))
    await case(
        "the log directories are open",
        lambda: shown(box, "printf %s $(stat -c %a /logs/agent /logs/verifier)"),
        quiet("777777"),
    )
    await case(
        "a volume",
        lambda: shown(box, "cat /shared/note; touch /shared/x 2>/dev/null || printf refused"),
        quiet("sharedrefused"),
    )
    await commands(box)
    await files(box, place)
    await case("metadata", metadata, {"owner": "harbor", "session_id": "ecosystem__1"})
    await case("stop", lambda: box.stop(delete=True), None)
    await case("stop again", lambda: box.stop(delete=True), None)
    await case("a command after the stop", lambda: box.exec("true"), wanted_error("RuntimeError"))


async def shown(box: OpenSandboxEnvironment, command: str) -> Json:
    """Return what a command came to."""
    return done(await box.exec(command))


async def metadata() -> Json:
    """Return the labels of the sandbox, as its SDK tells them."""
    info = await server.only(owner="harbor")
    return {name: value for name, value in info.metadata.items() if not name.startswith("opensandbox.")}


async def kept(place: Path) -> Json:
    """Stop without deletion, find the sandbox alive, and kill it."""
    box = environment(place)
    await box.start(force_build=False)
    await box.stop(delete=False)
    async with server.reached() as sandbox:
        said = (await sandbox.commands.run("printf alive")).logs.stdout[0].text
        await sandbox.kill()
        return said


async def without_network(place: Path) -> Json:
    """Return the policy of a task that has no network."""
    box = environment(place, network=NetworkMode.NO_NETWORK)
    await box.start(force_build=False)
    async with server.reached() as sandbox:
        policy = await sandbox.get_egress_policy()
    await box.stop(delete=True)
    return [policy.default_action, len(policy.egress or [])]


async def ended(place: Path) -> Json:
    """Start what ends at once: the start has to fail soon, and to say why."""
    box = environment(place, entrypoint=["sh", "-c", "exit 3"])
    try:
        await box.start(force_build=False)
    except Exception as error:
        told = raised(error)
        return [told["raised"], says(told, "before becoming ready: .*3")]
    await box.stop(delete=True)
    return "started"


async def troubled(place: Path, *statuses: int) -> Json:
    """Start on a server that has trouble; return what came of it."""
    with trouble(*statuses) as front:
        box = environment(place, domain=front.domain)
        try:
            await box.start(force_build=False)
        except Exception as error:
            return [raised(error)["raised"], getattr(error, "status_code", None)]
        said = done(await box.exec("printf up"))
        await box.stop(delete=True)
        return said


async def stranger(place: Path) -> Json:
    """Start with a wrong key."""
    box = environment(place, api_key="wrong")
    try:
        await box.start(force_build=False)
    except Exception as error:
        return [raised(error)["raised"], getattr(error, "status_code", None)]
    return "started"


async def burst(place: Path) -> Json:
    """Start several environments at once, and stop them."""

    async def one(number: int) -> Json:
        box = environment(place)
        await box.start(force_build=False)
        said = done(await box.exec(f"printf {number}"))
        await box.stop(delete=True)
        return said

    return list(await asyncio.gather(*(one(number) for number in range(8))))


async def given_up(place: Path) -> Json:
    """Give a start up before the answer to the creation has come."""
    with trouble(late=2.0) as front:
        box = environment(place, domain=front.domain)
        try:
            await asyncio.wait_for(box.start(force_build=False), 1.0)
        except TimeoutError as error:
            await asyncio.sleep(3.0)  # the answer has come, and what is done about it is done
            return type(error).__name__
        return "started"


async def main() -> None:
    """Run all cases."""
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        await lives(place / "direct", use_server_proxy=False)
        record.prefix = "through the server: "
        await lives(place / "proxied", use_server_proxy=True)
        record.prefix = ""
        await case("stop without deletion", lambda: kept(place), "alive")
        await case("no network", lambda: without_network(place), ["deny", 0])
        await case("a main program that ends", lambda: ended(place), ["RuntimeError", True])
        for statuses in ((503,), (429,), (502,), (503, 503)):
            title = " then ".join(map(str, statuses))
            await case(
                f"creation after {title}", lambda statuses=statuses: troubled(place, *statuses), quiet("up")
            )
        await case("creation whose connection is lost", lambda: troubled(place, LOST), quiet("up"))
        await case(
            "creation refused with 400", lambda: troubled(place, 400, 400, 400), ["SandboxApiException", 400]
        )
        await case("a wrong key", lambda: stranger(place), ["SandboxApiException", 401])
        await case("eight at once", lambda: burst(place), [quiet(str(number)) for number in range(8)])
        await case("nothing is left behind", server.count, 0)
        await case("a start that is given up", lambda: given_up(place), "TimeoutError")
        await case("it leaves nothing behind", server.count, 0)
    record.write(sys.argv[1])


asyncio.run(main())
