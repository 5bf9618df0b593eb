"""Pools whose members share a Redis; needs the extra `pool-redis`.

python -m opensandbox.pool_redis status redis://redis.example.com:6379/0           a table, again every two seconds
python -m opensandbox.pool_redis status --once redis://redis.example.com:6379/0    the table once, for scripts
"""

from __future__ import annotations

from opensandbox._async.pool.redis_store import AsyncRedisPoolStateStore
from opensandbox._sync.pool.redis_store import RedisPoolStateStore

__all__ = ["AsyncRedisPoolStateStore", "RedisPoolStateStore"]
