"""The way to Redis: which clients are taken, how scripts are run, and what becomes of failures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opensandbox.exceptions import PoolDestroyedException, PoolStateStoreUnavailableException

try:
    from redis.asyncio import Redis, RedisCluster
    from redis.exceptions import NoScriptError
except ImportError as error:
    raise ImportError(
        'the Redis stores need the extra `pool-redis`: pip install "opensandbox[pool-redis]"'
    ) from error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opensandbox._core.pool.keys import PoolKeys
    from opensandbox._core.pool.scripts import Script


class RedisLink:
    """A client of the right kind, asked in a way that all of them understand. It stays the caller's, who closes it."""

    def __init__(self, redis: Redis | RedisCluster, keys: PoolKeys) -> None:
        if not isinstance(redis, Redis | RedisCluster):
            raise TypeError(
                f"redis must be a {Redis.__module__}.{Redis.__name__} (of a Sentinel or not) or a "
                f"{RedisCluster.__module__}.{RedisCluster.__name__}, not {type(redis).__module__}.{type(redis).__qualname__}"
            )
        self._client: Any = redis
        self._keys = keys

    @property
    def longest_wait(self) -> float:
        """For how many seconds a command may block before the client takes the silence for a failure."""
        silence = self._client.get_connection_kwargs().get("socket_timeout")
        return float("inf") if silence is None else max(silence / 2, silence - 1)

    async def run(self, script: Script, keys: Sequence[str], *args: str | int) -> Any:
        """Run a script, by its sum where Redis knows it, by its text where not (anew, after a restart or failover)."""
        try:
            try:
                return await self._client.evalsha(script.sha, len(keys), *keys, *args)
            except NoScriptError:
                return await self._client.eval(script.text, len(keys), *keys, *args)
        except Exception as error:
            raise self._unavailable(keys[0], error) from error

    async def command(self, name: str, key: str, *args: Any) -> Any:
        """Call a method of the client."""
        try:
            return await getattr(self._client, name)(key, *args)
        except Exception as error:
            raise self._unavailable(key, error) from error

    def _unavailable(self, key: str, error: Exception) -> PoolStateStoreUnavailableException:
        name, prefix = self._keys.pool_name(key), self._keys.prefix
        return PoolStateStoreUnavailableException(
            f"Redis did not do what pool {name!r} (key prefix {prefix!r}) asked for: {type(error).__name__}: {error}; see "
            "that it can be reached, and that nothing else uses the pool's keys",
            error,
        )


def destroyed(pool_name: str) -> PoolDestroyedException:
    """Return what is raised where destruction has begun."""
    return PoolDestroyedException(
        f"pool {pool_name!r} is destroyed, or about to be; use another name, or wait until its tombstone has expired"
    )
