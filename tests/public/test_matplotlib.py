"""A plot of matplotlib in the interpreter of a sandbox: a picture for the caller, and for the notebook that shows it."""

from __future__ import annotations

import struct

import pytest

from opensandbox import SandboxSync
from opensandbox.local import LocalServer
from tests.support.shared_packages import shared_packages

PLOT = """
%matplotlib inline
import matplotlib.pyplot as plt
figure = plt.figure(figsize=(3, 2), dpi=100)
plt.plot([1, 4, 9])
figure
"""


@pytest.mark.long
def test_a_plot_comes_back_as_png(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in shared_packages(tmp_path_factory).items():
        monkeypatch.setenv(name, value)
    with LocalServer(packages=["matplotlib"], spares=0) as server:
        config = server.connection_config_sync()
        with SandboxSync.ephemeral("ubuntu", connection_config=config) as sandbox:
            execution = sandbox.code.run(PLOT, check=True)
    (plot,) = execution.result
    assert plot.png is not None
    assert plot.png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", plot.png[16:24])
    assert width > 200
    assert height > 100
    assert "image/png" in plot._repr_mimebundle_()
    assert "<Figure size" in (plot.text or "")
