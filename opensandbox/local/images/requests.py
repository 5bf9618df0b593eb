"""Requests to one registry: who asks, what is asked again, and where an answer may lead."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

import httpx

from opensandbox.local.images.errors import ImageError
from opensandbox.local.settings import is_loopback

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Mapping

    from opensandbox.local.images.login import Login

_TIMEOUT = httpx.Timeout(60, connect=15)
_AGAIN = (429, 500, 502, 503, 504)
_MOST_TIMES = 6
_LONGEST_PAUSE = 60.0
_CHALLENGE = re.compile(r'(\w+)=(?:"([^"]*)"|([^\s,]+))')
_MOST_TOKEN = 1 << 20


class Requests:
    """Requests to one host with a login, if there is one; make it with `to`, and `close` it.

    This machine is spoken to in plain HTTP where it does not answer to TLS, all others in TLS alone.
    """

    def __init__(self, host: str, base: str, login: Login | None, client: httpx.AsyncClient) -> None:
        self._host = host
        self._base = base
        self._login = login
        self._client = client
        self._authorization: str | None = None

    @classmethod
    async def to(cls, host: str, login: Login | None, trusted: ssl.SSLContext) -> Requests:
        """Find out how a host is spoken to."""
        try:
            near = is_loopback(_address(f"//{host}").hostname or "")
        except ValueError as error:
            raise ImageError(f"{host!r} is no address of a registry: {error}") from error
        # No proxy is asked for what is on this machine.
        client = httpx.AsyncClient(
            verify=trusted, timeout=_TIMEOUT, follow_redirects=True, trust_env=not near,
            headers={"Accept-Encoding": "identity"},
        )  # fmt: skip
        scheme = "https"
        if near:
            try:
                await client.get(f"https://{host}/v2/")
            except httpx.HTTPError:
                scheme = "http"
            except BaseException:
                await client.aclose()
                raise
        return cls(host, f"{scheme}://{host}/v2", login, client)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    @contextlib.asynccontextmanager
    async def get(
        self, repository: str, path: str, headers: Mapping[str, str] | None = None
    ) -> AsyncIterator[httpx.Response]:
        """The answer to a request, with its body still to be read. Too many requests and faults of the registry are asked again.

        Raises ImageError for an answer that is none.
        """
        asked = logins = 0
        while True:
            given = dict(headers or {})
            if self._authorization:
                given["Authorization"] = self._authorization
            async with self._client.stream(
                "GET", f"{self._base}/{repository}/{path}", headers=given
            ) as response:
                if response.is_success:
                    yield response
                    return
                status, answer = response.status_code, await _beginning(response)
            if status == 401 and logins < 2:
                logins += 1
                await self._log_in(response.headers.get("WWW-Authenticate", ""), repository)
            elif status in _AGAIN and asked < _MOST_TIMES:
                asked += 1
                await asyncio.sleep(_pause(response, asked))
            else:
                raise ImageError(
                    _refusal(status, self._host, repository, answer, known=self._login is not None)
                )

    async def _log_in(self, challenge: str, repository: str) -> None:
        kind, _, rest = challenge.partition(" ")
        asked = {name: quoted or bare for name, quoted, bare in _CHALLENGE.findall(rest)}
        if kind.lower() == "basic":
            if self._login is not None:
                self._authorization = self._login.basic
        elif kind.lower() == "bearer" and "realm" in asked:
            self._authorization = f"Bearer {await self._token(asked, repository)}"
        else:
            raise ImageError(
                f"the registry {self._host} asks for a login of a kind that is not known here: {challenge!r}"
            )

    async def _token(self, asked: Mapping[str, str], repository: str) -> str:
        try:
            realm = _address(asked["realm"])
        except ValueError as error:
            raise ImageError(
                f"the registry {self._host} names {asked['realm']!r} as where to log in: {error}"
            ) from error
        if realm.scheme != "https" and not (realm.scheme == "http" and is_loopback(realm.hostname or "")):
            raise ImageError(
                f"the registry {self._host} wants a login to be sent to {asked['realm']!r}, which is not https"
            )
        wanted = {"scope": asked.get("scope") or f"repository:{repository}:pull"}
        if service := asked.get("service"):
            wanted["service"] = service
        headers = {"Authorization": self._login.basic} if self._login else {}
        answer = await self._client.get(asked["realm"], params=wanted, headers=headers)
        try:
            told = answer.raise_for_status().json()
            return str(told.get("token") or told["access_token"])
        except (httpx.HTTPStatusError, ValueError, KeyError, AttributeError) as error:
            raise ImageError(
                f"the registry {self._host} gives no token for {repository}: {answer.status_code} from {realm.netloc}; "
                "is the login right? (`docker login`, or auth of the image)"
            ) from error


def _address(url: str) -> SplitResult:
    """The parts of an address. Raises ValueError for one that cannot be, by its port too."""
    parts = urlsplit(url)
    _ = parts.port
    return parts


def _pause(response: httpx.Response, asked: int) -> float:
    given = response.headers.get("Retry-After", "")
    seconds = float(given) if given.isdecimal() else 0.25 * 2**asked
    return min(seconds, _LONGEST_PAUSE)


async def _beginning(response: httpx.Response) -> bytes:
    content = b""
    async for piece in response.aiter_raw():
        content += piece
        if len(content) >= _MOST_TOKEN:
            break
    return content


def _refusal(status: int, host: str, repository: str, answer: bytes, *, known: bool) -> str:
    reason = ""
    with contextlib.suppress(ValueError, KeyError, IndexError, TypeError):
        first = json.loads(answer)["errors"][0]
        reason = f" ({first.get('message') or first['code']})"
    if status in (401, 403):
        hint = (
            "the login is not allowed to"
            if known
            else "log in with `docker login`, or give auth with the image"
        )
        return f"the registry refuses {repository}: {status}{reason}; {hint}"
    if status == 404:
        return f"{repository} or this tag of it is not there{reason}"
    return f"the registry answers {status}{reason} for {repository}"
