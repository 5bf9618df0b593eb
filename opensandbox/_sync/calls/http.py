# Generated from opensandbox/_async/calls/http.py by scripts/unasync.py. Do not edit.
"""The one HTTP stack: what a sandbox, a manager or a pool sends through, and how failures come back as exceptions."""

from __future__ import annotations

import logging
import zlib
from contextlib import contextmanager
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Final, NoReturn

import httpx

from opensandbox._concurrency.pairs import Mutex, monotonic, scope_key
from opensandbox._core import arguments
from opensandbox._core.calls import failures
from opensandbox._core.calls.bodies import COMPRESSED, BoundedBody
from opensandbox._core.calls.retry import was_done_before
from opensandbox._core.deadlines import NO_DEADLINE, Deadline, span
from opensandbox._core.net.addresses import (
    control_plane_headers,
    join,
    may_be_shown,
    sandbox_headers,
    sendable,
)
from opensandbox._core.text import unsendable
from opensandbox._sync.calls.middleware import MiddlewareTransport
from opensandbox._sync.calls.options import NO_RETRY, OPTIONS, CallOptions, bound
from opensandbox._sync.calls.redirects import may_follow, redirected, what_is_wrong
from opensandbox._sync.calls.retry import RetrySyncTransport
from opensandbox._sync.calls.telemetry import observe
from opensandbox._sync.calls.waking import WakingTransport
from opensandbox._sync.net.drains import ASIDE, Drains
from opensandbox._sync.net.foreign import of_httpx
from opensandbox._sync.net.transports import PROXY, Lease, new_client
from opensandbox._sync.net.watch import Watch
from opensandbox.config import ConnectionConfigSync
from opensandbox.exceptions import SandboxException

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType
    from typing import Self, Unpack

    from opensandbox_api.calls import Parts

    class Message(Parts, total=False):
        """A request but for its method and address; `stream` is a body that httpx is not to touch."""

        stream: httpx.ByteStream

    from opensandbox._sync.calls.outages import Outage
    from opensandbox.models.responses import ResponseInfo
    from opensandbox.models.sandboxes import SandboxEndpoint
    from opensandbox.transport.retry import RetryPolicy

logger = logging.getLogger("opensandbox.http")

MAX_ERROR_BODY: Final = 1 << 20
"""Bytes of an error answer that are read; what follows is of no use to anybody."""

_FRAMING: Final = frozenset({"content-encoding", "content-length", "transfer-encoding"})
_opening = Mutex()
"""Held for the moment in which a user of connections begins or ends: two threads at once would begin twice."""


