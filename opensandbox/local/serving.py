"""Run a server in this process until it is told to end: socket, sandboxes, HTTP, signals, and the end of it all."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import signal
import socket
from typing import TYPE_CHECKING

import uvicorn

from opensandbox.local.app import LocalApp
from opensandbox.local.doors import door
from opensandbox.local.egress.gateway import Gateway
from opensandbox.local.images.choice import Images
from opensandbox.local.images.registry import Registries
from opensandbox.local.images.store import ImageStore
from opensandbox.local.registry import Registry
from opensandbox.local.runtime import Runtime
from opensandbox.local.services import Services
from opensandbox.local.snapshots import Snapshots
from opensandbox.local.templates import Templates
from opensandbox.local.volumes import Volumes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from opensandbox.local.settings import ServerSettings

logger = logging.getLogger("opensandbox.local")

# Longer than clients usually keep an idle connection, so that it is they who close first.
_KEEP_ALIVE = 60
_GRACE = 2


class CannotListen(OSError):
    """The address cannot be listened on; the message names the way out."""


async def serve(
    settings: ServerSettings,
    *,
    ready: Callable[[str], None],
    report: Callable[[str], None] = logger.info,
    ended: asyncio.Event | None = None,
) -> None:
    """Serve until SIGTERM, SIGINT, `ended`, or the idle limit; then end every sandbox and return.

    `ready` is called with the address (`host:port`) once requests are answered, `report` with what takes long before
    that. Raises `CannotListen`, and whatever keeps the runtime from starting.
    """
    ended = ended or asyncio.Event()
    with _listen(settings.host, settings.port) as listener, _signals(ended):
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        address = f"{host}:{listener.getsockname()[1]}"
        images = Images(
            ImageStore(settings.image_dir or settings.state_dir / "images"),
            Registries(settings.registry, mirror=settings.mirror, ca=settings.registry_ca),
            given=settings.images,
            pull=settings.pull,
            strict=settings.strict_images,
        )
        await images.prepare(report)
        runtime = Runtime(
            settings.state_dir,
            spares=settings.spares,
            packages=settings.packages,
            images=images.roots,
            stack_of=images.stack_of,
            report=report,
            start=settings.start,
            users=settings.users,
        )
        if not await _start(runtime, ended):
            return
        try:
            gateway = Gateway(settings.resolve, settings.upstream_ca)
            registry = Registry(
                runtime,
                Volumes(settings.state_dir / "volumes", settings.mounts, private=settings.state_dir),
                gateway,
                pause_after=settings.pause_after,
            )
            snapshots = Snapshots(settings.state_dir / "snapshots", runtime)
            templates = Templates(settings.state_dir / "templates", runtime, gateway)
            await snapshots.load()
            await templates.load()
            services = Services(settings, address, registry, snapshots, templates, images)
            idle = _Idle(settings.idle, registry, ended)
            server = _Server(LocalApp(services, on_request=idle.request), lambda: ready(address))
            with idle:
                serving = asyncio.create_task(server.serve(sockets=[listener]))
                stop = asyncio.create_task(ended.wait())
                await asyncio.wait((serving, stop), return_when=asyncio.FIRST_COMPLETED)
                stop.cancel()
                # The sandboxes first: their streams are what would keep connections busy.
                await snapshots.close()
                await templates.close()
                await registry.close()
                server.should_exit = True
                await serving
        finally:
            await runtime.stop()
            images.close()


async def _start(runtime: Runtime, ended: asyncio.Event) -> bool:
    """Start the runtime, which may install packages first, unless `ended` comes before that; returns whether it runs."""
    starting, waiting = asyncio.create_task(runtime.start()), asyncio.create_task(ended.wait())
    try:
        await asyncio.wait((starting, waiting), return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
        starting.cancel()
        await asyncio.wait((starting,))
    return not starting.cancelled() and starting.result() is None


class _Server(uvicorn.Server):
    def __init__(self, app: LocalApp, ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                loop="asyncio",
                http=door(),
                ws="websockets-sansio",
                lifespan="off",
                # The application logs its own failures; cut streams are no news.
                log_config=None,
                log_level="critical",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                ws_per_message_deflate=False,
                timeout_keep_alive=_KEEP_ALIVE,
                timeout_graceful_shutdown=_GRACE,
            )
        )
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # Signals are ours: uvicorn would end the process by the same signal, before the sandboxes are gone.
        yield


class _Idle:
    """Ends a server that nobody has used for a while. A sandbox that is alive counts as use."""

    def __init__(self, limit: float | None, registry: Registry, ended: asyncio.Event) -> None:
        self._limit = limit
        self._registry = registry
        self._ended = ended
        self._loop = asyncio.get_running_loop()
        self._last = self._loop.time()
        self._timer: asyncio.TimerHandle | None = None

    def request(self) -> None:
        self._last = self._loop.time()

    def __enter__(self) -> None:
        if self._limit is not None:
            self._timer = self._loop.call_later(self._limit, self._look, self._limit)

    def __exit__(self, *_: object) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _look(self, limit: float) -> None:
        if len(self._registry):
            self._last = self._loop.time()
        left = self._last + limit - self._loop.time()
        if left <= 0:
            self._ended.set()
        else:
            self._timer = self._loop.call_later(left, self._look, limit)


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(1024)
        listener.setblocking(False)
    except OSError as error:
        hint = (
            "something listens there already; stop it or choose another port, 0 for any free one"
            if error.errno == errno.EADDRINUSE
            else "choose another host or port"
        )
        raise CannotListen(
            f"cannot listen on {host} port {port}: {error.strerror or error}; {hint}"
        ) from error
    return listener


@contextlib.contextmanager
def _signals(ended: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    # `nohup` ignores the hangup; so does whatever it starts.
    hangup = () if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else (signal.SIGHUP,)
    numbers = (signal.SIGINT, signal.SIGTERM, *hangup)
    for number in numbers:
        loop.add_signal_handler(number, ended.set)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
