"""The settings of both connection configs."""

from __future__ import annotations

import os
import ssl
import sys
import warnings
from datetime import timedelta
from functools import partial
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, PrivateAttr, field_validator

from opensandbox._core.names import way_out
from opensandbox._version import __version__
from opensandbox.config.limits import AnswerLimits
from opensandbox.exceptions import InvalidArgumentException
from opensandbox.models.base import Model, refuse_unknown
from opensandbox.transport.retry import RetryPolicy

API_KEY_VARIABLE: Final = "OPEN_SANDBOX_API_KEY"
DOMAIN_VARIABLE: Final = "OPEN_SANDBOX_DOMAIN"
DEFAULT_DOMAIN: Final = "localhost:8080"
API_PATH: Final = "/v1"
EVENTS: Final = ("request", "response")


def is_transport(value: object, kind: str) -> bool:
    """Return whether `value` is such a transport of httpx or httpx2; a program that has one has imported its package."""
    packages = (sys.modules[name] for name in ("httpx", "httpx2") if name in sys.modules)
    return any(isinstance(value, getattr(package, kind)) for package in packages)


def _http_or_https(value: str) -> str:
    lowered = value.lower()
    if lowered not in ("http", "https"):
        raise ValueError(f"must be 'http' or 'https', got {value!r}")
    return lowered


