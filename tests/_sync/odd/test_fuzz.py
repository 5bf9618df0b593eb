# Generated from tests/_async/odd/test_fuzz.py by scripts/unasync.py. Do not edit.
"""Random calls of the whole public API with arguments that nobody should pass: what is wrong is told by an error of the package
that names the argument, nothing hangs, and nothing is left."""

from __future__ import annotations

import importlib
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from opensandbox import SandboxManagerSync, SandboxPoolSync, SandboxSync, _sync
from opensandbox._concurrency.pairs import with_deadline
from opensandbox._sync.files.opened import SandboxFileSync
from opensandbox._sync.files.service import FilesService
from opensandbox._sync.monitoring.diagnostics import DiagnosticsService
from opensandbox._sync.monitoring.metrics import MetricsService
from opensandbox._sync.network.egress import EgressService
from opensandbox._sync.pool.manager import SandboxPoolManagerSync
from opensandbox._sync.pool.memory_store import InMemoryPoolStateStore
from opensandbox._sync.run.code import CodeContexts, CodeService
from opensandbox._sync.run.commands import CommandsService
from opensandbox._sync.run.executions import BackgroundCommandSync
from opensandbox._sync.run.isolation import IsolatedService, IsolatedSession
from opensandbox._sync.run.piped import PipedCommandSync
from opensandbox._sync.run.processes import ProcessesService
from opensandbox._sync.run.sessions import CommandSessionSync
from opensandbox._sync.terminals.pty import PtyService
from opensandbox._sync.terminals.terminal import TerminalSync
from opensandbox.config import ConnectionConfigSync
from opensandbox.local import LocalServer
from opensandbox.pool_types import PoolCreationSpec
from opensandbox.transport import RetryPolicy
from tests._sync.leaks import background_has_ended, connections_in_use
from tests.support.fuzz import EXPLORING
from tests.support.fuzz.methods import (
    Call,
    calls,
    clear_target,
    complaint,
    methods_of,
    to_be_awaited,
    words_returned_by,
)
from tests.support.waiting import until

CLASSES: dict[str, type] = {
    "sandbox": SandboxSync,
    "nobody": SandboxSync,
    "commands": CommandsService,
    "session": CommandSessionSync,
    "command": BackgroundCommandSync,
    "piped": PipedCommandSync,
    "files": FilesService,
    "opened": SandboxFileSync,
    "identity": FilesService,
    "code": CodeService,
    "contexts": CodeContexts,
    "pty": PtyService,
    "terminal": TerminalSync,
    "isolation": IsolatedService,
    "isolated": IsolatedSession,
    "isolated.files": FilesService,
    "metrics": MetricsService,
    "processes": ProcessesService,
    "diagnostics": DiagnosticsService,
    "egress": EgressService,
    "manager": SandboxManagerSync,
    "pool": SandboxPoolSync,
    "pools": SandboxPoolManagerSync,
}
METHODS = [method for label, kind in CLASSES.items() for method in methods_of(label, kind)]
# What renews a sandbox for a moment ends it: only of one that is not there.
METHODS = [
    method for method in METHODS if method.label != "sandbox" or method.name not in {"renew", "keep_alive"}
]
METHODS += [
    method for method in methods_of("SandboxSync", SandboxSync, of_class=True) if method.builds is None
]


NO_PROCESS = 4_194_303
"""The highest number of a process that there can be: nobody's here."""

SOON = {"connect_timeout": 0.5, "ready_timeout": 2.0, "resume_timeout": 0.5}


@dataclass
class World:
    """Objects in a real deployment, by label, and what is usual for them."""

    objects: dict[str, Any] = field(default_factory=dict)
    usual: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, label: str, thing: object, **usual: Any) -> None:
        self.objects[label] = thing
        self.usual[label] = usual


