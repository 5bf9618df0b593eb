"""Another path of the async Redis store; `opensandbox.pool_redis` is the one to use."""

from opensandbox._async.pool.redis_store import AsyncRedisPoolStateStore

__all__ = ["AsyncRedisPoolStateStore"]
