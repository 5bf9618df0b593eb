"""What fails while a connection is opened is a failure to connect, however far a proxy was talked to."""

from __future__ import annotations

from typing import Any

import httpcore
import pytest

from opensandbox._async.net.connections import Connections, Limits
from opensandbox._async.net.routes import Origin

pytestmark = pytest.mark.anyio


class BrokenRoute:
    """A route on which opening fails."""

    def __init__(self, failure: Exception) -> None:
        self.failure = failure

    async def open(self, origin: Origin, timeout: float | None) -> Any:
        """Fail."""
        raise self.failure


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (httpcore.RemoteProtocolError("the proxy hung up"), httpcore.ConnectError),
        (httpcore.ReadError("reset"), httpcore.ConnectError),
        (httpcore.WriteError("reset"), httpcore.ConnectError),
        (httpcore.ReadTimeout("silence"), httpcore.ConnectTimeout),
        (httpcore.WriteTimeout("silence"), httpcore.ConnectTimeout),
        (httpcore.ProxyError("502"), httpcore.ProxyError),
    ],
)
async def test_a_failure_on_the_way_is_a_failure_to_connect(
    failure: Exception, kind: type[Exception]
) -> None:
    route: Any = BrokenRoute(failure)
    connections = Connections(route, Limits(None, None))
    origin: Any = "somewhere"
    with pytest.raises(kind) as caught:
        await connections.acquire(origin, 1.0, 1.0)
    assert type(caught.value) is kind
    assert connections.in_use == []
