"""What sandboxes leave behind is removed in the background, and not without bound."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from opensandbox.local.runtime.bubblewrap import find_bubblewrap
from opensandbox.local.runtime.leavings import Leavings
from opensandbox.local.runtime.storage import Owner


def test_many_at_once_are_waited_for_and_all_are_removed(tmp_path: Path) -> None:
    places = [tmp_path / str(number) for number in range(100)]
    for place in places:
        (place / "upper").mkdir(parents=True)
    held = [os.open("/proc/self/ns/mnt", os.O_RDONLY) for _ in places[:50]]

    async def remove() -> int:
        leavings = Leavings()
        owner = Owner(find_bubblewrap())
        await asyncio.gather(
            *(
                leavings.remove_soon(owner, place, held[number] if number < len(held) else None)
                for number, place in enumerate(places)
            )
        )
        left = len(list(tmp_path.iterdir()))
        await leavings.close()
        return left

    assert asyncio.run(remove()) <= 64
    assert list(tmp_path.iterdir()) == []
    assert not [fd for fd in held if Path(f"/proc/self/fd/{fd}").exists()]
