"""What a deployment has not is told apart from what it does wrong, and whatever it does, the contract program cleans up."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from opensandbox.contract.results import Level, Outcome
from opensandbox.contract.runner import ALL_CHECKS, Runner
from tests.support.meddling import Answer, Meddler, said
from tests.support.planting import (
    ENVELOPE,
    Plant,
    expect_named,
    has_policy,
    new_runner,
    of_json,
    requests,
    swallowed,
    unless,
    with_patience,
)

pytestmark = pytest.mark.off_contract("faults are planted on purpose")


# What a server may say that is no difference: a fault, the operation, what becomes of it, and whether it fails a level.
REFUSALS: dict[str, tuple[str, Plant, Outcome, bool]] = {
    "an older server knows no such route": (
        "patch_sandboxes_sandbox_id_metadata",
        swallowed("PATCH **/metadata", 404, b'{"detail":"Not Found"}'),
        Outcome.MISSING,
        True,
    ),
    "an older daemon knows no such route": (
        "listDirectory",
        requests("GET **/directories/list", lambda asked: said(404, b"404 page not found", "text/plain")),
        Outcome.MISSING,
        True,
    ),
    "a back-end without pauses": (
        "post_sandboxes_sandbox_id_resume",
        swallowed("POST /v1/sandboxes/*/*", 501, ENVELOPE),
        Outcome.NOT_OFFERED,
        False,
    ),
    "a back-end without snapshots": (
        "get_snapshots",
        swallowed("GET /v1/snapshots", 400, {"code": "KUBERNETES::UNSUPPORTED", "message": "no"}),
        Outcome.NOT_OFFERED,
        False,
    ),
    "a back-end without what all must have": (
        "post_sandboxes_sandbox_id_renew_expiration",
        swallowed("POST **/renew-expiration", 501, ENVELOPE),
        Outcome.NOT_OFFERED,
        True,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSALS)
def test_what_a_deployment_has_not_is_told_apart_from_what_it_does_wrong(
    case: str, meddler: Meddler, runner: Runner
) -> None:
    name, plant, outcome, fails = REFUSALS[case]
    plant(meddler)
    row = runner.operation(name)
    assert (row.outcome, row.fails(Level.V1_2)) == (outcome, fails), row


# A deployment without something: what is planted, the operations that need it, and the words that say so.
DEPLOYMENTS: dict[str, tuple[Plant, list[str], str]] = {
    "no network policies": (
        unless(has_policy, "POST /v1/sandboxes", 400),
        ["get_policy", "get_credential_vault"],
        "no network policies",
    ),
    "no vault": (swallowed("* **/credential-vault", 412, ENVELOPE), ["get_credential_vault"], "no vault"),
    "no interpreter": (
        swallowed("POST **/code/context", 500, ENVELOPE),
        ["createCodeContext", "runCode"],
        "no bash in ubuntu",
    ),
    "no isolated sessions": (
        of_json("GET **/capabilities", lambda body: body.update(available=False, message="no bubblewrap")),
        ["createIsolatedSession", "isolatedUploadFile"],
        "no bubblewrap",
    ),
    "no templates": (swallowed("POST /v1/templates", 501, ENVELOPE), ["createTemplate", "getTemplate"], "501"),
    "nowhere to store templates": (
        of_json("GET /v1/templates/*", lambda body: body["status"].update(phase="Failed")),
        ["getTemplate"],
        "--publish says where templates may be stored",
    ),
}  # fmt: skip


@pytest.mark.parametrize("deployment", DEPLOYMENTS)
def test_what_a_deployment_has_not_is_not_offered(deployment: str, meddler: Meddler) -> None:
    plant, names, words = DEPLOYMENTS[deployment]
    plant(meddler)
    lacking = new_runner(meddler)
    try:
        for name in names:
            row = lacking.operation(name)
            assert row.outcome is Outcome.NOT_OFFERED, row
            assert any(words in detail for detail in row.details), row.details
            assert not row.fails(Level.V1_2)
    finally:
        meddler.behave()
        assert lacking.sweep().outcome is Outcome.SUPPORTED
        lacking.world.close()


def test_routes_for_any_sandbox_are_tried_where_there_are_no_templates(
    meddler: Meddler, runner: Runner
) -> None:
    meddler.requests("POST /v1/templates", lambda asked: said(501, ENVELOPE))
    row = runner.operation("getSandboxNetworkPolicy")
    assert row.outcome is Outcome.SUPPORTED, row
    (remark,) = row.details
    assert remark.startswith("through the SDK: ")


def test_what_one_check_needs_and_another_one_could_not_make_is_told_once(meddler: Meddler) -> None:
    meddler.requests("POST /v1/sandboxes", lambda asked: said(400, ENVELOPE))
    broken = new_runner(meddler)
    try:
        rows = [broken.operation(name) for name in ("ping", "getMetrics", "get_policy")]
    finally:
        meddler.behave()
        broken.world.close()
    assert [row.outcome for row in rows] == [Outcome.NOT_TRIED, Outcome.NOT_TRIED, Outcome.NOT_OFFERED]
    assert "needs a sandbox, which could not be made" in rows[0].details[0]
    assert [row.fails(Level.CORE) for row in rows] == [True, True, False]


def test_what_stays_after_its_deletion_is_told(meddler: Meddler) -> None:
    runner = new_runner(meddler)
    sandbox = runner.world.create(skip_health_check=True)
    meddler.requests(f"DELETE /v1/sandboxes/{sandbox.id}", lambda asked: said(204, b""))
    with_patience(runner, 0.5)
    row = runner.sweep()
    meddler.behave()
    with_patience(runner, 60)
    assert row.fails(Level.CORE)
    assert row.details == [f"sandbox {sandbox.id} is still there"]
    assert runner.sweep().outcome is Outcome.SUPPORTED
    runner.world.close()


def test_a_sweep_spares_what_a_wrong_filter_lists(meddler: Meddler, runner: Runner) -> None:
    meddler.requests(
        "GET /v1/sandboxes", lambda asked: setattr(asked, "target", "/v1/sandboxes?pageSize=200")
    )
    meddler.requests("GET /v1/snapshots", lambda asked: setattr(asked, "target", "/v1/snapshots"))
    other = new_runner(meddler)
    assert other.sweep().outcome is Outcome.SUPPORTED
    other.world.close()
    meddler.behave()
    assert runner.world.sandbox.get_info().status.state == "Running"
    assert runner.world.manager.get_snapshot(runner.world.snapshot)


def test_a_stream_that_never_ends_is_given_up(meddler: Meddler) -> None:
    def endless(answer: Answer) -> None:
        first = b"".join(answer.pieces)
        ping = b'{"type":"ping","text":"pong","timestamp":1}\n\n'

        def pieces() -> Iterator[bytes]:
            yield first
            while True:
                time.sleep(0.1)
                yield ping

        answer.pieces = pieces()

    meddler.answers("POST **/command", endless)
    (check,) = (check for check in ALL_CHECKS if check.name == "the events of a command come in order")
    impatient = new_runner(meddler, patience=5)
    expect_named(impatient.check(check), "has not ended after 5 s")
    assert impatient.sweep().outcome is Outcome.SUPPORTED
    impatient.world.close()
