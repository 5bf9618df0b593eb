"""`opensandbox-local`, the same as `python -m opensandbox.local`: start the embedded server from a shell."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import os
import signal
import ssl
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from opensandbox._core.command_line import Parser
from opensandbox.config.local_servers import RunningServer, announced, default_state_dir, kept_key
from opensandbox.local import shell, signal_state
from opensandbox.local.egress.resolver import parse_pin
from opensandbox.local.manners import MANNERS, MANNERS_VARIABLE
from opensandbox.local.settings import DEFAULT_START, START_VARIABLE, STARTS, ServerSettings, is_loopback

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opensandbox.local.egress.resolver import Pinned
    from opensandbox.local.manners import Manners
    from opensandbox.local.settings import Start

logger = logging.getLogger("opensandbox.local")

_API_KEY_VARIABLE = "OPEN_SANDBOX_API_KEY"


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM, Ctrl-C or the idle limit, or do what the sub-command says; returns the exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.action is None and shell.NAME in options.packages:
        parser.error(
            "`shell` after --packages is taken for a package; write opensandbox-local shell --packages NAME"
        )
    if options.action == shell.NAME:
        return shell.run(options)
    signal_state.reset(keep=frozenset({signal.SIGHUP}))
    logging.basicConfig(
        format="%(asctime)s %(levelname)s %(message)s",
        level=logging.INFO if options.verbose else logging.WARNING,
    )
    try:
        # Not at the top: without the extra there is no server, but there is a way out to name.
        from opensandbox.local.runtime import (
            IsolationUnavailable,
            PackagesUnavailable,
            StateDirBusy,
            remove_packages,
        )
        from opensandbox.local.serving import CannotListen, serve
        from opensandbox.local.temporary_state import temporary_state_dir
    except ImportError as error:
        return _fail(f'{error}; the server needs the extra "local": pip install "opensandbox[local]"')

    async def run() -> None:
        async with contextlib.AsyncExitStack() as stack:
            ended = asyncio.Event()
            if options.managed:
                watcher = asyncio.create_task(_end_with_stdin(ended))
                stack.callback(watcher.cancel)
            if options.state_dir is not None:
                state_dir = options.state_dir
            elif options.managed:
                state_dir = await stack.enter_async_context(temporary_state_dir())
            else:
                state_dir = default_state_dir()
            settings = _settings(options, state_dir)

            def ready(address: str) -> None:
                if not options.managed:
                    _let_clients_find(stack, RunningServer.this(address, settings.api_key, state_dir))
                _announce(options, settings, address)

            await serve(
                settings,
                ready=ready,
                report=lambda text: _report(options, text),
                ended=ended,
            )

    async def clear() -> None:
        print(await remove_packages(options.state_dir or default_state_dir()))  # noqa: T201

    _watch_children_without_threads()
    try:
        asyncio.run(clear() if options.action == "clear" else run())
    except (
        IsolationUnavailable,
        PackagesUnavailable,
        StateDirBusy,
        CannotListen,
        PermissionError,
        ValueError,
    ) as error:
        return _fail(str(error))
    return 0


def _watch_children_without_threads() -> None:
    """Python 3.11 waits for each child in a thread, and where no thread can be had, never sees its end. Later ones do as this does."""
    if sys.version_info < (3, 12):
        asyncio.set_child_watcher(asyncio.PidfdChildWatcher())


def _fail(message: str) -> int:
    print(f"opensandbox-local: {message}", file=sys.stderr)  # noqa: T201
    return 1


def _settings(options: argparse.Namespace, state_dir: Path) -> ServerSettings:
    from opensandbox.local.requirements import check_packages  # which the extra brings

    return ServerSettings(
        state_dir=state_dir,
        host=options.host,
        port=options.port,
        api_key=_api_key(options, state_dir),
        images=dict(options.image),
        mounts=tuple(options.mount),
        spares=options.spares,
        idle=options.idle,
        resolve=dict(options.resolve),
        upstream_ca=options.upstream_ca,
        packages=check_packages(options.packages),
        pause_after=options.pause_after,
        manners=options.manners,
        start=options.start,
    )


def _api_key(options: argparse.Namespace, state_dir: Path) -> str | None:
    if options.no_key:
        if options.api_key:
            raise ValueError("--no-key and --api-key exclude each other; leave one of them out")
        if not is_loopback(options.host):
            raise ValueError(f"--no-key would let every machine in that reaches {options.host}; leave it out")
        return None
    given: str | None = options.api_key or os.environ.get(_API_KEY_VARIABLE) or None
    # Whoever starts a managed server says the key, or wants none.
    if given or options.managed:
        return given
    try:
        return kept_key(state_dir)
    except OSError as error:
        raise ValueError(f"the key cannot be kept in the state directory: {error}") from error


def _let_clients_find(stack: contextlib.AsyncExitStack, server: RunningServer) -> None:
    try:
        stack.enter_context(announced(server))
    except (OSError, RuntimeError) as error:
        logger.warning(
            "clients have to be told the address and the key: they cannot be written down: %s", error
        )


def _announce(options: argparse.Namespace, settings: ServerSettings, address: str) -> None:
    if options.managed:
        print(json.dumps({"address": address, "pid": os.getpid()}), flush=True)  # noqa: T201
        return
    port = address.rpartition(":")[2]
    # What is listened on is not always what can be connected to.
    domain = f"127.0.0.1:{port}" if settings.host in ("0.0.0.0", "::") else address  # noqa: S104
    key, own = settings.api_key, not options.api_key and not os.environ.get(_API_KEY_VARIABLE)
    if key is None:
        about_key = (
            "none: every program of this machine can use this server, other users' too; web pages cannot"
        )
    elif own:
        about_key = f"{key} (kept in {settings.state_dir / 'key'}; programs of yours on this machine find it by themselves)"
    else:
        about_key = key
    named = f', api_key="{key}"' if key and not (own and settings.loopback) else ""
    lines = [
        f"OpenSandbox listens on http://{address}",
        f"  API key   {about_key}",
        f"  state     {settings.state_dir}",
        "",
        "Try it:",
        "",
        "    from opensandbox import SandboxSync",
        "    from opensandbox.config import ConnectionConfigSync",
        "",
        f'    config = ConnectionConfigSync(domain="{domain}"{named})',
        '    with SandboxSync.create("ubuntu", connection_config=config) as sandbox:',
        '        print(sandbox.commands.run("echo hello").logs.stdout[0].text)',
        "        sandbox.kill()",
        "",
        "Ctrl-C ends the server and every sandbox.",
    ]
    print("\n".join(lines), flush=True)  # noqa: T201


def _report(options: argparse.Namespace, text: str) -> None:
    """Say what takes long before the server is ready."""
    if options.managed:
        print(json.dumps({"progress": text}), flush=True)  # noqa: T201
    else:
        print(f"opensandbox-local: {text}", file=sys.stderr)  # noqa: T201


async def _end_with_stdin(ended: asyncio.Event) -> None:
    """Whoever started us holds the other end; when that process is gone, however it went, so is its end."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while await reader.read(1024):
        pass
    ended.set()


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="opensandbox-local", description="Run OpenSandbox on this machine.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port", type=_port, default=8080, help="port to listen on, 0: any (default: %(default)s)"
    )
    parser.add_argument(
        "--api-key",
        help=f"key that clients must send (default: ${_API_KEY_VARIABLE}; else a random one, kept in the state directory, "
        "which clients of the same user on this machine find)",
    )
    parser.add_argument(
        "--no-key",
        action="store_true",
        help="ask for no key: every program of this machine, those of other users too, can then create sandboxes with the "
        "rights of this one, and mount what --mount names. Requests of web pages are refused all the same",
    )
    parser.add_argument(
        "--state-dir",
        type=Path,
        help="where sandboxes, snapshots and named volumes live (default: $XDG_STATE_HOME/opensandbox, "
        "which is ~/.local/state/opensandbox)",
    )
    parser.add_argument(
        "--image",
        type=_image,
        action="append",
        default=[],
        metavar="NAME=DIR",
        help="root directory to use for an image name; other images run on the programs of this machine",
    )
    parser.add_argument(
        "--mount",
        type=_directory,
        action="append",
        default=[],
        metavar="DIR",
        help="allow volumes from below DIR",
    )
    parser.add_argument(
        "--spares", type=_count, default=2, help="sandboxes kept started in advance (default: %(default)s)"
    )
    parser.add_argument(
        "--idle", type=_seconds, metavar="SECONDS", help="end when unused for so long (default: never)"
    )
    parser.add_argument(
        "--resolve",
        type=_pin,
        action="append",
        default=[],
        metavar="NAME=ADDRESS[:PORT]",
        help="where a name leads that sandboxes ask for, on this machine too, instead of looking it up",
    )
    parser.add_argument(
        "--upstream-ca",
        type=_certificates,
        metavar="FILE",
        help="certificate authorities (PEM) that the egress proxy and the sandboxes trust beyond the usual ones",
    )
    shell.add_packages_option(parser, dest="packages")
    parser.add_argument(
        "--manners",
        type=_manners,
        default=os.environ.get(MANNERS_VARIABLE) or "kind",
        metavar="|".join(MANNERS),
        help="behave like a real server and daemon (or an old one) where the contract leaves a choice "
        f"(default: {MANNERS_VARIABLE} of the environment, else kind)",
    )
    parser.add_argument(
        "--start",
        type=_start,
        default=os.environ.get(START_VARIABLE) or DEFAULT_START,
        metavar="|".join(STARTS),
        help="fork the daemons of sandboxes from one process, which is fast, or start each anew "
        f"(default: {START_VARIABLE} of the environment, else {DEFAULT_START})",
    )
    parser.add_argument(
        "--pause-after",
        type=_seconds,
        metavar="SECONDS",
        help="pause sandboxes that have an idle time after so long instead, for tests of programs that live with that",
    )
    parser.add_argument("--verbose", action="store_true", help="log more than warnings")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", help="without one: serve")
    shell.add_options(
        actions.add_parser(shell.NAME, help="open a terminal in a new sandbox, which ends with it")
    )
    actions.add_parser("clear", help="remove the packages that are kept and that no server uses")
    # For LocalServer: announce readiness as one line of JSON, end at the end of stdin, keep nothing.
    parser.add_argument("--managed", action="store_true", help=argparse.SUPPRESS)
    return parser


def _start(text: str) -> Start:
    for start in STARTS:
        if text == start:
            return start
    raise argparse.ArgumentTypeError(f"{text!r} is not one of {', '.join(STARTS)}")


def _manners(text: str) -> Manners:
    for manners in MANNERS:
        if text == manners:
            return manners
    raise argparse.ArgumentTypeError(f"{text!r} is not one of {', '.join(MANNERS)}")


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 0 to 65535")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 0")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return seconds


def _image(text: str) -> tuple[str, Path]:
    name, equals, directory = text.rpartition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form NAME=DIR")
    return name, _directory(directory)


def _pin(text: str) -> tuple[str, Pinned]:
    try:
        return parse_pin(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _certificates(text: str) -> Path:
    path = Path(text).expanduser().absolute()
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no file of certificates in PEM: {error}") from None
    return path


def _directory(text: str) -> Path:
    path = Path(text).expanduser().absolute()
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"{text!r} is not a directory")
    return path


if __name__ == "__main__":
    sys.exit(main())
