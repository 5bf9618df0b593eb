"""Redirects: refused by default; followed on request, but never with credentials to another origin, and not by uploads."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from opensandbox.exceptions import SandboxApiException, SandboxException
from tests._async.attaching import API_KEY, BOX, attach
from tests._async.leaks import connections_in_use
from tests._async.operations import DOWNLOAD, GET, OPERATIONS, POST, STREAM, UPLOAD, UPLOAD_OF_FILE, Operation
from tests.support.deployment import CREATED, TOKEN, Deployment
from tests.support.faults import FaultServer, Request, answer

pytestmark = pytest.mark.anyio

SECRETS = {
    "Authorization": "Bearer caller-secret",
    "Cookie": "session=caller-secret",
    "X-Tenant": "caller-secret",
}
RECORD = {"id": BOX, "status": {"state": "Running"}, "createdAt": CREATED, "entrypoint": ["sleep"]}

every_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)


@pytest.fixture
def elsewhere() -> Iterator[FaultServer]:
    """Another origin."""
    with FaultServer() as server:
        yield server


def carries_a_secret(request: Request) -> bool:
    text = f"{request.target} {request.headers}"
    return any(secret in text for secret in (API_KEY, TOKEN, "caller-secret"))


@every_operation
async def test_redirect_is_refused_by_default_and_its_target_named(
    deployment: Deployment, elsewhere: FaultServer, operation: Operation
) -> None:
    target = f"http://{elsewhere.address}/login"
    deployment.script(operation.route, [answer(302, location=f"{target}?session=caller-secret")])
    async with await attach(deployment) as sandbox:
        with pytest.raises(SandboxApiException, match="follow_redirects=True") as caught:
            await operation.call(sandbox)
        assert caught.value.status_code == 302
        assert target in str(caught.value)
        assert "caller-secret" not in str(caught.value)
        assert not connections_in_use()
    assert not elsewhere.requests


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("operation", [GET, DOWNLOAD], ids=["get", "download"])
async def test_redirect_within_the_origin_is_followed_with_all_headers(
    deployment: Deployment, operation: Operation, status: int
) -> None:
    deployment.script(operation.route, [answer(status, location=f"{operation.path}?again=1")])
    async with await attach(deployment, follow_redirects=True, headers=SECRETS) as sandbox:
        assert await operation.call(sandbox) == operation.result
    first, second = (request for request in deployment.requests if request.line == operation.route)
    assert second.target == f"{operation.path}?again=1"
    assert second.headers == first.headers
    assert carries_a_secret(second)


@pytest.mark.parametrize("status", [301, 307, 308])
async def test_redirect_to_another_origin_takes_no_credentials_along(
    deployment: Deployment, elsewhere: FaultServer, status: int
) -> None:
    elsewhere.always("GET /there", [answer(200, RECORD)])
    deployment.script(GET.route, [answer(status, location=f"http://{elsewhere.address}/there")])
    async with await attach(deployment, follow_redirects=True, headers=SECRETS) as sandbox:
        assert (await sandbox.get_info()).id == BOX
    (request,) = elsewhere.requests
    assert not carries_a_secret(request)
    assert set(request.headers) <= {"host", "user-agent", "accept", "accept-encoding", "connection"}


async def test_credentials_do_not_come_back_after_a_detour(
    deployment: Deployment, elsewhere: FaultServer
) -> None:
    deployment.script(GET.route, [answer(302, location=f"http://{elsewhere.address}/there")])
    elsewhere.script("GET /there", [answer(302, location=f"http://{deployment.address}{GET.path}")])
    async with await attach(deployment, follow_redirects=True, headers=SECRETS) as sandbox:
        assert (await sandbox.get_info()).id == BOX
    assert not carries_a_secret(elsewhere.requests[0])
    assert not carries_a_secret(deployment.requests[-1])


CHANGES = pytest.mark.parametrize(
    "operation", [POST, STREAM, UPLOAD, UPLOAD_OF_FILE], ids=["post", "stream", "upload", "upload of a file"]
)


async def refused(deployment: Deployment, operation: Operation, status: int, target: str) -> None:
    deployment.script(operation.route, [answer(status, location=target)])
    async with await attach(deployment, follow_redirects=True, headers=SECRETS) as sandbox:
        with pytest.raises(SandboxApiException, match="cannot be followed") as caught:
            await operation.call(sandbox)
        assert caught.value.status_code == status
        assert target in str(caught.value)
        assert not connections_in_use()
    assert deployment.lines().count(operation.route) == 1


@CHANGES
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_change_is_not_redirected_to_another_origin(
    deployment: Deployment, elsewhere: FaultServer, operation: Operation, status: int
) -> None:
    await refused(deployment, operation, status, f"http://{elsewhere.address}/there")
    assert not elsewhere.requests


@CHANGES
@pytest.mark.parametrize("status", [301, 302, 303])
async def test_redirect_does_not_turn_a_change_into_a_read(
    deployment: Deployment, operation: Operation, status: int
) -> None:
    await refused(deployment, operation, status, operation.path)


@pytest.mark.parametrize("operation", [UPLOAD, UPLOAD_OF_FILE], ids=["bytes", "file"])
async def test_upload_is_not_redirected_at_all(deployment: Deployment, operation: Operation) -> None:
    await refused(deployment, operation, 307, operation.path)


@pytest.mark.parametrize("status", [307, 308])
@pytest.mark.parametrize("operation", [POST, STREAM], ids=["post", "stream"])
async def test_change_is_followed_within_the_origin_as_it_is(
    deployment: Deployment, operation: Operation, status: int
) -> None:
    deployment.script(operation.route, [answer(status, location=f"{operation.path}?again=1")])
    async with await attach(deployment, follow_redirects=True, headers=SECRETS) as sandbox:
        assert await operation.call(sandbox) == operation.result
    first, second = (request for request in deployment.requests if request.line == operation.route)
    assert (second.headers, second.body) == (first.headers, first.body)


async def test_redirect_loop_ends(deployment: Deployment) -> None:
    deployment.always(GET.route, [answer(302, location=GET.path)])
    async with await attach(deployment, follow_redirects=True) as sandbox:
        with pytest.raises(SandboxApiException) as caught:
            await sandbox.get_info()
        assert caught.value.status_code == 302
        assert "redirects=10 of answer_limits" in str(caught.value)
        assert not connections_in_use()
    assert 2 <= deployment.lines().count(GET.route) <= 21


@pytest.mark.parametrize("follow", [False, True])
@pytest.mark.parametrize(
    "target", ["http://[", "ftp://files.example.com/", "http://localhost:99999999/", "http://:7/"]
)
async def test_redirect_to_nowhere_is_a_typed_error(
    deployment: Deployment, target: str, follow: bool
) -> None:
    deployment.script(GET.route, [answer(302, location=target)])
    async with await attach(deployment, follow_redirects=follow) as sandbox:
        with pytest.raises(SandboxException) as caught:
            await sandbox.get_info()
        assert GET.route in str(caught.value)
        assert not connections_in_use()


async def test_status_300_and_redirect_without_target_are_errors(deployment: Deployment) -> None:
    async with await attach(deployment, follow_redirects=True) as sandbox:
        for status in (300, 302, 304):
            deployment.script(GET.route, [answer(status)])
            with pytest.raises(SandboxApiException) as caught:
                await sandbox.get_info()
            assert caught.value.status_code == status