class Http:
    """The HTTP side of one sandbox, manager or pool. Nothing is opened before the first request.

    Whoever made it closes it. A later request opens connections again.
    """

    __slots__ = ("_client", "_last", "_lease", "_own", "config", "drains")

    def __init__(self, config: ConnectionConfigSync) -> None:
        arguments.instance("connection_config", config, ConnectionConfigSync)
        self.config = config
        self.drains = Drains()
        self._lease: Lease | None = None
        self._own: httpx.BaseTransport | None = None
        self._client: httpx.Client | None = None
        self._last: tuple[httpx.Request, int, httpx.Headers] | None = None

    @property
    def last_response(self) -> ResponseInfo | None:
        """Return the head of the last response of any call."""
        from opensandbox.models.responses import ResponseInfo

        if self._last is None:
            return None
        request, status, headers = self._last
        return ResponseInfo(request.method, str(_shown(request.url)), status, headers)

    def answered(self, response: httpx.Response) -> None:
        """Take note of a response."""
        self._last = (response.request, response.status_code, response.headers)

    @property
    def waking(self) -> RetryPolicy | None:
        """Return what says how long a sandbox may take to wake; `None` where a transport of the caller's own knows."""
        return self.config.retry_policy if self.config.transport is None else None

    def control_plane(self) -> Connection:
        """Return the way to the lifecycle and diagnostics APIs."""
        config = self.config
        headers = control_plane_headers(config.user_agent, config.headers, config.get_api_key())
        return Connection(self, config.get_base_url(), headers)

    def sandbox(self, endpoint: SandboxEndpoint) -> Connection:
        """Return the way to a port of a sandbox."""
        config = self.config
        headers = sandbox_headers(
            config.user_agent,
            config.headers,
            endpoint.headers,
            api_key=config.get_api_key(),
            use_server_proxy=self.takes_the_key(endpoint, config.use_server_proxy),
        )
        return Connection(self, f"{config.protocol}://{endpoint.endpoint}", headers)

    def takes_the_key(self, endpoint: SandboxEndpoint, through_server: bool) -> bool:
        """Tell whether the API key goes along to an address: it leads through the server, and to no other host than that."""
        server = self.config.get_base_url()
        if not through_server or endpoint._is_at(server):
            return through_server
        logger.warning(
            "%r is not on the host of %s, which names it as the way through itself: the API key is not sent there",
            endpoint.endpoint,
            server,
        )
        return False

    def transport(self) -> httpx.BaseTransport:
        """Return what requests go through in the running scope; a finished event loop's is left behind."""
        lease = self._lease
        if lease is not None and lease.scope is scope_key():
            return lease.transport
        if self._own is not None:
            return self._own
        with _opening:
            if self.config.transport is None:
                return self._leased().transport
            if self._own is None:
                self._own = _that_waits(self.config)
            return self._own

    def client(self) -> httpx.Client:
        """Return a client over the transport: for hooks, redirects and logins, which are httpx's business."""
        transport = self.transport()
        with _opening:
            hooks = self.config.event_hooks
            if self._lease is not None and not hooks:
                return self._lease.client
            if self._client is None:
                # Hooks are this user's own, so they get a client of their own over the shared connections.
                self._client = new_client(transport, hooks)
            return self._client

    def _leased(self) -> Lease:
        if self._lease is None or self._lease.scope is not scope_key():
            self._client = None
            self._lease = Lease(self.config)
        return self._lease

    def close(self) -> None:
        """Let go of the connections. A transport that the caller passed in stays open."""
        self.drains.close()
        with _opening:
            lease, self._lease, self._own, self._client = self._lease, None, None, None
        if lease is not None and lease.scope is scope_key():
            lease.release()
        self.config.close_transport_if_owned()


