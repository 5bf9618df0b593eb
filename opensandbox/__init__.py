"""Create isolated sandboxes from Python: run commands, move files, steer the network, keep warm pools.

    sandbox = await Sandbox.create("python:3.12")
    print((await sandbox.commands.run("python --version")).text)
    await sandbox.destroy()

Every class exists twice: `Sandbox` for asyncio, `SandboxSync` for threads. Names load on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import opensandbox._concurrency.forks  # noqa: F401 - it registers its hooks
from opensandbox._core.lazy import lazy_exports

if TYPE_CHECKING:
    from opensandbox._async.pool.memory_store import (
        InMemoryAsyncPoolStateStore as InMemoryAsyncPoolStateStore,
    )
    from opensandbox._sync.pool.memory_store import InMemoryPoolStateStore as InMemoryPoolStateStore
    from opensandbox._version import __version__ as __version__
    from opensandbox.manager import SandboxManager as SandboxManager
    from opensandbox.pool_async import (
        AsyncSandboxPool as AsyncSandboxPool,
    )
    from opensandbox.pool_async import (
        SandboxPoolAsync as SandboxPoolAsync,
    )
    from opensandbox.pool_manager import (
        SandboxPoolManager as SandboxPoolManager,
    )
    from opensandbox.pool_manager import (
        SandboxPoolManagerAsync as SandboxPoolManagerAsync,
    )
    from opensandbox.pool_manager import (
        SandboxPoolManagerSync as SandboxPoolManagerSync,
    )
    from opensandbox.pool_types import (
        AcquirePolicy as AcquirePolicy,
    )
    from opensandbox.pool_types import (
        AsyncPooledSandboxCreator as AsyncPooledSandboxCreator,
    )
    from opensandbox.pool_types import (
        PoolCreationSpec as PoolCreationSpec,
    )
    from opensandbox.pool_types import (
        PoolDestroyOptions as PoolDestroyOptions,
    )
    from opensandbox.pool_types import (
        PoolDestroyResult as PoolDestroyResult,
    )
    from opensandbox.pool_types import (
        PoolDestroyState as PoolDestroyState,
    )
    from opensandbox.pool_types import (
        PoolDestroyStrategy as PoolDestroyStrategy,
    )
    from opensandbox.pool_types import (
        PooledSandboxCreateContext as PooledSandboxCreateContext,
    )
    from opensandbox.pool_types import (
        PooledSandboxCreateReason as PooledSandboxCreateReason,
    )
    from opensandbox.pool_types import (
        PooledSandboxCreator as PooledSandboxCreator,
    )
    from opensandbox.sandbox import Sandbox as Sandbox
    from opensandbox.sync.manager import SandboxManagerSync as SandboxManagerSync
    from opensandbox.sync.pool import (
        SandboxPool as SandboxPool,
    )
    from opensandbox.sync.pool import (
        SandboxPoolSync as SandboxPoolSync,
    )
    from opensandbox.sync.sandbox import SandboxSync as SandboxSync

__all__ = [
    "AcquirePolicy",
    "AsyncPooledSandboxCreator",
    "AsyncSandboxPool",
    "InMemoryAsyncPoolStateStore",
    "InMemoryPoolStateStore",
    "PoolCreationSpec",
    "PoolDestroyOptions",
    "PoolDestroyResult",
    "PoolDestroyState",
    "PoolDestroyStrategy",
    "PooledSandboxCreateContext",
    "PooledSandboxCreateReason",
    "PooledSandboxCreator",
    "Sandbox",
    "SandboxManager",
    "SandboxManagerSync",
    "SandboxPool",
    "SandboxPoolAsync",
    "SandboxPoolManager",
    "SandboxPoolManagerAsync",
    "SandboxPoolManagerSync",
    "SandboxPoolSync",
    "SandboxSync",
    "__version__",
]

__getattr__, __dir__ = lazy_exports(
    __name__,
    {
        "opensandbox._async.pool.memory_store": "InMemoryAsyncPoolStateStore",
        "opensandbox._sync.pool.memory_store": "InMemoryPoolStateStore",
        "opensandbox._version": "__version__",
        "opensandbox.manager": "SandboxManager",
        "opensandbox.pool_async": "AsyncSandboxPool SandboxPoolAsync",
        "opensandbox.pool_manager": "SandboxPoolManager SandboxPoolManagerAsync SandboxPoolManagerSync",
        "opensandbox.pool_types": (
            "AcquirePolicy AsyncPooledSandboxCreator PoolCreationSpec PoolDestroyOptions PoolDestroyResult "
            "PoolDestroyState PoolDestroyStrategy PooledSandboxCreateContext PooledSandboxCreateReason PooledSandboxCreator"
        ),
        "opensandbox.sandbox": "Sandbox",
        "opensandbox.sync.manager": "SandboxManagerSync",
        "opensandbox.sync.pool": "SandboxPool SandboxPoolSync",
        "opensandbox.sync.sandbox": "SandboxSync",
    },
)
