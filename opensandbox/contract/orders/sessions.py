"""Shell sessions: what they keep, and how they tell that time is up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opensandbox.contract.checks import Checks, expect
from opensandbox.contract.orders.streams import expect_run, stream
from opensandbox.contract.results import Level, Part

if TYPE_CHECKING:
    from opensandbox.contract.world import World

order = Checks(Part.ORDER)


@order("runInSession", Level.V1_1)
def a_session_keeps_directory_and_variables(world: World) -> None:
    """What one run leaves, the next one finds; stderr comes as stdout."""
    path = f"/session/{world.shell}/run"
    expect_run(
        stream(world.sandbox, path, {"command": "cd /usr && export COLOUR=red"}),
        ends_with="execution_complete",
    )
    got = stream(world.sandbox, path, {"command": "pwd; echo $COLOUR >&2"})
    expect_run(got, ends_with="execution_complete")
    expect(sorted(got.text().split()) == ["/usr", "red"], f"the next run sees {got.text()!r}")


@order("runInSession", Level.V1_1)
def the_time_limit_of_a_session_is_told(world: World) -> None:
    """By an error event, or by a bare envelope at the end; never by a success."""
    got = stream(world.sandbox, f"/session/{world.shell}/run", {"command": "sleep 4", "timeout": 1000})
    kinds = got.kinds()
    expect("execution_complete" not in kinds, "a run that was out of time ends with execution_complete")
    expect(
        {"error", "envelope"} & set(kinds), f"a run that was out of time brings {kinds} and no word of that"
    )


@order("deleteSession", Level.V1_1)
def a_session_is_gone_after_its_deletion(world: World) -> None:
    """A second deletion is 404, and a run in it is refused."""
    from opensandbox.constants import DEFAULT_EXECD_PORT

    session = world.sandbox.commands.create_session()
    world.sandbox.commands.delete_session(session)
    with world.sandbox.http(DEFAULT_EXECD_PORT) as client:
        again = client.delete(f"/session/{session}").status_code
        expect(again == 404, f"a second deletion answers {again}, not 404")
        run = client.post(f"/session/{session}/run", json={"command": "true"}).status_code
        expect(run in (404, 500), f"a run in a session that is gone answers {run}")
