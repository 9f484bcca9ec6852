"""Rooms over Redis or Valkey; needs the extra ``redis`` of this package."""

from fujita.realtime.redis_engine.engine import RedisEngine

__all__ = ["RedisEngine"]
