"""What a process takes up."""

import gc
import os
from pathlib import Path


class Footprints:
    """Resident memory in MB and the number of open files, each time that `take` is called."""

    def __init__(self) -> None:
        self.resident: list[float] = []
        self.descriptors: list[int] = []

    def take(self) -> None:
        """Look once, after the garbage is gone."""
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        self.resident.append(pages * os.sysconf("SC_PAGE_SIZE") / 1_000_000)
        self.descriptors.append(len(os.listdir("/proc/self/fd")))
