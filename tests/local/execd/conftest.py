from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.local.execd.daemon import Execd, running_execd


@pytest.fixture(scope="module")
def execd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Execd]:
    with running_execd(tmp_path_factory.mktemp("execd")) as running:
        yield running
