"""Start a server in this process and see it to its end: for the command line, and for `LocalServer`."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from opensandbox.config.local_servers import RunningServer, announced, default_state_dir
from opensandbox.local import signal_state
from opensandbox.local.images.errors import ImageError
from opensandbox.local.options import OptionError, ServerOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from opensandbox.local.settings import ServerSettings

logger = logging.getLogger("opensandbox.local")

NEEDS_EXTRA = 'the server needs the extra "local": pip install "opensandbox[local]"'
USAGE_ERROR = 2


def run_server(
    options: ServerOptions,
    *,
    ready: Callable[[ServerSettings, str], None],
    report: Callable[[str], None],
) -> int:
    """Serve until SIGTERM, Ctrl-C or the idle limit; returns the exit status. Clients of this user can find it meanwhile."""

    def told(settings: ServerSettings, address: str) -> None:
        _let_clients_find(stack, RunningServer.this(address, settings.api_key, settings.state_dir))
        ready(settings, address)

    async def serving() -> None:
        from opensandbox.local.serving import serve

        state_dir = state_dir_of(options.state_dir)
        settings = options.settings(state_dir, managed=False)
        await serve(settings, ready=lambda address: told(settings, address), report=report)

    _prepare(options)
    with contextlib.ExitStack() as stack:
        return finish(serving)


def run_managed(text: str) -> int:
    """Serve `LocalServer`, whose options come as JSON: say so in lines of JSON, end at the end of stdin, keep nothing unasked."""
    options = ServerOptions(**json.loads(text))

    async def serving() -> None:
        from opensandbox.local.serving import serve
        from opensandbox.local.temporary_state import temporary_state_dir

        ended = asyncio.Event()
        watcher = asyncio.create_task(_end_with_stdin(ended))
        async with contextlib.AsyncExitStack() as stack:
            stack.callback(watcher.cancel)
            if options.state_dir is None:
                state_dir = await stack.enter_async_context(temporary_state_dir())
            else:
                state_dir = state_dir_of(options.state_dir)
            await serve(
                options.settings(state_dir, managed=True),
                ready=lambda address: _say(address=address, pid=os.getpid()),
                report=lambda text: _say(progress=text),
                ended=ended,
            )

    _prepare(options)
    return finish(serving)


def finish(work: Callable[[], Coroutine[object, object, None]]) -> int:
    """Run something of the server's to its end, and return the exit status; what is in its way is told in one line."""
    try:
        # Not at the top: without the extra there is no server, but there is a way out to name.
        import opensandbox.local.serving  # noqa: F401
        from opensandbox.local.runtime import IsolationUnavailable, PackagesUnavailable, StateDirBusy
    except ImportError as error:
        return fail(f"{error}; {NEEDS_EXTRA}")
    _watch_children_without_threads()
    try:
        asyncio.run(work())
    except OptionError as error:
        return fail(str(error), USAGE_ERROR)
    except (
        IsolationUnavailable,
        PackagesUnavailable,
        StateDirBusy,
        ImageError,
        OSError,
        ValueError,
    ) as error:
        return fail(str(error))
    return 0


def fail(message: str, status: int = 1) -> int:
    """Say on standard error why the program ends, and return its exit status."""
    print(f"opensandbox-local: {message}", file=sys.stderr)  # noqa: T201
    return status


def state_dir_of(given: str | None) -> Path:
    """Return the state directory that a command line names, or this user's own. `OptionError` where there is none."""
    if given is not None:
        return Path(given)
    try:
        return default_state_dir()
    except RuntimeError as error:
        raise OptionError("state-dir", f"there is no usual one ({error}); name one") from None


def _prepare(options: ServerOptions) -> None:
    signal_state.reset(keep=frozenset({signal.SIGHUP}))
    logging.basicConfig(
        format="%(asctime)s %(levelname)s %(message)s",
        level=logging.INFO if options.verbose else logging.WARNING,
    )


def _watch_children_without_threads() -> None:
    """Python 3.11 waits for each child in a thread, and where no thread can be had, never sees its end. Later ones do as this does."""
    if sys.version_info < (3, 12):
        asyncio.set_child_watcher(asyncio.PidfdChildWatcher())


def _let_clients_find(stack: contextlib.ExitStack, server: RunningServer) -> None:
    try:
        stack.enter_context(announced(server))
    except (OSError, RuntimeError) as error:
        logger.warning(
            "clients have to be told the address and the key: they cannot be written down: %s", error
        )


def _say(**members: object) -> None:
    print(json.dumps(members), flush=True)  # noqa: T201


async def _end_with_stdin(ended: asyncio.Event) -> None:
    """Whoever started us holds the other end; when that process is gone, however it went, so is its end."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while await reader.read(1024):
        pass
    ended.set()