@pytest.fixture
def world(local_server: LocalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    (tmp_path / "temporary").mkdir()
    (tmp_path / "cwd" / "here").mkdir(parents=True)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.chdir(tmp_path / "cwd")
    config = ConnectionConfigSync(
        domain=local_server.domain,
        api_key=local_server.api_key,
        trust_env=False,
        retry_policy=RetryPolicy.disabled(),
        request_timeout=timedelta(seconds=20),
    )
    with SandboxManagerSync.create(config) as manager:
        with SandboxSync.create(
            "ubuntu", connection_config=config, network_policy={"default_action": "deny", "egress": []}
        ) as sandbox:
            with of_everything(sandbox, manager, config) as world:
                yield world
            background_has_ended()
            assert not {info.id for info in manager.iter_sandbox_infos()} - {sandbox.id}
            sandbox.kill()
        until(lambda: not connections_in_use())
    assert not list((tmp_path / "temporary").iterdir())


@contextmanager
def of_everything(
    sandbox: SandboxSync, manager: SandboxManagerSync, config: ConnectionConfigSync
) -> Iterator[World]:
    world = World()
    store = InMemoryPoolStateStore()
    spec = PoolCreationSpec(image="ubuntu")
    pool = SandboxPoolSync(
        pool_name="p", max_idle=0, state_store=store, connection_config=config, creation_spec=spec
    )
    context = sandbox.code.contexts.create("bash")
    isolated = sandbox.isolation.create({"workspace": {"path": "/workspace"}})
    command = sandbox.commands.start("true")
    ids = {"sandbox_id": "nobody", "execution_id": command.execution_id, "template_id": "nobody"}
    pool.start()
    sandbox.files.write_file("/workspace/read", "line\n" * 100)
    with (
        sandbox.commands.session() as session,
        sandbox.pty.open("cat") as terminal,
        sandbox.commands.start("cat", stdin=True) as piped,
        sandbox.files.open("/workspace/read") as opened,
        SandboxSync("nobody", connection_config=config) as nobody,
    ):
        world.add("SandboxSync", SandboxSync, **ids, image="ubuntu", connection_config=config, **SOON)
        world.add("sandbox", sandbox, timeout=0.5)
        world.add("nobody", nobody, timeout=0.5, resume_timeout=0.5)
        world.add("commands", sandbox.commands, session_id=session.session_id, **ids)
        world.add("session", session)
        world.add("command", command, timeout=5)
        world.add("piped", piped, timeout=0.05)
        world.add("files", sandbox.files)
        world.add("opened", opened)
        world.add("identity", sandbox.files_with_identity(1000, 1000))
        world.add("code", sandbox.code, language="bash", context=context)
        world.add("contexts", sandbox.code.contexts, language="bash", context_id="nobody")
        world.add("pty", sandbox.pty, session_id="nobody", command="true")
        world.add("terminal", terminal, timeout=0.05)
        world.add("isolation", sandbox.isolation, session_id="nobody")
        world.add("isolated", isolated)
        world.add("isolated.files", isolated.files)
        world.add("metrics", sandbox.metrics, **ids)
        world.add("processes", sandbox.processes, pid=NO_PROCESS)
        world.add("diagnostics", sandbox.diagnostics, **ids)
        world.add("egress", sandbox.credential_vault)
        world.add("manager", manager, snapshot_id="nobody", **ids)
        world.add("pool", pool, max_idle=0)
        manager_of_pools = SandboxPoolManagerSync(state_store=store, connection_config=config)
        world.add("pools", manager_of_pools, pool_name="nobody")
        yield world
    pool.shutdown()


def test_every_object_that_a_call_returns_is_called_too() -> None:
    rooms = [
        importlib.import_module(module.name) for module in walk_packages(_sync.__path__, f"{_sync.__name__}.")
    ]
    known = {name: kind for room in rooms for name, kind in vars(room).items() if isinstance(kind, type)}
    returned = {word for kind in CLASSES.values() for word in words_returned_by(kind)}
    ours = {
        known[word] for word in returned & known.keys() if known[word].__module__.startswith(_sync.__name__)
    }
    assert {kind for kind in ours if list(methods_of("", kind))} <= set(CLASSES.values())


def used(result: Any, own: str = "") -> None:
    """Use what a call returns as its callers do: to the end, or until there is enough of it.

    A sandbox that the call has made is ended, unless it is the test's `own`, seen with other settings.
    """
    if to_be_awaited(result):
        result = result
    if isinstance(result, SandboxSync):
        (result.close() if result.id == own else result.destroy())
    elif hasattr(result, "__enter__"):
        with result as lent:
            if hasattr(lent, "__iter__"):
                some_of(lent)
    elif hasattr(result, "__next__"):
        some_of(result)
        if hasattr(result, "close"):
            result.close()


def some_of(items: Any) -> None:
    for _ in items:
        return


def fails_well(world: World, call: Call) -> None:
    label = call.method.label
    arguments = call.arguments(world.usual[label])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            with with_deadline(2.0):
                used(call.method.of(world.objects[label])(**arguments), world.objects["sandbox"].id)
        except TimeoutError:
            pass  # it waits for what was asked for; that nothing hangs is seen by how the test ends
        except Exception as failure:
            if wrong := complaint(call, failure):
                pytest.fail(wrong)
    clear_target()


@pytest.mark.off_contract("what nobody should pass is sent where only the server can tell")
@settings(
    derandomize=not EXPLORING,
    max_examples=100,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(call=calls(METHODS))
def test_calls_fail_by_errors_of_the_package(world: World, call: Call) -> None:
    fails_well(world, call)


@pytest.mark.explore
@pytest.mark.off_contract("what nobody should pass is sent where only the server can tell")
@settings(
    derandomize=not EXPLORING,
    max_examples=1500,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(call=calls(METHODS))
def test_calls_fail_by_errors_of_the_package_at_length(world: World, call: Call) -> None:
    fails_well(world, call)
