"""A plot of matplotlib in the interpreter of a sandbox: a picture for the caller, and for the notebook that shows it."""

from __future__ import annotations

import importlib.metadata
import struct
from pathlib import Path

from opensandbox import SandboxSync
from opensandbox.local import LocalServer
from opensandbox.models import Host, Volume

# What is installed here is mounted there: a sandbox has the machine's programs, not the packages of this environment.
SITE = Path(str(importlib.metadata.distribution("matplotlib").locate_file(""))).resolve()

PLOT = """
import sys
sys.path.append("/mnt/site")
%matplotlib inline
import matplotlib.pyplot as plt
figure = plt.figure(figsize=(3, 2), dpi=100)
plt.plot([1, 4, 9])
figure
"""


def test_a_plot_comes_back_as_png() -> None:
    site = Volume(name="site", host=Host(path=str(SITE)), mount_path="/mnt/site", read_only=True)
    with LocalServer(mounts=[SITE], spares=0) as server:
        config = server.connection_config_sync()
        with SandboxSync.ephemeral("ubuntu", volumes=[site], connection_config=config) as sandbox:
            execution = sandbox.code.run(PLOT, check=True)
    (plot,) = execution.result
    assert plot.png is not None
    assert plot.png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", plot.png[16:24])
    assert width > 200
    assert height > 100
    assert "image/png" in plot._repr_mimebundle_()
    assert "<Figure size" in (plot.text or "")
