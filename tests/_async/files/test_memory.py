"""How much memory files take on their way: as much as they are long when they are returned, next to nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.files_memory import used_by
from tests.support.long import once
from tests.support.scripted_server import Answer, ScriptedServer

MIB = 1 << 20
LARGE = 256
TWIN = "_async"


@once(TWIN)
@pytest.mark.parametrize(
    ("call", "most"), [("read", 1.1 * LARGE), ("stream", 16), ("download", 16), ("write", 16)]
)
def test_memory_of_a_transfer_is_bounded(tmp_path: Path, call: str, most: float) -> None:
    local = tmp_path / "local"
    with local.open("wb") as file:
        file.truncate(LARGE * MIB)
    with ScriptedServer() as server:
        server.answer("GET /files/download", Answer((b"small",)), Answer((bytes(MIB),) * LARGE))
        server.answer("POST /files/upload", Answer())
        used = used_by(TWIN, server.address, call, local)

    assert len(server.requests) == 2
    assert used < most * MIB
    if call == "read":
        assert used > 0.9 * LARGE * MIB  # it was really there
