"""Programs that fork while their threads use the package: no child waits for a lock that nobody can give back."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.support.deployment import Deployment

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")

PRELUDE = """
import faulthandler, os, sys, threading, time, warnings
import opensandbox
warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 and later advise against what is tried here

def fork(use):
    child = os.fork()
    if child == 0:
        faulthandler.dump_traceback_later(20, exit=True)
        use()
        os._exit(0)
    return child

def count(children):
    failed = sum(os.waitpid(child, 0)[1] != 0 for child in children)
    print(failed, "of", len(children))
"""

LISTING = """
def use():
    from opensandbox import SandboxManagerSync
    from opensandbox.config import ConnectionConfigSync
    from opensandbox.models.sandboxes import SandboxFilter
    config = ConnectionConfigSync(domain=os.environ["SERVER"], api_key="key", protocol="http")
    with SandboxManagerSync.create(config) as manager:
        manager.list_sandbox_infos(SandboxFilter())
"""

ASYNC_LISTING = """
import asyncio
def use():
    from opensandbox import SandboxManager
    from opensandbox.config import ConnectionConfig
    from opensandbox.models.sandboxes import SandboxFilter
    async def main():
        # A name, so that asyncio looks it up in a thread of its own.
        domain = os.environ["SERVER"].replace("127.0.0.1", "localhost")
        async with await SandboxManager.create(ConnectionConfig(domain=domain, api_key="key", protocol="http")) as manager:
            await manager.list_sandbox_infos(SandboxFilter())
    asyncio.run(main())
"""

MODELS = """
def use():
    from opensandbox.models import NetworkPolicy, PlatformSpec, Volume
    from opensandbox.models.sandboxes import SandboxInfo
    NetworkPolicy(default_action="deny")
    SandboxInfo.model_json_schema()
"""

COMMAND = """
def use():
    from opensandbox import SandboxSync
    from opensandbox.config import ConnectionConfigSync
    config = ConnectionConfigSync(domain=os.environ["SERVER"], api_key="key", protocol="http")
    with SandboxSync.create("ubuntu", connection_config=config) as sandbox:
        assert sandbox.commands.run("greet").text == "grüße"
        sandbox.kill()
"""


def children_of(program: str) -> int:
    """Run a program in a fresh interpreter, and return how many children it had; none of them failed."""
    with Deployment() as server:
        done = subprocess.run(
            [sys.executable, "-c", PRELUDE + program],
            env={**os.environ, "SERVER": server.address, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert done.returncode == 0, done.stderr
    failed, _, children = done.stdout.partition(" of ")
    assert failed == "0", done.stderr
    return int(children)


@pytest.mark.parametrize(
    "use", [LISTING, ASYNC_LISTING, MODELS, COMMAND], ids=["blocking", "async", "models", "command"]
)
def test_children_forked_during_a_first_use_do_the_same(use: str) -> None:
    children = children_of(f"""{use}
thread = threading.Thread(target=use)
thread.start()
children = []
while thread.is_alive() and len(children) < 40:
    children.append(fork(use))
    time.sleep(0.02)
thread.join()
count(children)
""")
    assert children > 0


def test_children_find_no_lock_taken_that_a_thread_held() -> None:
    children = children_of(f"""{LISTING}
use()
stop = threading.Event()

def go_on():
    while not stop.is_set():
        use()

threads = [threading.Thread(target=go_on) for _ in range(3)]
for thread in threads:
    thread.start()
children = [fork(use) for _ in range(60)]
stop.set()
for thread in threads:
    thread.join()
count(children)
""")
    assert children == 60