class ConnectionSettings(Model):
    """The fields and the address rules of `ConnectionConfig` and `ConnectionConfigSync`.

    Values may be changed after construction and are not checked again then. `api_key`, `headers` and `proxy` may hold
    secrets, so `repr` and error texts leave them out.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, hide_input_in_errors=True)

    api_key: str | None = Field(default=None, repr=False)
    """Key for the server. Without one the variable `OPEN_SANDBOX_API_KEY` is read, at each use; where that is not set and the
    domain is `localhost` or a loopback address, the key that this user's own `opensandbox-local` keeps. An empty one: none."""

    domain: str | None = None
    """`host[:port]`, or an address with scheme and path. Without one: `OPEN_SANDBOX_DOMAIN`, `localhost:8080`."""

    protocol: Annotated[str, AfterValidator(_http_or_https)] = "http"
    """`http` or `https`, for the server and for addresses of sandboxes; a scheme in `domain` wins for the server."""

    request_timeout: Annotated[timedelta, Field(gt=timedelta(0))] = timedelta(seconds=30)
    """The limit of one request, as `timedelta` or seconds. Streams of output have no limit by default."""

    debug: bool = False
    """Log requests and responses to the logger `opensandbox.http`, without bodies, queries and secret headers."""

    user_agent: str = f"OpenSandbox-Python-SDK/{__version__}"

    headers: dict[str, str] = Field(default_factory=dict, repr=False)
    """Headers for all requests to the server and to sandboxes."""

    follow_redirects: bool = False
    """Follow redirects: of reads to any origin, without credentials where that is another one; of changes within their
    origin, if the status keeps the method (307, 308); of uploads never."""

    retry_policy: Annotated[RetryPolicy, BeforeValidator(partial(refuse_unknown, RetryPolicy))] = (
        RetryPolicy()
    )
    """When failed requests are retried. Your own `transport` is not retried."""

    answer_limits: AnswerLimits = AnswerLimits()
    """Bounds on responses; larger ones are errors."""

    use_server_proxy: bool = False
    """Reach sandboxes through the server, for networks where only the server is reachable."""

    endpoint_cache_ttl: timedelta = timedelta(seconds=600)
    """How long the address of a sandbox is cached."""

    endpoint_cache_size: int = 1024
    """How many addresses are cached; 0 means 1024."""

    endpoint_cache_disabled: bool = False

    disable_metrics: bool = False
    """Accepted for programs that set it. No usage data is ever sent."""

    enable_tracing: bool = False
    """Record OpenTelemetry spans; needs the extra `otel`."""

    verify: bool | str | ssl.SSLContext = True
    """Check certificates against the usual authorities, those in a file or directory, or a context; `False`: not at all."""

    cert: str | tuple[str, str] | tuple[str, str, str] | None = Field(default=None, repr=False)
    """Client certificate: a PEM file, or certificate file, key file and, if needed, the key's password."""

    proxy: str | None = Field(default=None, repr=False)
    """Proxy for every request, such as `http://proxy.example.com:3128`."""

    trust_env: bool = True
    """Honour `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY` (names, addresses, networks) and `SSL_CERT_FILE`. This machine itself
    is never reached through a proxy of the environment."""

    http_backend: Literal["httpx", "aiohttp"] = "httpx"
    """Has no effect any more. `aiohttp` is accepted with a `DeprecationWarning`."""

    @field_validator("http_backend")
    @classmethod
    def _has_no_effect(cls, value: str) -> str:
        if value == "aiohttp":
            advice = "http_backend='aiohttp' has no effect any more: the package's own connections are faster; leave it out"
            warnings.warn(advice, DeprecationWarning, stacklevel=3)
        return value

    @field_validator("event_hooks", check_fields=False)  # each twin has its own
    @classmethod
    def _are_about_events(cls, value: Any) -> Any:
        for event in value:
            if event not in EVENTS:  # httpx would never call it
                raise ValueError(f"unknown event {event!r}; {way_out(event, EVENTS)}")
        return value

    _owns_transport: bool = PrivateAttr(default=True)

    def __reduce_ex__(self, protocol: Any) -> Any:
        """Pickle the settings, the key included. A transport cannot go along."""
        self._check_movable()
        return super().__reduce_ex__(protocol)

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        self._check_movable()
        return super().__deepcopy__(memo)

    def _check_movable(self) -> None:
        if getattr(self, "transport", None) is not None:
            raise TypeError(
                f"{type(self).__name__} has a transport, which holds connections, and cannot be pickled or deeply copied: "
                "pass a config without one, and give it a transport there"
            )

    def model_post_init(self, context: Any, /) -> None:
        """Note whose the transport is: one that was passed in, even `None`, is never closed here."""
        self._owns_transport = "transport" not in self.model_fields_set

    @property
    def owns_transport(self) -> bool:
        """Whether `close_transport_if_owned` closes the transport."""
        return self._owns_transport

    def get_api_key(self) -> str:
        """Return the key to use: the field, else the environment, else that of this user's server on this machine, else the empty string.

        The last is read only if the server's process lives and nobody but this user listens on that port.
        """
        if self.api_key is not None:
            return self.api_key
        return os.environ.get(API_KEY_VARIABLE) or self._key_of_local_server()

    def _key_of_local_server(self) -> str:
        scheme, mark, address = self.get_domain().partition("://")
        if not mark:
            scheme, address = self.protocol, scheme
        # Told without a look at anything for most, which are elsewhere. By a proxy, `localhost` is the proxy's own.
        if self.proxy or not address.lower().startswith(("localhost", "127.", "[::1]")):
            return ""
        from opensandbox.config.local_servers import key_for

        try:
            return key_for(f"{scheme.lower()}://{address}")
        except ValueError:  # a domain that is none, which `get_base_url` says
            return ""

    def get_domain(self) -> str:
        """Return the domain to use: the field, else the environment, else `localhost:8080`."""
        return self.domain or os.environ.get(DOMAIN_VARIABLE) or DEFAULT_DOMAIN

    def get_base_url(self) -> str:
        """Return the address of the server's API, without a slash at the end.

        Raises `InvalidArgumentException` for an invalid domain.

            ConnectionConfig(domain="https://sandboxes.example.com/").get_base_url()
            # 'https://sandboxes.example.com/v1'
        """
        domain = self.get_domain()
        scheme, mark, address = domain.partition("://")
        if not mark:
            scheme, address = self.protocol, domain
        if "@" in address.partition("/")[0]:
            # The text is not repeated: it holds a password.
            raise InvalidArgumentException(
                "domain must not hold a user name or password; pass the key as api_key or in headers"
            )
        if reason := _what_is_wrong(scheme.lower(), address):
            source = "domain" if self.domain else f"domain (from {DOMAIN_VARIABLE})"
            raise InvalidArgumentException(
                f"{source} {domain!r} cannot be used: {reason}; "
                "give host[:port] or http(s)://host[:port][/path], such as 'sandboxes.example.com:8080'"
            )
        return f"{scheme.lower()}://{address.rstrip('/')}{API_PATH}"

    def _with_transport(self, transport: Any) -> Self:
        # Shallow: headers and hooks stay the ones of the original, which the user may still fill.
        copy = self.model_copy(update={"transport": transport})
        copy._owns_transport = True
        return copy


def _what_is_wrong(scheme: str, address: str) -> str | None:
    if scheme not in ("http", "https"):
        return f"the scheme {scheme!r} is not http or https"
    # Before parsing, which drops some of these without a word.
    if any(char.isspace() or not char.isprintable() for char in address):
        return "it contains white space"
    if "?" in address or "#" in address:
        return "it has a query or fragment"
    try:
        parts = urlsplit(f"{scheme}://{address}")
        usable = bool(parts.hostname) and parts.port != 0 and not parts.netloc.endswith(":")
    except ValueError as exc:
        return str(exc)
    return None if usable and "\\" not in address else "it has no usable host and port"
