"""Lists: pages that fit together, filters that filter."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

from opensandbox.contract.checks import Checks, expect
from opensandbox.contract.results import Level, Part
from opensandbox.contract.world import LABEL
from opensandbox.models import SandboxFilter

if TYPE_CHECKING:
    from opensandbox.contract.world import World

order = Checks(Part.ORDER)

MANY = 3
SIZE = 2


def _page(world: World, number: int, **more: str) -> dict[str, Any]:
    with world.server() as client:
        query = {
            "metadata": f"paged={world.settings.run}",
            "page": str(number),
            "pageSize": str(SIZE),
            **more,
        }
        answer = client.get("/sandboxes", params=query)
    expect(answer.status_code == 200, f"page {number} answers {answer.status_code}")
    body: dict[str, Any] = answer.json()
    return body


def _listed(world: World) -> list[str]:
    """Make some sandboxes, once."""

    def make() -> list[str]:
        label = {"paged": world.settings.run}
        return [world.create(metadata=label, skip_health_check=True).id for _ in range(MANY)]

    return world.once("sandboxes to list", make)


@order("get_sandboxes")
def pages_fit_together(world: World) -> None:
    """Every sandbox is on one page, the counts are right, and beyond the end there is nothing."""
    made = _listed(world)
    last = ceil(MANY / SIZE)
    seen: list[str] = []
    for number in range(1, last + 1):
        page = _page(world, number)
        told = page["pagination"]
        wanted = {
            "page": number,
            "pageSize": SIZE,
            "totalItems": MANY,
            "totalPages": last,
            "hasNextPage": number < last,
        }
        expect(told == wanted, f"page {number} of {MANY} items counts {told}, not {wanted}")
        seen += [item["id"] for item in page["items"]]
    twice = {identifier for identifier in seen if seen.count(identifier) > 1}
    expect(not twice, f"{sorted(twice)} are on more than one page")
    expect(set(seen) == set(made), f"the pages hold {len(seen)} of {MANY} sandboxes")
    beyond = _page(world, last + 1)["items"]
    expect(beyond == [], f"the page after the last holds {len(beyond)} items")


@order("get_sandboxes", Level.V1_1)
def the_newest_is_listed_first(world: World) -> None:
    """By `createdAt`."""
    _listed(world)
    times = [item["createdAt"] for number in (1, 2) for item in _page(world, number)["items"]]
    expect(times == sorted(times, reverse=True), f"the times of creation are listed as {times}")


@order("get_sandboxes")
def filters_filter(world: World) -> None:
    """By metadata and by state: what does not fit is not listed."""
    _listed(world)
    for infos, what in (
        (world.manager.list_sandbox_infos(SandboxFilter(metadata={LABEL: "none-such"})), "an unknown label"),
        (
            world.manager.list_sandbox_infos(
                SandboxFilter(metadata={"paged": world.settings.run}, states=["Paused"])
            ),
            "the state Paused among sandboxes that never were",
        ),
    ):
        expect(not infos.sandbox_infos, f"{what} finds {len(infos.sandbox_infos)} sandboxes")
    found = world.manager.list_sandbox_infos(SandboxFilter(metadata=world.label, states=["running"]))
    strange = [info.id for info in found.sandbox_infos if world.label.items() - (info.metadata or {}).items()]
    expect(not strange, f"a filter by metadata lists sandboxes without it: {strange}")
    ids = {info.id for info in world.manager.iter_sandbox_infos(SandboxFilter(metadata=world.label))}
    expect(world.sandbox.id in ids, "a filter by metadata does not list a sandbox that has it")
