"""Another path of the blocking Redis store; `opensandbox.pool_redis` is the one to use."""

from opensandbox._sync.pool.redis_store import RedisPoolStateStore

__all__ = ["RedisPoolStateStore"]