class Connection:
    """An address, the headers that belong to it, and the way there."""

    __slots__ = ("base_url", "headers", "http", "on_unreachable", "outage")

    def __init__(self, http: Http, base_url: str, headers: dict[str, str]) -> None:
        self.http = http
        self.base_url = base_url
        self.headers = sendable(headers)
        # Called when nobody listens at the address any more, so that whoever remembers it can forget it.
        self.on_unreachable: Callable[[], None] | None = None
        # Asked when a call fails that leads into a sandbox: its state may be the reason.
        self.outage: Outage | None = None

    def exchange(
        self,
        *,
        deadline: Deadline | None = None,
        retry: bool = True,
        idempotent: bool | None = None,
        explain: bool = True,
        policy: RetryPolicy | None = None,
        waking: bool = True,
    ) -> Exchange:
        """Return the context of one call through a generated operation.

            with connection.exchange() as client:
                answer = get_sandboxes.sync_detailed(client=client)
                return convert.page(answer.result())

        An answer that cannot be read inside the block is raised as an API error that keeps status and request id.
        `deadline` replaces the configured request timeout, `policy` the configured one; `retry=False` sends once. With
        `explain=False` a failure is not put down to the state of the sandbox, which takes a request more, and with
        `waking=False` a sandbox that is still being woken is not waited for.
        """
        return Exchange(self, deadline, policy or self._policy(retry), idempotent, explain, waking)

    @contextmanager
    def stream(
        self,
        method: str,
        url: str,
        *,
        deadline: Deadline = NO_DEADLINE,
        idle_timeout: float | None = None,
        retry: bool = False,
        expected: int = 200,
        redirects: bool = True,
        **request: Unpack[Message],
    ) -> Iterator[httpx.Response]:
        """Send a request and hand over the response while its body still comes; leaving the block closes it.

        `deadline` bounds the whole, `idle_timeout` the wait for each next piece (`None`: no limit). A response marked as put
        `ASIDE` stays open. A status of 300 or above is raised. Errors while the body is read are raised as SDK exceptions. With `redirects=False` none is followed,
        whatever the configuration says: what is sent may be there only once.
        """
        options = CallOptions(
            self._policy(retry),
            deadline,
            None,
            self.http.waking,
            self._before_retry(),
            self.http.config.middleware,
        )
        message = self._build(method, url, options, read_timeout=idle_timeout, **request)
        with observe(self.http.config.enable_tracing, "stream", method, str(message.url)) as observation:
            try:
                response = self._send(message, redirects=redirects)
                observation.answered(response)
                if response.status_code >= 300:
                    self._raise_for(response)
            except SandboxException as failure:
                self._explain(failure)
                raise
            try:
                yield response
            except httpx.HTTPError as exc:
                broken = translated(exc, message)
                self._explain(broken, begun=True)
                raise broken from exc
            finally:
                if not response.extensions.get(ASIDE):
                    response.close()

    def _request(self, method: str, url: str, exchange: Exchange, **request: Unpack[Parts]) -> httpx.Response:
        config = self.http.config
        deadline, silence = exchange.deadline, -1.0
        if deadline is None:
            deadline = Deadline.after(span(config.request_timeout), monotonic()).earlier(bound())
        elif (remaining := deadline.remaining(monotonic())) is not None:
            silence = max(remaining, 0.001)  # the server may be silent for as long as the call may take
        options = CallOptions(
            exchange.policy,
            deadline,
            exchange.idempotent,
            self.http.waking if exchange.waking else NO_RETRY,
            self._before_retry(),
            config.middleware,
        )
        message = self._build(method, url, options, read_timeout=silence, **request)
        with observe(config.enable_tracing, "request", method, str(message.url)) as observation:
            try:
                response = self._send(message)
                observation.answered(response)
                if response.status_code >= 300:
                    response = self._done_before(response) or self._raise_for(response)
                response = self.read(response)
            except SandboxException as failure:
                if exchange.explain:
                    self._explain(failure)
                raise
        return response

    def _done_before(self, response: httpx.Response) -> httpx.Response | None:
        """Return a success in the place of an error which says that an earlier attempt of this call was carried out."""
        watch, request = watch_of(response), response.request
        if (
            watch is None
            or not watch.after_lost_answer
            or not was_done_before(request.method, response.status_code)
        ):
            return None
        response.close()
        return httpx.Response(204, request=request, extensions=response.extensions)

    def read(self, response: httpx.Response) -> httpx.Response:
        """Return the answer with its body, which is in memory and no longer compressed."""
        limit = self.http.config.answer_limits.body_bytes
        body = BoundedBody(limit, _encoding(response))
        length = response.headers.get("content-length", "")
        try:
            if length.isdecimal() and (limit is None or int(length) <= limit) and not _encoding(response):
                response.read()
                return response
            _collect(response, body)
        except httpx.HTTPError as exc:
            raise translated(exc, response.request) from exc
        finally:
            response.close()
        if body.overflows:
            raise failures.beyond_bound(
                "body_bytes", limit, "the body", response.status_code, response.headers, response.request
            )
        head = httpx.Headers(
            [pair for pair in response.headers.multi_items() if pair[0].lower() not in _FRAMING]
        )
        return httpx.Response(
            response.status_code,
            headers=head,
            content=body.content(),
            request=response.request,
            extensions=response.extensions,
        )

    def _explain(self, failure: SandboxException, *, begun: bool = False) -> None:
        if self.outage is not None:
            self.outage.explain(failure, begun=begun)

    def _before_retry(self) -> Callable[[BaseException | None], None] | None:
        return None if self.outage is None else self.outage.end_retries

    def _policy(self, retry: bool) -> RetryPolicy | None:
        if not retry:
            return NO_RETRY
        # A transport that the caller brought follows its own policy.
        config = self.http.config
        return config.retry_policy if config.transport is None else None

    def _build(
        self,
        method: str,
        url: str,
        options: CallOptions,
        *,
        read_timeout: float | None = -1.0,
        **request: Unpack[Message],
    ) -> httpx.Request:
        limit = span(self.http.config.request_timeout)
        timeouts = {
            "connect": limit,
            "read": limit if read_timeout == -1.0 else read_timeout,
            "write": limit,
            "pool": limit,
        }
        request["headers"] = {**self.headers, **request.get("headers", {})}
        try:
            return httpx.Request(
                method,
                target(join(self.base_url, url)),
                extensions={"timeout": timeouts, OPTIONS: options},
                **request,
            )
        except (ValueError, TypeError, httpx.InvalidURL) as exc:
            # Looked at afterwards: to search every request for what hardly one has would be slow.
            raise unsendable({**request.get("params", {}), **_members(request.get("json"))}, exc) from exc

    def _send(self, message: httpx.Request, *, redirects: bool = True) -> httpx.Response:
        config = self.http.config
        if self.http.drains:
            self.http.drains.free_ended()
        redirects = redirects and config.follow_redirects
        # Without a client for what needs none, a fifth of a small request is spared.
        send: Callable[[httpx.Request], httpx.Response]
        if redirects or config.event_hooks or message.url.userinfo:
            send = partial(self.http.client().send, stream=True)
        else:
            send = self.http.transport().handle_request
        if config.debug:
            logger.debug("> %s %s %s", message.method, _shown(message.url), redacted(message.headers))
        asked = message
        try:
            response = send(message)
            response.request = message
            followed, most = 0, config.answer_limits.redirects
            while redirects:
                following = response.next_request
                if following is None or not may_follow(message, response.status_code, following):
                    break
                response.close()
                if followed == most:
                    raise failures.beyond_bound(
                        "redirects",
                        most,
                        "the chain of redirects",
                        response.status_code,
                        response.headers,
                        message,
                    )
                followed += 1
                asked = redirected(asked, following)
                response = send(asked)
        except httpx.HTTPError as exc:
            exc.request = asked
            if self.on_unreachable is not None and isinstance(exc, httpx.ConnectError | httpx.ConnectTimeout):
                self.on_unreachable()
            raise translated(exc, message) from exc
        self.http.answered(response)
        if config.debug:
            logger.debug(
                "< %d %s %s %s",
                response.status_code,
                message.method,
                _shown(message.url),
                redacted(response.headers),
            )
        return response

    def _raise_for(self, response: httpx.Response) -> NoReturn:
        body = beginning(response, MAX_ERROR_BODY)
        response.close()
        failure = failures.api_failure(
            status=response.status_code,
            headers=response.headers,
            body=body.content(),
            method=response.request.method,
            url=str(response.request.url),
            follows_redirects=self.http.config.follow_redirects,
        )
        watch = watch_of(response)
        failure._after_lost_answer = watch is not None and watch.after_lost_answer
        raise failure


