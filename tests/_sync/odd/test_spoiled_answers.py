# Generated from tests/_async/odd/test_spoiled_answers.py by scripts/unasync.py. Do not edit.
"""Every method with usual arguments, and an answer that is wrong: an error of the package that blames the server, or a result."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opensandbox import SandboxManagerSync, SandboxSync
from opensandbox._concurrency.pairs import with_deadline
from opensandbox._sync.files.service import FilesService
from opensandbox._sync.monitoring.diagnostics import DiagnosticsService
from opensandbox._sync.monitoring.metrics import MetricsService
from opensandbox._sync.network.egress import EgressService
from opensandbox._sync.run.code import CodeContexts, CodeService
from opensandbox._sync.run.commands import CommandsService
from opensandbox._sync.run.isolation import IsolatedService
from opensandbox.config import ConnectionConfigSync
from opensandbox.local import LocalServer
from opensandbox.models.diagnostics import DiagnosticContent
from opensandbox.transport import RetryPolicy
from tests._sync.leaks import background_has_ended, connections_in_use
from tests._sync.odd.test_fuzz import used
from tests.support.fuzz import EXPLORING
from tests.support.fuzz.answers import Spoiled, SpoilingServer, blame, spoiled
from tests.support.fuzz.methods import Method, clear_target, methods_of
from tests.support.waiting import until

CLASSES: dict[str, type] = {
    "sandbox": SandboxSync,
    "commands": CommandsService,
    "files": FilesService,
    "code": CodeService,
    "contexts": CodeContexts,
    "isolation": IsolatedService,
    "metrics": MetricsService,
    "diagnostics": DiagnosticsService,
    "egress": EgressService,
    "manager": SandboxManagerSync,
}
# What ends the sandbox, or does not end by itself.
ENDS = {
    "close",
    "destroy",
    "kill",
    "pause",
    "renew",
    "keep_alive",
    "kill_sandbox",
    "pause_sandbox",
    "renew_sandbox",
    "watch",
}
METHODS = [
    method
    for label, kind in CLASSES.items()
    for method in methods_of(label, kind, all_of_them=True)
    if method.name not in ENDS
]


CONTENT = DiagnosticContent(
    sandbox_id="x",
    kind="logs",
    scope="all",
    delivery="inline",
    content_type="text/plain",
    truncated=False,
    content="x",
)
FILE = {"path": "/workspace/file"}
USUAL: dict[str, dict[str, Any]] = {
    "create_directories": {"entries": [{"path": "/workspace/d"}]},
    "write_files": {"entries": [{**FILE, "data": "text"}]},
    "move_files": {"entries": [{"src": "/workspace/file", "dest": "/workspace/other"}]},
    "set_permissions": {"entries": [{**FILE, "mode": 644}]},
    "replace_contents": {"entries": [{**FILE, "old_content": "a", "new_content": "b"}]},
    "replace_contents_detailed": {"entries": [{**FILE, "old_content": "a", "new_content": "b"}]},
    "list_directory": {"entry": {"path": "/workspace"}},
    "search": {"entry": {"path": "/workspace", "pattern": "*"}},
    "get_file_info": {"paths": ["/workspace/file"]},
    "create_template": {"request": {"image": "ubuntu", "publish": "registry.example.com/a"}},
    "patch_rules": {"rules": [{"action": "allow", "target": "example.com"}]},
    "patch_egress_rules": {"rules": [{"action": "allow", "target": "example.com"}]},
    "upload": {"source": "a-file"},
    "kill_all": {"filter": {"metadata": {"made-by": "nobody"}}},
    "sweep": {"metadata": {"made-by": "nobody"}},
    "list_snapshots": {"filter": {"states": ["Ready"]}},
    "list_templates": {"filter": {"page": 1}},
    "interrupt": {"context": "nobody"},
    "delete": {"context": "nobody"},
    "wait": {"context": "nobody"},
    "fetch": {"content": CONTENT},
    "fetch_diagnostics": {"content": CONTENT},
    "copy": {"source": "/workspace/file", "destination": "/workspace/copy"},
}
"""What is usual for one method, by its name."""


class World:
    """Objects that reach a real deployment through a server that spoils answers."""

    def __init__(
        self, server: SpoilingServer, sandbox: SandboxSync, manager: SandboxManagerSync, session_id: str
    ) -> None:
        self.server = server
        self.objects: dict[str, Any] = {
            "sandbox": sandbox,
            "commands": sandbox.commands,
            "files": sandbox.files,
            "code": sandbox.code,
            "contexts": sandbox.code.contexts,
            "isolation": sandbox.isolation,
            "metrics": sandbox.metrics,
            "diagnostics": sandbox.diagnostics,
            "egress": sandbox.credential_vault,
            "manager": manager,
        }
        self.usual = {
            "sandbox_id": sandbox.id,
            "session_id": session_id,
            "execution_id": "nobody",
            "context_id": "nobody",
            "language": "bash",
            "path": "/workspace/file",
            "request": {"workspace": {"path": "/workspace"}},
            "state": "Running",
            "timeout": 1.0,
            "polling_interval": 0.1,
        }


@pytest.fixture
def world(local_server: LocalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    (tmp_path / "here").mkdir()
    (tmp_path / "a-file").write_text("content")
    monkeypatch.chdir(tmp_path)
    settings = {"api_key": local_server.api_key, "trust_env": False, "retry_policy": RetryPolicy.disabled()}
    direct = ConnectionConfigSync(domain=local_server.domain, **settings)
    policy = {"default_action": "deny", "egress": []}
    with SandboxSync.create("ubuntu", connection_config=direct, network_policy=policy) as real:
        real.files.write_file("/workspace/file", "content")
        session_id = real.commands.create_session()
        with SpoilingServer(local_server.domain) as server:
            # Endpoints are asked for anew, so that their answers are spoiled as well.
            config = ConnectionConfigSync(
                domain=server.address,
                request_timeout=timedelta(seconds=3),
                endpoint_cache_disabled=True,
                **settings,
            )
            with (
                SandboxSync.connect(real.id, config, skip_health_check=True) as sandbox,
                SandboxManagerSync.create(config) as manager,
            ):
                yield World(server, sandbox, manager, session_id)
                background_has_ended()
            until(lambda: not connections_in_use())
        real.kill()


def is_borne(world: World, method: Method, fault: Spoiled) -> None:
    arguments = method.usual(world.usual | USUAL.get(method.name, {}))
    world.server.spoil(fault)
    try:
        with with_deadline(15.0):
            used(method.of(world.objects[method.label])(**arguments), world.objects["sandbox"].id)
    except Exception as failure:
        if wrong := blame(failure):
            pytest.fail(f"{method.label}.{method.name}, {fault!r:.200}: {wrong}")
    finally:
        world.server.spoil(None)
        clear_target()


@pytest.mark.off_contract("the server breaks it")
@settings(
    derandomize=not EXPLORING,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(method=st.sampled_from(METHODS), fault=spoiled())
def test_spoiled_answers_are_borne(world: World, method: Method, fault: Spoiled) -> None:
    is_borne(world, method, fault)


@pytest.mark.explore
@pytest.mark.off_contract("the server breaks it")
@settings(
    derandomize=not EXPLORING,
    max_examples=1500,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(method=st.sampled_from(METHODS), fault=spoiled())
def test_spoiled_answers_are_borne_at_length(world: World, method: Method, fault: Spoiled) -> None:
    is_borne(world, method, fault)
