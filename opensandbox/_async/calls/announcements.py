"""What is said about a request that is going to be sent again: a line in the log, and the callback of the policy."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from opensandbox._core.net.addresses import REQUEST_ID_HEADER
from opensandbox.transport.retry import RetryEvent, RetryPolicy

if TYPE_CHECKING:
    import httpx

    from opensandbox.transport.retry import RetryCause

logger = logging.getLogger("opensandbox.transport")
# That something is tried again concerns only programs that have set up logging.
logger.addHandler(logging.NullHandler())


def announce(
    policy: RetryPolicy,
    request: httpx.Request,
    response: httpx.Response | None,
    error: httpx.TransportError | None,
    cause: RetryCause,
    *,
    earlier: int,
    allowed: str,
    delay: float,
) -> None:
    """Tell that `request` is sent again in `delay` seconds, after `earlier` repetitions; `allowed` says how many there may be."""
    # The query may hold what a user would not want in a log.
    url = str(request.url.copy_with(query=None, fragment=None, userinfo=b""))
    logger.warning("%s %s failed (%s); retry %s in %.3g s", request.method, url, cause, allowed, delay)
    if policy.on_retry is None:
        return
    event = RetryEvent(
        attempt=earlier + 2,
        retries_used=earlier,
        method=request.method,
        url=url,
        cause=cause,
        status_code=None if response is None else response.status_code,
        backoff=timedelta(seconds=delay),
        request_id=None if response is None else response.headers.get(REQUEST_ID_HEADER),
        exception=error,
    )
    try:
        policy.on_retry(event)
    except Exception:
        logger.exception("on_retry raised; the retry goes on")
