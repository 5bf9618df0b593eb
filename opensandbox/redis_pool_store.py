"""Kept for programs written for 1.1.1: the blocking Redis store; new code imports it from `opensandbox.pool_redis`."""

from opensandbox._sync.pool.redis_store import RedisPoolStateStore

__all__ = ["RedisPoolStateStore"]