def _members(body: object) -> dict[str, object]:
    return body if isinstance(body, dict) else {"entries": body}


def _that_waits(config: ConnectionConfigSync) -> httpx.BaseTransport:
    """Return the caller's transport, so that it waits for sandboxes that are being woken, and passes requests through the
    middleware, as the package's own do."""
    assert config.transport is not None, "there is one"
    transport = of_httpx(config.transport)
    if isinstance(transport, RetrySyncTransport):
        return transport
    if config.middleware:
        transport = MiddlewareTransport(transport)
    if not config.retry_policy.wake_retry_enabled:
        return transport
    return WakingTransport(transport, config.retry_policy)


class Exchange:
    """One call through a generated operation, which takes it for its client."""

    __slots__ = (
        "_connection",
        "_response",
        "deadline",
        "explain",
        "idempotent",
        "policy",
        "raise_on_unexpected_status",
        "waking",
    )

    def __init__(
        self,
        connection: Connection,
        deadline: Deadline | None,
        policy: RetryPolicy | None,
        idempotent: bool | None,
        explain: bool,
        waking: bool,
    ) -> None:
        self._connection = connection
        self._response: httpx.Response | None = None
        self.deadline = deadline
        self.policy = policy
        self.explain = explain
        self.waking = waking
        self.idempotent = idempotent
        self.raise_on_unexpected_status = False

    @property
    def headers(self) -> httpx.Headers:
        """Return the headers of the answer."""
        return httpx.Headers() if self._response is None else self._response.headers

    def get_httpx_client(self) -> Self:
        """Return what the generated operation calls `request` on."""
        return self

    def request(self, method: str, url: str, **request: Unpack[Parts]) -> httpx.Response:
        """Send the one request of this exchange; statuses from 300 on are raised."""
        self._response = response = self._connection._request(method, url, self, **request)
        return response

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        response = self._response
        if response is None or isinstance(exc, SandboxException):
            return
        if not isinstance(exc, KeyError | TypeError | ValueError | AttributeError | RecursionError):
            return
        raise failures.unreadable_answer(
            exc,
            status=response.status_code,
            headers=response.headers,
            body=response.content,
            method=response.request.method,
            url=str(response.request.url),
        ) from exc


