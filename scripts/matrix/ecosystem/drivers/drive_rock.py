"""ROCK: its OpenSandbox operator and proxy service, with the stores that ROCK itself names for tests."""

from __future__ import annotations

import asyncio
import io
import logging
import os
import re
import sys
from typing import Any

os.environ["OTEL_SDK_DISABLED"] = "true"

import fakeredis
from fastapi import UploadFile
from recording import API_KEY, DOMAIN, Json, Record, raised, wanted_error
from rock.admin.core.db_provider import DatabaseProvider
from rock.admin.core.sandbox_table import SandboxTable
from rock.admin.proto.request import (
    SandboxBashAction,
    SandboxCloseBashSessionRequest,
    SandboxCommand,
    SandboxCreateBashSessionRequest,
    SandboxReadFileRequest,
    SandboxWriteFileRequest,
)
from rock.config import DatabaseConfig, OpenSandboxConfig, RockConfig, RuntimeConfig
from rock.deployments.config import DockerDeploymentConfig
from rock.sandbox.operator.opensandbox import OpenSandboxOperator
from rock.sandbox.operator.opensandbox.client import OpenSandboxClient
from rock.sandbox.sandbox_meta_store import SandboxMetaStore
from rock.sandbox.service.backends.opensandbox import OpenSandboxBackend
from rock.sandbox.service.opensandbox_proxy_service import OpenSandboxProxyService
from rock.utils.providers.redis_provider import RedisProvider
from starlette.datastructures import Headers
from trouble import trouble

record = Record("rl-rock")
case = record.case

NAME = "ecosystem"
WEB = "import http.server as h; h.test(h.SimpleHTTPRequestHandler, port=8000, bind='127.0.0.1')"


class Rock:
    """An operator and a proxy service that share their stores, as the two roles of ROCK's admin do."""

    def __init__(
        self, domain: str = DOMAIN, *, api_key: str = API_KEY, use_server_proxy: bool = False
    ) -> None:
        self.settings = OpenSandboxConfig(
            endpoint=domain,
            api_key=api_key,
            protocol="http",
            default_timeout=30,
            use_server_proxy=use_server_proxy,
        )
        self.config = RockConfig(
            opensandbox=self.settings,
            runtime=RuntimeConfig(project_root=".", metrics_endpoint="http://127.0.0.1:9"),
        )
        redis = RedisProvider("unused", 0, "")
        redis.client = fakeredis.FakeAsyncRedis(decode_responses=True)
        self.database = DatabaseProvider(DatabaseConfig(url="sqlite://", pool_size=1, max_overflow=1))
        self.store = SandboxMetaStore(redis, SandboxTable(self.database))
        self.client = OpenSandboxClient(self.settings)
        self.operator = OpenSandboxOperator(self.settings, redis, client=self.client)
        self.service = OpenSandboxProxyService(self.config, self.store, OpenSandboxBackend(self.client))
        self.deployment = DockerDeploymentConfig(
            image="python:3.11", cpus=1, memory="512m", container_name=NAME, startup_timeout=300
        )

    async def submit(self) -> Json:
        """Make a sandbox and remember it, as the admin does."""
        await self.database.init()
        await self.database.create_tables()
        info = await self.operator.submit(self.deployment, {"user_id": "ecosystem"})
        await self.store.create(NAME, info, deployment_config=self.deployment)
        return info["state"].value

    async def close(self) -> None:
        """Close what was opened."""
        await self.service.aclose()
        await self.config.http_pool_manager.aclose_all()
        await self.database.close()


def quiet(out: str = "", code: int = 0, err: str = "") -> Json:
    """Return what is wanted of a command."""
    return [code, out, err]


def timeless(text: str) -> str:
    """Return a text, which may hold the error of an execution as it prints itself, without the time."""
    return re.sub(r"timestamp=\d+", "…", text)


async def until_alive(rock: Rock) -> Json:
    """Ask for the status until the sandbox runs."""
    while not (status := await rock.service.get_status(NAME)).is_alive:
        await asyncio.sleep(0.1)
    return [status.state.value, status.image, status.user_id]


