"""Do one thing with a deployment that misbehaves: `faults.py async|blocking ACTION DOMAIN`.

Prints what came of it: what was returned or raised, and after how many seconds. Only the published API is used; what
this package adds to it is asked for where the call takes it.
"""

import asyncio
import inspect
import json
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

from opensandbox import Sandbox, SandboxSync
from opensandbox.config import ConnectionConfig, ConnectionConfigSync
from opensandbox.models.execd import ExecutionHandlers
from opensandbox.models.execd_sync import ExecutionHandlersSync
from opensandbox.transport import RetryPolicy

LIMIT = timedelta(seconds=2)
ALSO_AFTER_502 = RetryPolicy(retryable_status_codes_non_idempotent=frozenset({HTTPStatus.BAD_GATEWAY}))
CONFIGS: dict[str, dict[str, Any]] = {
    "follow": {
        "follow_redirects": True,
        "headers": {"Authorization": "Bearer secret", "Cookie": "session=secret", "X-Tenant-Token": "secret"},
    },
    "run_through_server": {"use_server_proxy": True},
    "get_with_limit": {"request_timeout": LIMIT},
}


def peak() -> int:
    """Return the most memory that this process has had, in KiB."""
    # Not by getrusage, which begins with what the process had that started this one.
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


async def settled(value: Any) -> Any:
    """Return what a call of either form comes to."""
    return await value if inspect.isawaitable(value) else value


def offered(function: Callable[..., Any], **options: Any) -> dict[str, Any]:
    """Return those options that the function takes."""
    return {name: value for name, value in options.items() if name in inspect.signature(function).parameters}


class Client:
    """The actions; a blocking client returns from all of them without having waited for an event loop."""

    def __init__(self, form: str, action: str, domain: str) -> None:
        blocking = form == "blocking"
        self.sandbox: Any = SandboxSync if blocking else Sandbox
        config: Any = ConnectionConfigSync if blocking else ConnectionConfig
        self.config = config(domain=domain, api_key="secret", **CONFIGS.get(action, {}))
        self.start = time.monotonic()
        self.size = peak()
        self.handlers: Any = self._blocking_handlers if blocking else self._handlers

    async def run(self, **options: Any) -> dict[str, Any]:
        """Run a command."""
        sandbox = await self._connected()
        run = sandbox.commands.run
        execution = await settled(run("make", **offered(run, **options)))
        return {"output": execution.text, "exit_code": execution.exit_code}

    async def run_with_idle_limit(self) -> dict[str, Any]:
        """Run a command that may be silent only for a while."""
        return await self.run(idle_timeout=LIMIT)

    async def run_with_handler(self) -> dict[str, Any]:
        """Run a command with a handler that fails."""
        return await self.run(handlers=self.handlers())

    run_through_server = run

    async def run_half_an_emoji(self) -> dict[str, Any]:
        """Run what a model wrote."""
        await settled((await self._connected()).commands.run("echo \ud83d"))
        return {}

    async def read(self) -> dict[str, Any]:
        """Read a file."""
        await settled((await self._connected()).files.read_file("/a"))
        return {}

    async def write_a_file_of_proc(self) -> dict[str, Any]:
        """Write a file of the system's."""
        sandbox = await self._connected()
        with open("/proc/version", "rb") as file:  # noqa: ASYNC230 - it is small
            await settled(sandbox.files.write_file("/a", file))
        return {}

    async def kill(self) -> dict[str, Any]:
        """End a sandbox."""
        await settled((await self._connected()).kill())
        return {}

    async def create(self, **options: Any) -> dict[str, Any]:
        """Create a sandbox and leave it there."""
        options = {"connection_config": self.config, "ready_timeout": LIMIT * 2, **options}
        sandbox = await settled(self.sandbox.create("ubuntu", **options))
        await settled(sandbox.close())
        return {"sandbox": sandbox.id}

    async def create_with_retry(self) -> dict[str, Any]:
        """Create one, once more if need be: as an argument of the call, or else in the way the config has for it."""
        if wished := offered(self.sandbox.create, retry=ALSO_AFTER_502):
            return await self.create(**wished)
        config = self.config.model_copy(update={"retry_policy": ALSO_AFTER_502})
        return await self.create(connection_config=config)

    async def get(self) -> dict[str, Any]:
        """Get the record of a sandbox."""
        await settled((await self._connected()).get_info())
        return {}

    get_with_limit = follow = get

    async def get_twice(self) -> dict[str, Any]:
        """Get it twice, on the same connection."""
        sandbox = await self._connected()
        await settled(sandbox.get_info())
        await settled(sandbox.get_info())
        return {}

    async def get_and_pause(self) -> dict[str, Any]:
        """Get it, and change it on the same connection."""
        sandbox = await self._connected()
        await settled(sandbox.get_info())
        await settled(sandbox.pause())
        return {}

    async def pause(self) -> dict[str, Any]:
        """Change it."""
        await settled((await self._connected()).pause())
        return {}

    async def _connected(self) -> Any:
        options = {"connection_config": self.config, "skip_health_check": True}
        sandbox = await settled(self.sandbox.connect("box", **options))
        self.start = time.monotonic()
        return sandbox

    def _handlers(self) -> ExecutionHandlers:
        async def fail(_: Any) -> None:
            raise KeyError("a mistake in the handler")

        return ExecutionHandlers(on_stdout=fail)

    def _blocking_handlers(self) -> ExecutionHandlersSync:
        def fail(_: Any) -> None:
            raise KeyError("a mistake in the handler")

        return ExecutionHandlersSync(on_stdout=fail)


async def outcome(client: Client, action: Callable[[], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
    """Return what the action returns or raises, and how many seconds after it had its sandbox."""
    try:
        result = {"returned": True, **await action()}
    except BaseException as failure:  # an interrupt is an outcome as well
        result = {
            "raised": type(failure).__name__,
            "message": str(failure)[:200],
            "status": getattr(failure, "status_code", None),
            "code": getattr(getattr(failure, "error", None), "code", None),
            "builtin": next(
                (
                    kind.__name__
                    for kind in type(failure).__mro__
                    if issubclass(kind, OSError) and kind.__module__ == "builtins"
                ),
                None,
            ),
            "output": getattr(getattr(failure, "execution", None), "text", None),
        }
    grown = (peak() - client.size) // 1024
    return {**result, "seconds": time.monotonic() - client.start, "grown": grown}


def without_loop(coroutine: Coroutine[Any, Any, dict[str, Any]]) -> dict[str, Any]:
    """Run a coroutine that waits for nothing."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return dict(done.value)
    raise SystemExit("the blocking classes returned something to await")


form, name, domain = sys.argv[1:]
# Also where who started this ignores interrupts.
signal.signal(signal.SIGINT, signal.default_int_handler)
client = Client(form, name, domain)
running = outcome(client, getattr(client, name))
print(json.dumps(asyncio.run(running) if form == "async" else without_loop(running)))
