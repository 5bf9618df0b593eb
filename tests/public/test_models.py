"""What users can rely on when they fill models in and read them."""

from __future__ import annotations

import importlib
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from opensandbox import models
from opensandbox.config import ConnectionConfig
from opensandbox.models import (
    OSSFS,
    Credential,
    CredentialBinding,
    CredentialMutationSet,
    Execution,
    ExecutionError,
    ExecutionResult,
    NetworkPolicy,
    NetworkRule,
    OutputMessage,
    RunCommandOpts,
    SandboxEndpoint,
    SandboxImageSpec,
    SandboxInfo,
    SandboxLifecycle,
    SandboxState,
    SandboxStatus,
    Volume,
)

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize("package", ["opensandbox.models", "opensandbox.models.sandboxes"])
def test_every_listed_name_can_be_imported_and_nothing_else_can(package):
    module = importlib.import_module(package)
    for name in module.__all__:
        assert getattr(module, name).__name__ == name
        assert name in dir(module)
    assert len(set(module.__all__)) == len(module.__all__)
    with pytest.raises(AttributeError, match="NoSuchModel"):
        _ = module.NoSuchModel


def test_importing_the_models_loads_none_of_them():
    code = "import sys, opensandbox.models; print('pydantic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_fields_are_set_by_python_name_and_by_wire_name():
    assert NetworkPolicy(default_action="allow") == NetworkPolicy.model_validate({"defaultAction": "allow"})
    assert NetworkPolicy().model_dump(by_alias=True) == {"defaultAction": "deny", "egress": None}


def test_plain_dicts_become_nested_models():
    policy = NetworkPolicy.model_validate({"egress": [{"action": "allow", "target": "example.com"}]})
    assert policy.egress == [NetworkRule(action="allow", target="example.com")]
    binding = CredentialBinding(name="b", match={"hosts": ["example.com"]}, auth={"type": "bearer"})
    assert binding.match.hosts == ["example.com"]
    changes = CredentialMutationSet(add=[{"name": "n", "source": {"value": "v"}}])
    assert changes.add == [Credential(name="n", source={"value": "v"})]


SECRET = "s3cr3t-value"


@pytest.mark.parametrize(
    "holder",
    [
        lambda: Credential(name="n", source={"value": SECRET}),
        lambda: CredentialMutationSet(add=[{"name": "n", "source": {"value": SECRET}}]),
        lambda: SandboxImageSpec("i", auth={"username": "u", "password": SECRET}),
        lambda: OSSFS(bucket="b", endpoint="e", access_key_id="i", access_key_secret=SECRET),
        lambda: SandboxEndpoint(endpoint="h:1", headers={"X-Token": SECRET}),
        lambda: ConnectionConfig(api_key=SECRET),
        lambda: ConnectionConfig(headers={"Authorization": SECRET}),
        lambda: ConnectionConfig(proxy=f"http://user:{SECRET}@proxy.example.com"),
    ],
)
def test_secrets_stay_out_of_repr(holder):
    assert SECRET not in repr(holder())
    assert SECRET not in str(holder())


