# Generated from tests/_async/network/test_endpoint_answers.py by scripts/unasync.py. Do not edit.
"""What the answer to an endpoint lookup brings is checked before anything is sent there."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from opensandbox import SandboxSync
from opensandbox.exceptions import SandboxApiException
from opensandbox.models.endpoints import EndpointRoute
from tests._sync.attaching import API_KEY, BOX, LOOKUP, attach
from tests.support.deployment import REQUEST_ID, Deployment
from tests.support.faults import answer

HOSTILE: dict[str, dict[str, Any]] = {
    "another host behind an @": {"endpoint": "sandboxes.example.com@evil.example.com/at/box/44772"},
    "a fragment that hides the path": {"endpoint": "HOST#/at/box/44772"},
    "a query that hides the path": {"endpoint": "HOST/elsewhere?/at/box/44772"},
    "a way up": {"endpoint": "HOST/at/../v1/sandboxes"},
    "an encoded way up": {"endpoint": "HOST/at/%2E%2e/v1/sandboxes"},
    "a scheme": {"endpoint": "http://HOST/at/box"},
    "a backslash": {"endpoint": "HOST\\at"},
    "a space": {"endpoint": "HOST/a b"},
    "a line break": {"endpoint": "HOST/a\r\nX-Evil: 1"},
    "nothing": {"endpoint": ""},
    "half an emoji": {"endpoint": "\ud83d/at/box/44772"},
    "a name beyond all names": {"endpoint": f"{'x' * 300}.example.com/at/box/44772"},
    "a path beyond all paths": {"endpoint": f"HOST/{'x' * 70_000}"},
    "no name": {"endpoint": "\u2028.example.com/at/box/44772"},
    "a port beyond all ports": {"endpoint": "127.0.0.1:99999/at/box/44772"},
    "a port that is no number": {"endpoint": "127.0.0.1:http/at/box/44772"},
    "a port without a host": {"endpoint": ":8080/at/box/44772"},
    "a length": {"endpoint": "HOST/at/box/44772", "headers": {"content-length": "5"}},
    "another Host": {"endpoint": "HOST/at/box/44772", "headers": {"Host": "evil.example.com"}},
    "another framing": {"endpoint": "HOST/at/box/44772", "headers": {"Transfer-Encoding": "chunked"}},
    "an upgrade": {"endpoint": "HOST/at/box/44772", "headers": {"Upgrade": "h2c"}},
    "a line break in a header": {"endpoint": "HOST/at/box/44772", "headers": {"X-A": "1\r\nX-Evil: 1"}},
    "a header without a name": {"endpoint": "HOST/at/box/44772", "headers": {"": "1"}},
    "a header beyond ASCII": {"endpoint": "HOST/at/box/44772", "headers": {"X-A": "é"}},
    "headers without end": {
        "endpoint": "HOST/at/box/44772",
        "headers": {f"X-{n}": "1" for n in range(10_000)},
    },
    "a header without end": {"endpoint": "HOST/at/box/44772", "headers": {"X-A": "1" * 100_000}},
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_an_endpoint_that_leads_astray_is_an_api_error(deployment: Deployment, body: dict[str, Any]) -> None:
    body = {**body, "endpoint": body["endpoint"].replace("HOST", deployment.address)}
    deployment.always(LOOKUP, [answer(200, body, x_request_id=REQUEST_ID)])
    with pytest.raises(SandboxApiException, match="endpoint") as caught:
        attach(deployment)
    assert caught.value.request_id == REQUEST_ID
    assert deployment.lines() == [LOOKUP]


def elsewhere(deployment: Deployment) -> str:
    # Another name for the same place, so that what is sent there can be seen.
    return f"127.0.0.2:{deployment.port}/at/{BOX}/44772"


def test_the_key_goes_to_no_other_host_than_that_of_the_domain(
    deployment: Deployment, caplog: pytest.LogCaptureFixture
) -> None:
    deployment.always(LOOKUP, [answer(200, {"endpoint": deployment.address + f"/at/{BOX}/44772"})])
    with attach(deployment, use_server_proxy=True) as box:
        box.files.get_file_info(["/file"])
    assert deployment.requests[-1].headers["open-sandbox-api-key"] == API_KEY
    assert not caplog.records
    deployment.always(LOOKUP, [answer(200, {"endpoint": elsewhere(deployment)})])
    config: dict[str, Any] = {
        "use_server_proxy": True,
        "headers": {"Open-Sandbox-Api-Key": API_KEY},
        "request_timeout": 5,
    }
    with caplog.at_level(logging.WARNING, "opensandbox.http"):
        box = attach(deployment, **config)
        endpoint = box.get_endpoint(44772, EndpointRoute.through_server())
        assert API_KEY not in endpoint.build_request_headers(box.connection_config).values()
        connection = _connection(box)
        assert API_KEY not in connection.headers.values()
        box.close()
    assert "the API key is not sent there" in caplog.text


def _connection(box: SandboxSync) -> Any:
    return box.files._connection()
