"""The daemon inside a sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opensandbox.contract.operations import files
from opensandbox.contract.operations.cases import Arguments, Call, Case, nothing, plain
from opensandbox.contract.results import Differs, Level
from opensandbox.contract.world import WORKSPACE
from opensandbox.models import CreateIsolatedSessionRequest, IsolatedWorkspaceSpec

if TYPE_CHECKING:
    from opensandbox import SandboxSync
    from opensandbox.contract.world import World
    from opensandbox.models import CodeContext


def _sandbox(world: World) -> SandboxSync:
    return world.sandbox


def _run(world: World) -> None:
    done = _sandbox(world).commands.run("echo out; echo err >&2; exit 3")
    if (done.text, done.exit_code) != ("out", 3):
        raise Differs(f"`echo out; exit 3` came to {done.text!r} and exit code {done.exit_code}")


def _sleeping(world: World) -> dict[str, Any]:
    return {"id": _sandbox(world).commands.start("sleep 1000").execution_id}


def _started(world: World) -> dict[str, Any]:
    command = _sandbox(world).commands.start("echo out")
    command.wait(timeout=world.settings.patience)
    return {"id": command.execution_id}


def _logs(world: World) -> None:
    said = "".join(_sandbox(world).commands.start("echo out").logs())
    if said != "out\n":
        raise Differs(f"the logs of `echo out` are {said!r}")


def _watch(world: World) -> None:
    with _sandbox(world).metrics.watch() as samples:
        next(samples)


def _in_context(world: World, code: str) -> None:
    """Run code in the shared context; it may still be busy with the run before."""
    _sandbox(world).code.run(code, context=world.code)


def _program(world: World) -> str:
    return "echo out" if world.code.language == "bash" else "print('out')"


def _context(world: World) -> CodeContext:
    made: CodeContext = _sandbox(world).code.contexts.create(world.code.language)
    return made


def _delete_all(world: World) -> None:
    _ = world.code  # says that there is no interpreter, where that is so
    _sandbox(world).code.contexts.delete_all("python")


def _run_code_wire(world: World) -> dict[str, Any]:
    context = _context(world)
    return {"body": {"code": _program(world), "context": {"id": context.id, "language": context.language}}}


def _workspace() -> IsolatedWorkspaceSpec:
    return IsolatedWorkspaceSpec(path=WORKSPACE, mode="rw")


def _new_isolated(world: World) -> Any:
    _ = world.isolated  # says that there are none, where that is so
    return _sandbox(world).isolation.create(CreateIsolatedSessionRequest(workspace=_workspace()))


def _isolated_run(world: World) -> None:
    said = world.isolated.run("cat file").text
    if said != "one\ntwo":
        raise Differs(f"`cat file` in an isolated session came to {said!r}")
    world.isolated.run_background("true")


def _isolated_wire(**more: Any) -> Arguments:
    return lambda world: {"session_id": world.isolated.session_id, **more}


def _isolated_run_wire(world: World) -> dict[str, Any]:
    run = world.isolated.run_background("echo out")
    return {"session_id": world.isolated.session_id, "run_id": run.run_id}


def _isolated_status(world: World) -> None:
    world.isolated.run_status(world.isolated.run_background("echo out").run_id)


def _isolated_logs(world: World) -> None:
    world.isolated.run_logs(world.isolated.run_background("echo out").run_id)


def _core(sdk: Call, wire: Arguments | None, why: str = "") -> Case:
    return Case(sdk, wire, Level.CORE, where=plain, why=why)


def _shell(sdk: Call, wire: Arguments) -> Case:
    return Case(sdk, wire, where=plain)


def _may(sdk: Call, wire: Arguments) -> Case:
    return Case(sdk, wire, optional=True, where=plain)


CASES: dict[str, Case] = {
    "ping": _core(lambda world: _sandbox(world).is_healthy(), nothing),
    "runCommand": _core(_run, lambda world: {"body": {"command": "echo out"}}),
    "interruptCommand": _core(
        lambda world: _sandbox(world).commands.start("sleep 1000").interrupt(), _sleeping
    ),
    "getCommandStatus": _core(
        lambda world: _sandbox(world).commands.start("true").wait(timeout=world.settings.patience), _started
    ),
    "getBackgroundCommandLogs": _core(_logs, _started),
    "createSession": _shell(
        lambda world: _sandbox(world).commands.create_session(working_directory="/"),
        lambda world: {"body": {"cwd": "/"}},
    ),
    "deleteSession": _shell(
        lambda world: _sandbox(world).commands.delete_session(_sandbox(world).commands.create_session()),
        lambda world: {"session_id": _sandbox(world).commands.create_session()},
    ),
    "runInSession": _shell(
        lambda world: _sandbox(world).commands.run_in_session(world.shell, "echo out"),
        lambda world: {"session_id": world.shell, "body": {"command": "echo out"}},
    ),
    "createCodeContext": _may(_context, lambda world: {"body": {"language": world.code.language}}),
    "runCode": _may(lambda world: _in_context(world, _program(world)), _run_code_wire),
    "interruptCode": _may(
        lambda world: _sandbox(world).code.interrupt(world.code), lambda world: {"id": world.code.id}
    ),
    "listContexts": _may(
        lambda world: [world.code, _sandbox(world).code.contexts.list(world.code.language)],
        lambda world: {"language": world.code.language},
    ),
    "getContext": _may(
        lambda world: _sandbox(world).code.contexts.get(world.code.id),
        lambda world: {"context_id": world.code.id},
    ),
    "deleteContext": _may(
        lambda world: _sandbox(world).code.contexts.delete(_context(world)),
        lambda world: {"context_id": _context(world).id},
    ),
    "deleteContextsByLanguage": _may(
        _delete_all,
        lambda world: {"language": "python"},
    ),
    "getMetrics": _core(lambda world: _sandbox(world).get_metrics(), nothing),
    "watchMetrics": _core(_watch, None, "a stream without an end, which the generated client reads whole"),
    "isolatedCapabilities": _may(lambda world: _sandbox(world).isolation.capabilities(), nothing),
    "createIsolatedSession": _may(
        lambda world: [world.isolated, _sandbox(world).isolation.run_once("true", workspace=WORKSPACE)],
        lambda world: [world.isolated, {"body": {"workspace": {"path": WORKSPACE, "mode": "rw"}}}][1],
    ),
    "getIsolatedSession": _may(lambda world: world.isolated.get(), _isolated_wire()),
    "deleteIsolatedSession": _may(
        lambda world: _new_isolated(world).delete(),
        lambda world: {"session_id": _new_isolated(world).session_id},
    ),
    "isolatedSessionCommit": _may(lambda world: world.isolated.commit(), _isolated_wire()),
    "isolatedSessionDiff": _may(lambda world: world.isolated.diff(), _isolated_wire()),
    "runInIsolatedSession": _may(_isolated_run, _isolated_wire(body={"code": "echo out"})),
    "getIsolatedRunStatus": _may(_isolated_status, _isolated_run_wire),
    "getIsolatedRunLogs": _may(_isolated_logs, _isolated_run_wire),
    "listIsolatedSessions": _may(lambda world: [world.isolated, _sandbox(world).isolation.list()], nothing),
    **files.CASES,
}
