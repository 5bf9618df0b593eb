"""Code: the end of the stream is the end of the run, and a context that is busy runs nothing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from opensandbox.contract.checks import Checks, expect
from opensandbox.contract.orders.streams import SOON, Stream, stream
from opensandbox.contract.results import Level, Part
from opensandbox.contract.world import WORKSPACE

if TYPE_CHECKING:
    from opensandbox.contract.world import World
    from opensandbox.models import CodeContext

order = Checks(Part.ORDER)

RUNS = 3
FREE_WITHIN = 2.0
"""Seconds within which a context is free after a run; daemons in use take half of one."""
BASH = "echo again >> {file}; sleep {pause}; echo done"
PYTHON = "import time\nopen('{file}', 'a').write('again\\n')\ntime.sleep({pause})\nprint('done')"


def _body(world: World, context: CodeContext, file: str, pause: float) -> dict[str, Any]:
    program = BASH if context.language == "bash" else PYTHON
    code = program.format(file=f"{WORKSPACE}/{file}", pause=pause)
    return {"code": code, "context": {"id": context.id, "language": context.language}}


def _context(world: World) -> CodeContext:
    made: CodeContext = world.sandbox.code.contexts.create(world.code.language)
    return made


@order("runCode", Level.V1_1, optional=True)
def the_stream_of_code_brings_all_of_its_output(world: World) -> None:
    """`execution_complete` may come early; the stream may not end before the code does, nor long after."""
    got = stream(world.sandbox, "/code", _body(world, _context(world), "ended", 1))
    kinds = got.kinds()
    expect(kinds[:1] == ["init"], f"the first event is {kinds[:1]}, not init")
    expect(got.text() == "done\n", f"code of one second brings {got.text()!r} in {got.seconds:.1f} s")
    expect("execution_complete" in kinds, f"the events are {kinds}: nothing tells the end")
    held = got.seconds - max(got.came)
    expect(held <= SOON, f"the stream stays open for {held:.1f} s after its last event")


@order("runCode", Level.V1_1, optional=True)
def a_busy_context_runs_nothing(world: World) -> None:
    """Run after run: one is refused at most while the context is still being freed, and has done nothing then."""
    context = _context(world)
    for number in range(1, RUNS + 1):
        _accepted(world, context)
        ran = world.sandbox.files.read_file(f"{WORKSPACE}/runs").count("again")
        expect(ran == number, f"after {number} runs the code has run {ran} times")


def _accepted(world: World, context: CodeContext) -> None:
    end = time.monotonic() + FREE_WITHIN
    while not _ran(got := stream(world.sandbox, "/code", _body(world, context, "runs", 0))):
        expect(
            time.monotonic() < end, f"the context is still busy after {FREE_WITHIN:g} s: {got.events[-1:]}"
        )
        time.sleep(0.05)


def _ran(got: Stream) -> bool:
    if got.text() == "done\n":
        return True
    refusal = [str(event.get("message", "")) for event in got.events if "type" not in event]
    expect("busy" in "".join(refusal), f"a run brings no output and no refusal: {got.kinds()}")
    return False


@order("runCode", Level.V1_1, optional=True)
def a_context_keeps_its_variables(world: World) -> None:
    """What one run assigns, the next one sees."""
    context = _context(world)
    world.sandbox.code.run("kept=7", context=context)
    show = "echo $kept" if context.language == "bash" else "print(kept)"
    said = world.sandbox.code.run(show, context=context).text
    expect(said.strip() == "7", f"the next run sees {said!r}, not 7")
