"""Kept for programs written for 1.1.1: the async Redis store; new code imports it from `opensandbox.pool_redis`."""

from opensandbox._async.pool.redis_store import AsyncRedisPoolStateStore

__all__ = ["AsyncRedisPoolStateStore"]
