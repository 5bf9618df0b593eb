# Generated from opensandbox/_async/net/transports.py by scripts/unasync.py. Do not edit.
"""Who shares which connections: one transport, one pool and one TLS context for everyone with equal settings.

Shared per event loop (the blocking twin: per process), counted, and closed when its last user closes. A plain `http://`
address never builds a TLS context.
"""

from __future__ import annotations

import os
from functools import cached_property
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.request import getproxies
from weakref import WeakKeyDictionary

import httpx

from opensandbox._concurrency.background import finish_or_undo
from opensandbox._concurrency.pairs import Mutex, network_backend, scope_key
from opensandbox._core.calls.failures import without_login
from opensandbox._core.net.proxies import EnvironmentProxies, Proxy, unusable
from opensandbox._sync.calls.redirects import what_is_wrong
from opensandbox._sync.calls.retry import RetrySyncTransport
from opensandbox._sync.net.tls import tls_context
from opensandbox.exceptions import InvalidArgumentException
from opensandbox.transport.retry import RetryPolicy

if TYPE_CHECKING:
    import ssl

    from opensandbox._sync.net.routes import Route
    from opensandbox._sync.net.transport import ConnectionTransport
    from opensandbox.config import ConnectionConfigSync

KEEPALIVE_EXPIRY: Final = 4.0
"""Seconds. Common servers drop idle connections after five; letting go first avoids the race."""

MAX_KEEPALIVE: Final = 100
"""Idle connections kept. The number of connections in use is not limited: streams hold theirs for long."""

PROXY: Final = "opensandbox.proxy"
"""The key under which a request tells, in `extensions`, which proxy it went to."""

CLOSING_SECONDS: Final = 5.0
"""How long the end of a program waits for connections to be closed."""


class Settings(NamedTuple):
    """What makes two users able to share connections."""

    verify: bool | str | ssl.SSLContext
    cert: Any
    proxy: str | None
    trust_env: bool


class RoutingTransport(httpx.BaseTransport):
    """Chooses, and builds on first use, the pool for a request: plain or TLS, direct or through a proxy."""

    def __init__(self, settings: Settings, limits: httpx.Limits) -> None:
        self._settings = settings
        self._limits = limits
        self._pools: dict[tuple[bool, Proxy | None], ConnectionTransport] = {}
        self._proxies = environment_proxies(settings)
        self._lock = Mutex()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request through the pool that fits its address."""
        proxy = proxy_for(self._settings, self._proxies, request.url)
        key = (request.url.scheme in ("https", "wss"), proxy)
        if proxy is not None:
            request.extensions[PROXY] = without_login(proxy.address)
        pool = self._pools.get(key)
        if pool is None:
            with self._lock:
                pool = self._pools.get(key) or self._pools.setdefault(key, self._build(*key))
        return pool.handle_request(request)

    def close(self) -> None:
        """Close every pool."""
        pools, self._pools = self._pools, {}
        for pool in pools.values():
            pool.close()

    def _build(self, encrypted: bool, chosen: Proxy | None) -> ConnectionTransport:
        from opensandbox._sync.net.connections import Connections, Limits
        from opensandbox._sync.net.transport import ConnectionTransport

        try:
            route = self._route(encrypted, None if chosen is None else chosen.address)
        except (ImportError, ValueError, httpx.InvalidURL) as exc:
            if chosen is None:
                raise
            raise InvalidArgumentException(
                unusable(chosen, without_login(chosen.address), str(exc)), cause=exc
            ) from exc
        limits = self._limits
        return ConnectionTransport(
            Connections(
                route,
                Limits(limits.max_keepalive_connections, limits.keepalive_expiry, limits.max_connections),
            )
        )

    def _route(self, encrypted: bool, address: str | None) -> Route:
        from opensandbox._sync.net.routes import ForwardRoute, Route, SocksRoute, TunnelRoute
        from opensandbox._sync.net.wire import WatchedBackend

        backend = WatchedBackend(network_backend())
        tls = tls_context(self._settings) if encrypted else None
        if address is None:
            return Route(backend, tls)
        if reason := what_is_wrong(httpx.URL(address)):
            raise ValueError(reason)
        proxy = httpx.Proxy(address)
        if proxy.url.scheme.startswith("socks"):
            return SocksRoute(backend, proxy, tls)
        proxy_tls = None
        if proxy.url.scheme == "https":
            # `verify` and `cert` are for the server behind the proxy.
            proxy_tls = httpx.create_ssl_context(trust_env=self._settings.trust_env)
        return (
            TunnelRoute(backend, proxy, tls, proxy_tls)
            if encrypted
            else ForwardRoute(backend, proxy, proxy_tls)
        )


def environment_proxies(settings: Settings) -> EnvironmentProxies:
    """Return the proxies that the environment names; none where it is not trusted, or a setting wins."""
    trusted = settings.trust_env and not settings.proxy
    return EnvironmentProxies(getproxies() if trusted else {}, os.environ)


def proxy_for(settings: Settings, proxies: EnvironmentProxies, url: httpx.URL) -> Proxy | None:
    """Return the proxy for a request: that of the settings, or one of the environment's."""
    if settings.proxy:
        return Proxy(settings.proxy if "://" in settings.proxy else f"http://{settings.proxy}")
    return proxies.choose(url.scheme, url.host, url.port) if proxies else None