def beginning(response: httpx.Response, limit: int) -> BoundedBody:
    """Return what can be read of the body of an answer that is no success, up to `limit` bytes."""
    body = BoundedBody(limit, _encoding(response))
    try:
        _collect(response, body)
    except httpx.HTTPError:
        # The status says more than the broken body would.
        logger.debug("the body of an error answer broke off", exc_info=True)
    return body


def _collect(response: httpx.Response, body: BoundedBody) -> None:
    compressed = _encoding(response) in COMPRESSED
    try:
        for piece in response.iter_raw() if compressed else response.iter_bytes():
            body.add(piece)
            if body.overflows:
                return
    except zlib.error as exc:
        raise httpx.DecodingError(str(exc), request=response.request) from exc


def _encoding(response: httpx.Response) -> str:
    return str(response.headers.get("content-encoding", "")).strip().lower()


def watch_of(response: httpx.Response) -> Watch | None:
    """Return the watch of a response that is still being read, to move its deadline."""
    watch = response.extensions.get(OPTIONS)
    return watch if isinstance(watch, Watch) else None


def redacted(headers: httpx.Headers) -> dict[str, str]:
    """Return headers as they may be logged."""
    return {name: value if may_be_shown(name) else "***" for name, value in headers.items()}


@lru_cache(maxsize=256)
def target(address: str) -> httpx.URL:
    """Return an address taken apart; `InvalidArgumentException` when it is none."""
    # Remembered, because a program asks the same few addresses again and again, and taking one apart is slow.
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, UnicodeError) as exc:
        raise failures.bad_address(address, str(exc)) from exc
    if reason := what_is_wrong(url):
        raise failures.bad_address(address, reason)
    return url


def _shown(url: httpx.URL) -> httpx.URL:
    # A query may be signed.
    return url.copy_with(query=None, fragment=None, userinfo=b"")


def translated(exc: httpx.HTTPError, message: httpx.Request) -> SandboxException:
    """Return the SDK's exception for one of httpx."""
    kind = failures.TransportFailure.BROKEN
    match exc:
        case httpx.ConnectTimeout():
            kind = failures.TransportFailure.CONNECT_TIMED_OUT
        case httpx.ConnectError():
            kind = failures.TransportFailure.UNREACHABLE
        case httpx.PoolTimeout():
            kind = failures.TransportFailure.NO_CONNECTION_FREE
        case httpx.TimeoutException():
            kind = failures.TransportFailure.TIMED_OUT
        case httpx.UnsupportedProtocol() | httpx.LocalProtocolError():
            kind = failures.TransportFailure.MALFORMED
        case httpx.ProxyError():
            kind = failures.TransportFailure.UNREACHABLE
    return failures.transport_failure(
        kind, exc, method=message.method, url=str(message.url), proxy=message.extensions.get(PROXY)
    )