@pytest.mark.parametrize(
    "broken",
    [
        lambda: Credential(name="n", source={"wrong": SECRET}),
        lambda: CredentialMutationSet(add=[{"name": "n", "source": {"wrong": SECRET}}]),
        lambda: SandboxImageSpec("i", auth={"user": "u", "password": SECRET}),
        lambda: Volume(name="n", mount_path="/m", ossfs={"bucket": "b", "access_key_secret": SECRET}),
        lambda: ConnectionConfig(api_key=[SECRET]),
        lambda: ConnectionConfig(headers=SECRET),
    ],
)
def test_secrets_stay_out_of_error_texts(broken):
    with pytest.raises(ValidationError) as caught:
        broken()
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (lambda: SandboxImageSpec(" "), ["image", "blank"]),
        (lambda: SandboxImageSpec(), ["image", "required"]),
        (lambda: Volume(name="n", mount_path="m", host={"path": "/a"}), ["mount_path", "absolute", "'m'"]),
        (lambda: Volume(name="n", mount_path="/m"), ["exactly one of host, pvc, ossfs", "none"]),
        (
            lambda: Volume(name="n", mount_path="/m", host={"path": "/a"}, pvc={"claim_name": "c"}),
            ["host and pvc"],
        ),
        (lambda: OSSFS(bucket="b", endpoint="e"), ["access_key_id and access_key_secret"]),
        (lambda: RunCommandOpts(gid=1), ["gid=1 needs a uid"]),
        (
            lambda: SandboxLifecycle(
                periodic=[{"name": "twice", "schedule": "* * * * *", "command": ["x"]}] * 2
            ),
            ["unique", "twice"],
        ),
        (lambda: SandboxLifecycle(pre_start={"command": [""]}), ["program"]),
        (
            lambda: SandboxLifecycle(pre_start={"command": ["x"], "timeout": 1}),
            ["unknown field 'timeout'", "timeout_seconds"],
        ),
    ],
)
def test_bad_input_is_refused_with_a_text_that_helps(broken, words):
    with pytest.raises(ValidationError) as caught:
        broken()
    for word in words:
        assert word in str(caught.value)


def test_what_a_server_reported_does_not_change_and_requests_do():
    info = SandboxInfo(id="s", status=SandboxStatus(state="Running"), entrypoint=[], created_at=NOW)
    with pytest.raises(ValidationError, match="frozen"):
        info.id = "other"
    policy = NetworkPolicy()
    policy.default_action = "allow"
    assert policy.default_action == "allow"


def test_words_that_a_server_invents_are_kept():
    assert SandboxStatus(state="Hibernating").state == "Hibernating"
    assert SandboxState.RUNNING in SandboxState.values()


def test_seconds_do_for_a_duration():
    assert RunCommandOpts(timeout=1.5).timeout == timedelta(seconds=1.5)


def execution(*stdout: str) -> Execution:
    made = Execution()
    for text in stdout:
        made.logs.add_stdout(OutputMessage(text=text, timestamp=1))
    return made


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        ([], ""),
        (["a", "b"], "a\nb"),
        (["a\n", "b\r\n"], "a\nb"),
        (["a", "\n", "b"], "a\n\nb"),
        (["a", "", "b"], "a\nb"),
        (["a\r\nb\r\n", "c"], "a\nb\nc"),
        (["  indented  "], "  indented  "),
    ],
)
def test_text_joins_lines_however_their_ends_came(pieces, text):
    assert execution(*pieces).text == text


def test_execution_as_text_shows_output_errors_and_the_reason():
    made = execution("out")
    made.add_result(ExecutionResult(text="42", timestamp=1))
    made.add_result(ExecutionResult(timestamp=1))
    made.logs.add_stderr(OutputMessage(text="warned", timestamp=1, is_error=True))
    made.error = ExecutionError(name="Exit", value="3", timestamp=1)
    assert str(made) == "out\n42\n[stderr]\nwarned\n[error] Exit: 3"


def test_two_executions_share_nothing():
    first, second = Execution(), Execution()
    first.logs.add_stdout(OutputMessage(text="x", timestamp=1))
    assert second.logs.stdout == []


def test_headers_for_a_sandbox_keep_the_key_for_the_server():
    endpoint = SandboxEndpoint(endpoint="h:1", headers={"x-token": "endpoint"})
    given = {"X-Token": "mine", "X-Trace": "1", "open-sandbox-api-key": "smuggled"}
    direct = endpoint.build_request_headers(ConnectionConfig(api_key="k", headers=given, user_agent="ua"))
    assert direct == {"User-Agent": "ua", "x-token": "endpoint", "X-Trace": "1"}
    proxied = endpoint.build_request_headers(
        ConnectionConfig(api_key="k", headers=given, user_agent="ua", use_server_proxy=True)
    )
    assert proxied == {**direct, "OPEN-SANDBOX-API-KEY": "k"}


def test_every_public_model_says_what_it_is():
    assert [name for name in models.__all__ if not (getattr(models, name).__doc__ or "").strip()] == []