class Shared:
    """One shared transport, the client over it, and how many use them."""

    def __init__(self, settings: Settings) -> None:
        limits = httpx.Limits(
            max_connections=None, max_keepalive_connections=MAX_KEEPALIVE, keepalive_expiry=KEEPALIVE_EXPIRY
        )
        self.transport = RetrySyncTransport(
            RoutingTransport(settings, limits), RetryPolicy(), owns_inner=True
        )
        self.users = 0

    @cached_property
    def client(self) -> httpx.Client:
        """Return the client of those who have no hooks of their own; most need none, and it takes long to make."""
        return new_client(self.transport)


def new_client(transport: httpx.BaseTransport, event_hooks: Any = None) -> httpx.Client:
    """Return a client that adds nothing of its own: no cookies kept, no environment read, no redirect followed."""
    return httpx.Client(
        transport=transport,
        trust_env=False,
        follow_redirects=False,
        event_hooks=event_hooks,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
    )


_shared: WeakKeyDictionary[Any, dict[Settings, Shared]] = WeakKeyDictionary()
_lock = Mutex()


class Lease:
    """One user's hold on a shared transport; `release` it in the scope that took it."""

    __slots__ = ("_settings", "_shared", "scope")

    def __init__(self, config: ConnectionConfigSync) -> None:
        self._settings = settings_of(config)
        self.scope = scope_key()
        with _lock:
            by_settings = _shared.setdefault(self.scope, {})
            self._shared = by_settings.get(self._settings) or by_settings.setdefault(
                self._settings, Shared(self._settings)
            )
            self._shared.users += 1

    @property
    def transport(self) -> httpx.BaseTransport:
        """Return the shared transport."""
        return self._shared.transport

    @property
    def client(self) -> httpx.Client:
        """Return the shared client."""
        return self._shared.client

    def release(self) -> None:
        """Let go; the last user closes the connections."""
        with _lock:
            self._shared.users -= 1
            last = self._shared.users == 0
            if last:
                _shared.get(self.scope, {}).pop(self._settings, None)
        if last:
            finish_or_undo(self._shared.transport.close, None, CLOSING_SECONDS)


def settings_of(config: ConnectionConfigSync) -> Settings:
    """Return what of the configuration decides whom connections are shared with."""
    return Settings(
        verify=config.verify,
        cert=config.cert,
        proxy=config.proxy,
        trust_env=config.trust_env,
    )
