"""Commands: the order of their events, output, exit codes, time limits, background runs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from opensandbox.constants import DEFAULT_EXECD_PORT
from opensandbox.contract.checks import Checks, expect
from opensandbox.contract.orders.streams import SOON, expect_run, stream
from opensandbox.contract.results import Level, Part

if TYPE_CHECKING:
    from opensandbox.contract.world import World

order = Checks(Part.ORDER)

LINES = 1000
UNKNOWN = "3b1c7a526a3f4f0e9c2d0a4b5c6d7e8f"
KILLED_WITHIN = 8.0
"""Seconds for SIGTERM, three more for SIGKILL, and some for a busy machine."""


@order("runCommand")
def the_events_of_a_command_come_in_order(world: World) -> None:
    """`init`, output, one terminal event, pings at the most, the end."""
    got = stream(world.sandbox, "/command", {"command": "echo out; echo err >&2"})
    expect_run(got, ends_with="execution_complete")
    expect(got.text("stdout") == "out\n", f"stdout is {got.text('stdout')!r}, not 'out\\n'")
    expect(got.text("stderr") == "err\n", f"stderr is {got.text('stderr')!r}, not 'err\\n'")


@order("runCommand")
def the_exit_code_of_a_command_is_in_its_error_event(world: World) -> None:
    """A command that fails ends with `error`, whose `evalue` is the exit code."""
    got = stream(world.sandbox, "/command", {"command": "echo before; exit 7"})
    expect_run(got, ends_with="error")
    error = got.events[got.kinds().index("error")].get("error") or {}
    expect(error.get("evalue") == "7", f"`exit 7` is told as {error}")


@order("runCommand")
def no_output_of_a_command_is_lost(world: World) -> None:
    """Every line comes, once and in order."""
    got = stream(world.sandbox, "/command", {"command": f"seq 1 {LINES}"})
    lines = got.text().split()
    wanted = [str(number) for number in range(1, LINES + 1)]
    lost = [line for line in wanted if line not in set(lines)]
    expect(not lost, f"of {LINES} lines {len(lost)} are lost, the first is line {lost[0] if lost else ''}")
    expect(lines == wanted, f"{LINES} lines come out of order, or more than once")


@order("runCommand")
def output_arrives_while_a_command_runs(world: World) -> None:
    """What is printed is sent at once, not at the end."""
    got = stream(world.sandbox, "/command", {"command": "echo first; sleep 1; echo last"})
    early = got.when("execution_complete", "error") - got.came[got.kinds().index("stdout")]
    expect(early > 0.5, f"output from the first moment of a second came {early:.2f} s before the end")


@order("runCommand")
def the_time_limit_of_a_command_ends_it(world: World) -> None:
    """`timeout` (milliseconds) kills the command, and an error event says so."""
    got = stream(world.sandbox, "/command", {"command": "sleep 30", "timeout": 1000})
    expect_run(got, ends_with="error")
    expect(
        got.seconds < 1 + KILLED_WITHIN, f"a limit of one second ended the command after {got.seconds:.1f} s"
    )


@order("runCommand")
def a_background_command_answers_at_once(world: World) -> None:
    """The stream ends while the command goes on; its status tells the rest."""
    got = stream(world.sandbox, "/command", {"command": "sleep 3; exit 4", "background": True})
    kinds = [kind for kind in got.kinds() if kind != "ping"]
    expect(
        kinds[:1] == ["init"] and got.events[0].get("text"),
        f"the events are {kinds}, not init with the id first",
    )
    expect(got.seconds < 2.5, f"the stream of a command in the background stays open for {got.seconds:.1f} s")
    command = world.sandbox.commands.attach(got.events[0]["text"])
    expect(command.status().running, "right after its start a command of three seconds does not run")
    status = command.wait(timeout=world.settings.patience)
    expect(status.exit_code == 4, f"`exit 4` in the background is told as {status.exit_code}")


@order("getBackgroundCommandLogs")
def a_cursor_continues_logs_without_a_gap(world: World) -> None:
    """The pieces of logs, each read from the cursor of the one before, are the whole."""
    command = world.sandbox.commands.start("for i in 1 2 3 4 5 6; do echo $i; sleep 0.2; done")
    pieces, cursor = "", None
    end = time.monotonic() + world.settings.patience
    over = False
    while time.monotonic() < end:
        logs = world.sandbox.commands.get_background_command_logs(command.execution_id, cursor)
        pieces += logs.content
        if over and not logs.content:
            break
        over = not command.status().running
        expect(logs.cursor is not None, "the logs have no EXECD-COMMANDS-TAIL-CURSOR")
        cursor = logs.cursor
        time.sleep(0.1)
    expect(pieces.split() == list("123456"), f"the pieces of the logs come to {pieces!r}")


@order("interruptCommand")
def an_interrupt_ends_a_command(world: World) -> None:
    """SIGTERM, and SIGKILL three seconds later."""
    command = world.sandbox.commands.start("trap '' TERM; while true; do sleep 0.2; done")
    began = time.monotonic()
    command.interrupt()
    command.wait(timeout=world.settings.patience)
    took = time.monotonic() - began
    expect(took < KILLED_WITHIN, f"a command that ignores SIGTERM runs on for {took:.1f} s")


@order("getCommandStatus")
def an_unknown_command_is_said_to_be_unknown(world: World) -> None:
    """404 with an envelope, not a success and not a failure of the daemon."""
    with world.sandbox.http(DEFAULT_EXECD_PORT) as client:
        status = client.get(f"/command/status/{UNKNOWN}").status_code
        expect(status == 404, f"the status of an unknown command answers {status}, not 404")
        logs = client.get(f"/command/{UNKNOWN}/logs").status_code
        expect(logs in (400, 404), f"the logs of an unknown command answer {logs}, not 404")


@order("runCommand", Level.V1_1)
def a_list_runs_without_a_shell(world: World) -> None:
    """`argv` is taken as it is: nothing in it is expanded."""
    got = stream(world.sandbox, "/command", {"argv": ["echo", "$HOME", "*", "a b"]})
    expect(got.text() == "$HOME * a b\n", f"the words come out as {got.text()!r}")
    expect(got.seconds - got.when("execution_complete") <= SOON, "the stream stays open")
