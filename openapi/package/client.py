"""Clients for programs that call operations themselves; the SDK sends through connections of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import httpx
from attrs import define, evolve, field

if TYPE_CHECKING:
    import ssl


@define
class Client:
    """Where an API is, and what every request to it carries.

    `base_url` is what the paths of operations are relative to. `cookies`, `headers`, `timeout`, `verify_ssl`,
    `follow_redirects` and `httpx_args` go to `httpx.Client` or `httpx.AsyncClient`, which is made on first use. With
    `raise_on_unexpected_status` a status that the contract does not name raises `errors.UnexpectedStatus`.
    """

    raise_on_unexpected_status: bool = field(default=False, kw_only=True)
    _base_url: str = field(alias="base_url")
    _cookies: dict[str, str] = field(factory=dict, kw_only=True, alias="cookies")
    _headers: dict[str, str] = field(factory=dict, kw_only=True, alias="headers")
    _timeout: httpx.Timeout | None = field(default=None, kw_only=True, alias="timeout")
    _verify_ssl: str | bool | ssl.SSLContext = field(default=True, kw_only=True, alias="verify_ssl")
    _follow_redirects: bool = field(default=False, kw_only=True, alias="follow_redirects")
    _httpx_args: dict[str, Any] = field(factory=dict, kw_only=True, alias="httpx_args")
    _client: httpx.Client | None = field(default=None, init=False)
    _async_client: httpx.AsyncClient | None = field(default=None, init=False)

    def with_headers(self, headers: dict[str, str]) -> Self:
        """Return a client with more headers; those of the connections that are open already change, too."""
        for client in self._opened():
            client.headers.update(headers)
        return evolve(self, headers={**self._headers, **headers})

    def with_cookies(self, cookies: dict[str, str]) -> Self:
        """Return a client with more cookies; those of the connections that are open already change, too."""
        for client in self._opened():
            client.cookies.update(cookies)
        return evolve(self, cookies={**self._cookies, **cookies})

    def with_timeout(self, timeout: httpx.Timeout) -> Self:
        """Return a client with another timeout; that of the connections that are open already changes, too."""
        for client in self._opened():
            client.timeout = timeout
        return evolve(self, timeout=timeout)

    def set_httpx_client(self, client: httpx.Client) -> Self:
        """Send blocking calls through `client`, whose own settings count."""
        self._client = client
        return self

    def get_httpx_client(self) -> httpx.Client:
        """Return what blocking calls are sent through."""
        if self._client is None:
            self._client = httpx.Client(**self._settings())
        return self._client

    def __enter__(self) -> Self:
        self.get_httpx_client().__enter__()
        return self

    def __exit__(self, *args: Any) -> None:
        self.get_httpx_client().__exit__(*args)

    def set_async_httpx_client(self, async_client: httpx.AsyncClient) -> Self:
        """Send asyncio's calls through `async_client`, whose own settings count."""
        self._async_client = async_client
        return self

    def get_async_httpx_client(self) -> httpx.AsyncClient:
        """Return what asyncio's calls are sent through."""
        if self._async_client is None:
            self._async_client = httpx.AsyncClient(**self._settings())
        return self._async_client

    async def __aenter__(self) -> Self:
        await self.get_async_httpx_client().__aenter__()
        return self

    async def __aexit__(self, *args: Any) -> None:
        await self.get_async_httpx_client().__aexit__(*args)

    def _opened(self) -> list[httpx.Client | httpx.AsyncClient]:
        return [client for client in (self._client, self._async_client) if client is not None]

    def _settings(self) -> dict[str, Any]:
        return {
            "base_url": self._base_url,
            "cookies": self._cookies,
            "headers": self._headers,
            "timeout": self._timeout,
            "verify": self._verify_ssl,
            "follow_redirects": self._follow_redirects,
            **self._httpx_args,
        }


@define
class AuthenticatedClient(Client):
    """A client that sends `token` in the header `auth_header_name`, behind `prefix` where there is one."""

    token: str
    prefix: str = "Bearer"
    auth_header_name: str = "Authorization"

    def _settings(self) -> dict[str, Any]:
        self._headers[self.auth_header_name] = f"{self.prefix} {self.token}" if self.prefix else self.token
        return super()._settings()