async def commands(rock: Rock) -> None:
    """Run commands through the proxy service."""

    async def execute(command: str | list[str], **options: Any) -> Json:
        asked = SandboxCommand(command=command, sandbox_id=NAME, **{"shell": True, **options})
        done = await rock.service.execute(asked)
        return [done.exit_code, done.stdout, timeless(done.stderr)]

    async def fails(command: str) -> Json:
        code, out, err = await execute(command)
        return [code, out, "exit" in err]

    def runs(command: str | list[str], **options: Any) -> Any:
        return lambda: execute(command, **options)

    await case("output", runs("printf hello"), quiet("hello"))
    await case("a line", runs("echo hello"), quiet("hello\n"))
    await case("both streams", runs("printf out; printf err >&2"), quiet("out", 0, "err"))
    await case("arguments", runs(["printf", "%s-", "a b", "$HOME"]), quiet("a b-$HOME-"))
    await case("much output", runs("head -c 2000000 /dev/zero | tr '\\0' x"), quiet("x" * 2000000))
    await case("a command that fails", lambda: fails("printf before; exit 7"), [7, "before", True])
    await case("a command that is checked", runs("exit 7", check=True), wanted_error("NonZeroExitCodeError"))
    await case("a time limit", runs("sleep 60", timeout=1), wanted_error("CommandTimeoutError"))
    await case("variables", runs("printf $SHAPE", env={"SHAPE": "round"}), quiet("round"))
    await case("a directory", runs("printf $PWD", cwd="/usr/bin"), quiet("/usr/bin"))
    await case(
        "a directory that is missing", runs("true", cwd="/no/such"), wanted_error("InternalServerRockError")
    )
    await case("no time limit", runs("printf done", timeout=None), quiet("done"))


async def sessions(rock: Rock) -> None:
    """Keep a shell."""
    service = rock.service

    async def make(session: str = "default", **options: Any) -> Json:
        asked = SandboxCreateBashSessionRequest(
            session=session, sandbox_id=NAME, startup_timeout=10, **options
        )
        return (await service.create_session(asked)).output

    async def run(command: str, **options: Any) -> Json:
        done = await service.run_in_session(SandboxBashAction(command=command, sandbox_id=NAME, **options))
        return [done.exit_code, timeless(done.output)]

    async def close() -> Json:
        return type(await service.close_session(SandboxCloseBashSessionRequest(sandbox_id=NAME))).__name__

    async def user() -> Json:
        return (await rock.client.execute(await opensandbox_id(rock), "id -un")).logs.stdout[0].text

    await case("a session", lambda: make(env={"COLOUR": "light blue"}), "")
    await case("a session twice", make, wanted_error("SessionExistsError"))
    await case(
        "a session with another user",
        lambda: make("other", remote_user="agent"),
        wanted_error("BadRequestRockError"),
    )
    await case("a session with its own user", lambda: make("root", remote_user="root"), "")
    await case("the user", user, "root")
    await case("session: variables", lambda: run('printf %s "$COLOUR"'), [0, "light blue"])
    await case("session: state is kept", lambda: run("cd /usr && export X=1"), [0, ""])
    await case("session: state is there", lambda: run("printf %s $X $PWD"), [0, "1/usr"])
    await case(
        "session: a command that fails",
        lambda: run("printf before; (exit 3)"),
        wanted_error("NonZeroExitCodeError"),
    )
    await case(
        "session: not checked",
        lambda: run("(exit 3)", check="ignore"),
        [None, "name='CommandExecError' value='3' … traceback=['exit status 3']"],
    )
    await case("session: a time limit", lambda: session_limit(run), True)
    await case("session: close", close, "CloseBashSessionResponse")
    await case("session: after the close", lambda: run("true"), wanted_error("SessionDoesNotExistError"))
    await case(
        "a session whose file is missing",
        lambda: make("bad", startup_source=["/gone"]),
        wanted_error("NonZeroExitCodeError"),
    )


async def session_limit(run: Any) -> Json:
    """Tell whether a command that takes too long in a session fails in time."""
    try:
        code, _ = await run("sleep 60", timeout=1, check="silent")
    except Exception:
        return True
    return code != 0


async def opensandbox_id(rock: Rock) -> str:
    """Return the id that the server gave."""
    return (await rock.store.get(NAME))["extended_params"]["opensandbox_id"]


async def files(rock: Rock) -> None:
    """Read, write and upload."""
    service = rock.service

    async def read(path: str, **options: Any) -> Json:
        return (
            await service.read_file(SandboxReadFileRequest(path=path, sandbox_id=NAME, **options))
        ).content

    async def write(path: str, content: str) -> Json:
        done = await service.write_file(SandboxWriteFileRequest(path=path, content=content, sandbox_id=NAME))
        return [done.success, await read(path)]

    async def mode(path: str) -> Json:
        command = SandboxCommand(command=f"printf %s $(stat -c %a {path})", sandbox_id=NAME, shell=True)
        return (await service.execute(command)).stdout

    async def upload(content: bytes) -> Json:
        file = UploadFile(io.BytesIO(content), filename="local.bin")
        done = await service.upload(file, "/srv/deep/er/data.bin", NAME)
        return [
            done.success,
            done.file_name,
            await read("/srv/deep/er/data.bin", encoding="latin-1") == content.decode("latin-1"),
        ]

    async def again() -> Json:
        await service.execute(SandboxCommand(command="chmod 750 /srv/a.txt", sandbox_id=NAME, shell=True))
        await write("/srv/a.txt", "again")
        return await mode("/srv/a.txt")

    await case("write and read", lambda: write("/srv/a.txt", "grüße\n"), [True, "grüße\n"])
    await case("an empty file", lambda: write("/srv/empty", ""), [True, ""])
    await case("the mode of a new file", lambda: mode("/srv/a.txt"), "644")
    await case("the mode stays", again, "750")
    await case("upload", lambda: upload(bytes(range(256)) * 4000), [True, "data.bin", True])
    await case("upload nothing", lambda: upload(b""), [True, "data.bin", True])
    await case("a file that is missing", lambda: read("/gone"), wanted_error("InternalServerRockError"))


