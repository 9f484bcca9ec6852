"""What Redis does in one step: Lua scripts, all of whose keys belong to one room."""

from hashlib import sha1


class Script:
    """A Lua script.

    Args:
        text: The script.

    Attributes:
        text: The same.
        digest: The name by which Redis remembers it.
    """

    __slots__ = ("digest", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.digest = sha1(text.encode(), usedforsecurity=False).hexdigest()


_NOW = """
local time = redis.call('TIME')
local now = string.format('%d.%06d', time[1], time[2])
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
"""

# An epoch that is new says that an older stream, if there still is one, is not its own.
_EPOCH = """
local epoch = redis.call('HGET', KEYS[1], 'epoch')
if not epoch then
  epoch = ARGV[1]
  redis.call('DEL', KEYS[2])
  redis.call('HSET', KEYS[1], 'epoch', epoch, 'offset', 0)
end
"""

PUBLISH = Script(
    _NOW
    + """
local payload, exclude, size = ARGV[2], ARGV[3], tonumber(ARGV[4])
local history_age, position_age, key_age = tonumber(ARGV[5]), ARGV[6], ARGV[7]
if KEYS[3] then
  local known = redis.call('GET', KEYS[3])
  if known then return known end
end
"""
    + _EPOCH
    + """
local offset = redis.call('HINCRBY', KEYS[1], 'offset', 1)
redis.call('PEXPIRE', KEYS[1], position_age)
if size > 0 then
  redis.call('XADD', KEYS[2], 'MAXLEN', size, offset .. '-0', 't', now, 'x', exclude, 'p', payload)
  local oldest = now_ms / 1000 - history_age / 1000
  for _, entry in ipairs(redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 8)) do
    if tonumber(entry[2][2]) < oldest then redis.call('XDEL', KEYS[2], entry[1]) else break end
  end
  redis.call('PEXPIRE', KEYS[2], history_age)
end
local position = offset .. ':' .. epoch
if KEYS[3] then redis.call('SET', KEYS[3], position, 'PX', key_age) end
redis.call(ARGV[8], ARGV[9], 'p' .. position .. ':' .. now .. ':' .. exclude .. '\\n' .. payload)
return position
"""
)
"""KEYS: meta, stream, idempotency key (if there is one). ARGV: epoch to begin with, payload,
excluded consumer, size and age (ms) of the history, ages (ms) of position and key, PUBLISH or
SPUBLISH, channel. Returns ``offset:epoch``."""

HISTORY = Script(
    _NOW
    + _EPOCH
    + """
redis.call('PEXPIRE', KEYS[1], ARGV[2])
local top = tonumber(redis.call('HGET', KEYS[1], 'offset'))
local mode, since, limit = ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[6])
local oldest = now_ms / 1000 - tonumber(ARGV[7]) / 1000
if mode == 'top' then return {top .. ':' .. epoch, 0} end
if mode == 'since' then
  local witness = ARGV[8]
  if ARGV[5] == epoch and witness ~= '' then
    local entry = redis.call('XRANGE', KEYS[2], since .. '-0', since .. '-0')[1]
    if since > top or (entry and witness ~= '0' and entry[2][2] ~= witness) then
      -- Redis has lost what a node has seen, so that its offsets mean something else now.
      epoch = ARGV[1]
      if since > top then top = since end
      redis.call('DEL', KEYS[2])
      redis.call('HSET', KEYS[1], 'epoch', epoch, 'offset', top)
    end
  end
  if ARGV[5] ~= epoch or since > top then return {top .. ':' .. epoch, 0} end
end
local entries
if mode == 'since' then
  entries = redis.call('XRANGE', KEYS[2], (since + 1) .. '-0', '+', 'COUNT', limit)
else
  entries = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', limit)
end
local fresh = {}
for _, entry in ipairs(entries) do
  if tonumber(entry[2][2]) >= oldest then fresh[#fresh + 1] = entry end
end
return {top .. ':' .. epoch, 1, fresh}
"""
)
"""KEYS: meta, stream. ARGV: epoch to begin with, age of the position (ms), ``top``, ``since`` or
``latest``, offset and epoch to begin behind, limit, age of the history (ms), time of the
publication at that offset if a node has seen it (``0``: it has forgotten when; empty: only
a client says so).
Returns the position, whether the entries continue what was asked for, and the entries."""

_ATTEND = """
local function tell(kind, count, user, data)
  redis.call(ARGV[1], ARGV[2], kind .. count .. ':' .. string.len(user) .. '\\n' .. user .. data)
end
local cap = tonumber(ARGV[3])
local function go(seen)
  if redis.call('ZREM', KEYS[1], seen) == 0 then return end
  local user = string.sub(seen, string.find(seen, ' ', 1, true) + 1)
  if redis.call('HINCRBY', KEYS[2], user, -1) <= 0 then
    redis.call('HDEL', KEYS[2], user)
    redis.call('HDEL', KEYS[3], user)
    local count = redis.call('HLEN', KEYS[2])
    if count < cap then tell('l', count, user, '') end
  end
end
local function sweep()
  for _, seen in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now_ms, 'LIMIT', 0, 200)) do
    go(seen)
  end
end
"""

JOIN = Script(
    _NOW
    + _ATTEND
    + """
local lifetime = tonumber(ARGV[4])
for index = 5, #ARGV, 3 do
  local user = ARGV[index + 1]
  local seen = ARGV[index] .. ' ' .. user
  if redis.call('ZADD', KEYS[1], now_ms + lifetime, seen) == 1 then
    if redis.call('HINCRBY', KEYS[2], user, 1) == 1 then
      redis.call('HSET', KEYS[3], user, ARGV[index + 2])
      local count = redis.call('HLEN', KEYS[2])
      if count <= cap then tell('j', count, user, ARGV[index + 2])
      elseif count == cap + 1 then tell('c', count, '', '') end
    end
  end
end
sweep()
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, lifetime * 2) end
return redis.call('HLEN', KEYS[2])
"""
)
"""KEYS: connections (a sorted set by expiry), users (connections by user), data (by user).
ARGV: PUBLISH or SPUBLISH, channel, cap, lifetime (ms), then connection, user and data of each."""

LEAVE = Script(
    _NOW
    + _ATTEND
    + """
go(ARGV[4] .. ' ' .. ARGV[5])
sweep()
return redis.call('HLEN', KEYS[2])
"""
)
"""KEYS as of `JOIN`. ARGV: PUBLISH or SPUBLISH, channel, cap, connection, user."""

ALL = (PUBLISH, HISTORY, JOIN, LEAVE)
