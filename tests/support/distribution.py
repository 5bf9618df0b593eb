"""Which worker of pytest-xdist runs which tests, by `--dist loadfile`.

A file is run whole by one worker, so that its tests share a server. The longest files come first, so that no worker ends with one of them
while the others have nothing left to do; a file of `APART`, whose tests each start what they need, is dealt out test by test.
"""

from __future__ import annotations

from xdist.scheduler import LoadFileScheduling

APART = (
    "tests/local/test_system_faults.py",
    "tests/contract/test_schemathesis.py",
    "tests/tooling/test_a_spec_changes.py",
    "tests/tooling/test_generate.py",
    "tests/public/test_readme.py",
    "tests/local/server/test_packages.py",
    "tests/local/server/test_cli.py",
    "tests/local/runtime/test_sweep.py",
    "tests/public/test_cancellation.py",
    "tests/public/test_cancelled_connections.py",
)
"""Of these, each test may be anywhere."""

LONG = (
    *APART,
    "tests/public/test_installed.py",
    "tests/local/test_pool_chaos.py",
    "tests/local/test_create_cut_short.py",
    "tests/local/test_create_leaks.py",
    "tests/surface/test_surface.py",
    "tests/contract/test_program.py",
    "tests/local/server/test_server.py",
    "tests/local/server/test_browsers.py",
    "tests/local/execd/test_languages.py",
    "tests/local/runtime/test_images.py",
    "tests/local/runtime/test_lifecycle.py",
    "tests/local/runtime/test_syscall_filter.py",
    "tests/local/runtime/test_isolation.py",
    "tests/public/test_end_of_program.py",
)
"""What comes first, the longest ahead."""


def place(nodeid: str) -> int:
    """Return where a test stands: those of long files in the order above, then all others as they were collected."""
    file = _file(nodeid)
    return LONG.index(file) if file in LONG else len(LONG)


class Scheduling(LoadFileScheduling):
    """Deals out files, and the tests of some files one by one."""

    def _split_scope(self, nodeid: str) -> str:
        file = _file(nodeid)
        return nodeid if file in APART else file


def _file(nodeid: str) -> str:
    return nodeid.partition("::")[0]