async def ports(rock: Rock) -> None:
    """Reach a program that listens inside."""

    async def get(path: str) -> Json:
        deadline = asyncio.get_running_loop().time() + 20
        while True:
            answer = await rock.service.http_proxy(NAME, path, None, Headers({}), method="GET", port=8000)
            if answer.status_code < 500 or asyncio.get_running_loop().time() > deadline:
                return [answer.status_code, bytes(answer.body).decode()]
            await asyncio.sleep(0.1)

    async def start() -> Json:
        command = f'mkdir -p /srv/web && cd /srv/web && printf served > index && python3 -c "{WEB}" >/dev/null 2>&1 &'
        done = await rock.service.execute(SandboxCommand(command=command, sandbox_id=NAME, shell=True))
        return done.exit_code

    await case("a web server starts", start, 0)
    await case("a page", lambda: get("index"), [200, "served"])
    await case("a path that leaves", lambda: get("../x"), wanted_error("BadRequestRockError"))


async def ends(rock: Rock) -> None:
    """Pause, resume and delete by id, and see what is told of what is gone."""
    client = rock.client
    name = await opensandbox_id(rock)

    async def paused() -> Json:
        await client.pause(name)
        before = await client.get_state(name)
        await client.resume(name)
        return [before, await client.get_state(name)]

    async def status() -> Json:
        info = await rock.operator.get_status(NAME)
        return None if info is None else info["state"].value

    await case("pause and resume", paused, ["Paused", "Running"])
    await case("the operator's status", status, "running")
    await case("stop is not to be had", lambda: rock.operator.stop(NAME), wanted_error("BadRequestRockError"))
    await case("delete", lambda: rock.operator.delete(rock.deployment), True)
    await case("the state of what is gone", lambda: client.get_state(name), None)
    await case("the status of what is gone", status, None)
    await case("kill what is gone", lambda: client.kill(name), wanted_error("InternalServerRockError"))
    await case(
        "a command in what is gone",
        lambda: client.execute(name, "true"),
        wanted_error("InternalServerRockError"),
    )
    await case(
        "the endpoint of what is gone",
        lambda: client.get_endpoint(name, 80),
        wanted_error("InternalServerRockError"),
    )
    info = client.get_file_info
    await case("a file of what is gone", lambda: info(name, "/a"), wanted_error("InternalServerRockError"))
    await case("close", client.aclose, None)
    await case("close again", client.aclose, None)


async def whole(*, use_server_proxy: bool) -> None:
    """Live through everything, with or without the server's proxy."""
    rock = Rock(use_server_proxy=use_server_proxy)
    await case("submit", rock.submit, "pending")
    await case("alive", lambda: until_alive(rock), ["running", "python:3.11", "ecosystem"])
    await commands(rock)
    await sessions(rock)
    await files(rock)
    await ports(rock)
    await ends(rock)
    await rock.close()


async def troubled(*statuses: int) -> Json:
    """Create on a server that has trouble."""
    with trouble(*statuses) as front:
        client = OpenSandboxClient(Rock(front.domain).settings)
        try:
            name = await client.create(image="python:3.11", cpu="1", memory="512Mi", timeout=60)
            await client.kill(name)
            return "made"
        except Exception as error:
            return [raised(error)["raised"], raised(error.__cause__)["raised"]]
        finally:
            await client.aclose()


async def main() -> None:
    """Run all cases."""
    logging.disable(logging.CRITICAL)
    await whole(use_server_proxy=False)
    await case("creation after 503", lambda: troubled(503), "made")
    await case(
        "creation refused with 400", lambda: troubled(400), ["InternalServerRockError", "SandboxApiException"]
    )
    stranger = OpenSandboxClient(Rock(api_key="wrong").settings)
    wanted = wanted_error("InternalServerRockError")
    await case("a wrong key", lambda: stranger.create(image="python:3.11", cpu="1", memory="512Mi"), wanted)
    await stranger.aclose()
    record.prefix = "through the server: "
    await whole(use_server_proxy=True)
    record.write(sys.argv[1])


asyncio.run(main())
