"""The Lua texts that a pool runs inside Redis: each is one atomic step of the stores' protocol.

Rules that all of them keep: the clock is that of Redis; keys come in as KEYS and never from elsewhere, as clusters demand;
nothing is read after the step that another script could have changed. What `-1` answers was barred by destruction.

A script may want to wake members whose key it was not given. It is given that of one member, `near`; wake-ups for others are
returned as `{member, message, …}`, and the store passes them on in a command of their own. A wake-up that is lost on the
way costs time, not a sandbox: each beat looks again for who can be served.

Steps of the published protocol keep to the published keys; see `opensandbox._core.pool.keys`.

Longer than other files because the texts share their parts and are best read side by side.
"""

from __future__ import annotations

import hashlib

from opensandbox._core.pool.keys import OWN

WAKE = "wake"
"""In the place of a suffix: the wake-ups of the near member."""


class Script:
    """A Lua text; the suffixes of its keys are variables in it, `:` as `_`."""

    def __init__(self, suffixes: str, *parts: str) -> None:
        self.suffixes = tuple(suffixes.split())
        names = ", ".join(suffix.replace(":", "_") for suffix in self.suffixes)
        self.text = f"local {names} = unpack(KEYS)\n" + "\n".join(part.strip("\n") for part in parts)
        # Redis knows scripts by this sum.
        self.sha = hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()

    @property
    def wakes(self) -> bool:
        """Whether it wants the key of a near member, whom its first argument names."""
        return WAKE in self.suffixes


_CLOCK = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
"""

_BARRED = """
if redis.call('EXISTS', destroy_state) == 1 then return -1 end
"""

# Entries, and where they go.

_ENTRIES = """
local function left(id)
  local expires = redis.call('HGET', idle_expires, id)
  return expires and expires - now, expires
end
local function forget(id)
  redis.call('HDEL', idle_expires, id)
  redis.call('HDEL', endpoints, id)
end
"""

# NX: what is doomed already keeps its turn.
_DOOM = """
local function doom(id)
  redis.call('ZADD', doomed, 'NX', now, id)
end
"""

_SETTLE = """
local function settle(tokens)
  for _, token in ipairs(cjson.decode(tokens)) do redis.call('HDEL', taken, token) end
end
local function bury(ids)
  for _, id in ipairs(cjson.decode(ids)) do
    redis.call('ZREM', doomed, id)
    redis.call('HDEL', warming, id)
  end
end
"""

# Waking. NX, as one wake-up is enough; the expiry, as members die without emptying theirs.

_RING = """
local near, wakes = ARGV[1], {}
local function ring(member, message)
  if member == near then
    if redis.call('ZADD', wake, 'NX', now, message) == 1 then redis.call('PEXPIRE', wake, 60000) end
  else
    wakes[#wakes + 1] = member
    wakes[#wakes + 1] = message
  end
end
"""

_RING_LEADER = """
local function ring_leader(asking)
  local lead = redis.call('HMGET', leader, 'member', 'until')
  if lead[1] and lead[1] ~= asking and tonumber(lead[2]) > now then ring(lead[1], '') end
end
"""

# Waiters whose time is over are no longer ahead of anybody.
_QUEUE = """
local waiting = redis.call('ZCARD', waiters)
if waiting > 0 then
  for _, waiter in ipairs(redis.call('ZRANGEBYSCORE', waiters_until, '-inf', now)) do
    redis.call('ZREM', waiters, waiter)
    redis.call('ZREM', waiters_until, waiter)
    waiting = waiting - 1
  end
end
local function ring_next()
  -- With n idle, the n-th waiter is the last who can be served; those before were woken when it was their turn.
  local idle = waiting > 0 and redis.call('HLEN', idle_expires) or 0
  local waiter = idle > 0 and redis.call('ZRANGE', waiters, idle - 1, idle - 1)[1]
  if waiter then
    waiter = cjson.decode(waiter)
    ring(waiter[2], waiter[1])
  end
end
"""

# Leading. A lock that another package took names an owner, but then no member of ours has time left.

_LEADS = """
local function leads(member, owner, epoch)
  local lead = redis.call('HMGET', leader, 'member', 'epoch', 'until')
  return lead[1] == member and lead[2] == epoch and tonumber(lead[3]) > now and redis.call('GET', lock) == owner
end
"""

# What a member leaves behind is doomed: nobody knows how far it got. `gone` tells whose.
_DISOWN = """
local function disown(gone)
  local entries = redis.call('HGETALL', warming)
  for i = 1, #entries, 2 do
    if gone(entries[i + 1]) then
      redis.call('HDEL', warming, entries[i])
      doom(entries[i])
    end
  end
  entries = redis.call('HGETALL', taken)
  for i = 1, #entries, 2 do
    local held = cjson.decode(entries[i + 1])
    if gone(held[3]) then
      redis.call('HDEL', taken, entries[i])
      doom(held[1])
    end
  end
  for _, waiter in ipairs(redis.call('ZRANGE', waiters, 0, -1)) do
    if gone(cjson.decode(waiter)[2]) then
      redis.call('ZREM', waiters, waiter)
      redis.call('ZREM', waiters_until, waiter)
    end
  end
end
"""

# Coordination. ARGV: near, member, …

TAKE = Script(
    "destroy:state idle:list idle:expires endpoints members taken doomed waiters waiters:until leader wake",
    _BARRED,
    _CLOCK,
    _ENTRIES,
    _DOOM,
    _RING,
    _RING_LEADER,
    _QUEUE,
    """
local member, token, waiter = ARGV[2], ARGV[3], ARGV[4]
local least, queue_for = tonumber(ARGV[5]), tonumber(ARGV[6])
redis.call('ZADD', members, now, member)
for _, settled in ipairs(cjson.decode(ARGV[7])) do redis.call('HDEL', taken, settled) end

-- The answer to the first try may have been lost.
local held = redis.call('HGET', taken, token)
if held then
  held = cjson.decode(held)
  return {{held[1], held[2] - now, held[4] or false, 0, 0}, wakes}
end

local discarded, id, rest, expires = 0
repeat
  id = redis.call('LINDEX', idle_list, 0)
  if id then rest, expires = left(id) end
  local usable = id and rest and rest > 0 and rest >= least
  if id and not usable then
    redis.call('LPOP', idle_list)
    forget(id)
    if rest and rest > 0 then
      doom(id)
      discarded = discarded + 1
    end
  end
until usable or not id

local queued = waiting > 0 and redis.call('ZRANK', waiters, waiter)
local ahead = queued or waiting
if id and (ahead == 0 or redis.call('HLEN', idle_expires) > ahead) then
  local endpoint = redis.call('HGET', endpoints, id)
  redis.call('LPOP', idle_list)
  forget(id)
  redis.call('HSET', taken, token, cjson.encode({id, tonumber(expires), member, endpoint or nil}))
  if queued then
    redis.call('ZREM', waiters, waiter)
    redis.call('ZREM', waiters_until, waiter)
  end
  ring_leader(member)
  return {{id, rest, endpoint, ahead, discarded}, wakes}
end
if queue_for >= 0 then
  redis.call('ZADD', waiters_until, now + queue_for, waiter)
  if not queued then
    local last = redis.call('ZREVRANGE', waiters, 0, 0, 'WITHSCORES')[2]
    redis.call('ZADD', waiters, (tonumber(last) or 0) + 1, waiter)
    ring_leader(member)
  end
end
return {{false, false, false, ahead, discarded}, wakes}
""",
)

CANCEL_WAIT = Script(
    "idle:expires taken doomed waiters waiters:until wake",
    _CLOCK,
    _DOOM,
    _RING,
    _QUEUE,
    """
-- The answer to the take may have been lost.
local held = redis.call('HGET', taken, ARGV[3])
if held then
  redis.call('HDEL', taken, ARGV[3])
  doom(cjson.decode(held)[1])
end
redis.call('ZREM', waiters_until, ARGV[2])
if redis.call('ZREM', waiters, ARGV[2]) == 1 then ring_next() end
return {false, wakes}
""",
)

BEAT = Script(
    "destroy:state lock leader members idle:list idle:expires endpoints warming taken doomed waiters waiters:until maxIdle wake",
    _BARRED,
    _CLOCK,
    _ENTRIES,
    _DOOM,
    _SETTLE,
    _RING,
    _QUEUE,
    _DISOWN,
    """
local member, owner, ttl, campaign = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4] == '1'
local least, sweep, limit = tonumber(ARGV[5]), ARGV[6] == '1', tonumber(ARGV[7])
redis.call('ZADD', members, now, member)
settle(ARGV[8])
bury(ARGV[9])

local holder = redis.call('GET', lock)
local lead = redis.call('HMGET', leader, 'member', 'epoch', 'until')
local mine = holder == owner and lead[1] == member and tonumber(lead[3]) > now
local epoch = false
if campaign and not holder then
  epoch = redis.call('HINCRBY', leader, 'epoch', 1)
elseif campaign and mine then
  epoch = tonumber(lead[2])
elseif mine then
  redis.call('DEL', lock)
  redis.call('HDEL', leader, 'member', 'until')
  holder = false
end

local first = false
if epoch then
  holder = owner
  redis.call('SET', lock, owner, 'PX', ttl)
  redis.call('HSET', leader, 'member', member, 'until', now + ttl)

  local entries = redis.call('HGETALL', idle_expires)
  for i = 1, #entries, 2 do
    local id, rest = entries[i], entries[i + 1] - now
    if rest <= 0 or rest < least then
      redis.call('LREM', idle_list, 1, id)
      forget(id)
      if rest > 0 then doom(id) end
    elseif not first or rest < first then
      first = rest
    end
  end
  if first then first = first - least end
end

if epoch and sweep then
  redis.call('ZREMRANGEBYSCORE', members, '-inf', string.format('(%d', now - ttl))
  disown(function(other) return not redis.call('ZSCORE', members, other) end)
  ring_next()
  -- Who takes without knowing of them leaves them behind.
  for _, id in ipairs(redis.call('HKEYS', endpoints)) do
    if redis.call('HEXISTS', idle_expires, id) == 0 then redis.call('HDEL', endpoints, id) end
  end
end

local idle = redis.call('HLEN', idle_expires)
waiting = redis.call('ZCARD', waiters)
if idle > 0 and waiting > 0 then
  for _, waiter in ipairs(redis.call('ZRANGE', waiters, 0, idle - 1)) do
    waiter = cjson.decode(waiter)
    if waiter[2] == member then ring(member, waiter[1]) end
  end
end
local doomed_now = epoch and redis.call('ZRANGE', doomed, 0, limit - 1) or {}
local leading = redis.call('HGET', leader, 'member')
return {{epoch, idle, waiting, redis.call('GET', maxIdle), doomed_now, first, holder, leading}, wakes}
""",
)

ANNOUNCE = Script(
    "destroy:state lock leader members warming",
    _BARRED,
    _CLOCK,
    _LEADS,
    """
local member, owner, epoch, id = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
redis.call('ZADD', members, now, member)
if not leads(member, owner, epoch) then return 0 end
redis.call('HSET', warming, id, member)
return 1
""",
)

STORED, KNOWN, STALE, FULL = 1, 2, 3, 4
COMMIT = Script(
    "destroy:state lock leader members idle:list idle:expires endpoints warming doomed waiters waiters:until maxIdle wake",
    _BARRED,
    _CLOCK,
    _DOOM,
    _RING,
    _QUEUE,
    _LEADS,
    f"local STORED, KNOWN, STALE, FULL = {STORED}, {KNOWN}, {STALE}, {FULL}",
    """
local member, owner, epoch, id = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local ttl, endpoint, cap = tonumber(ARGV[5]), cjson.decode(ARGV[6])[1], tonumber(ARGV[7])
redis.call('ZADD', members, now, member)
-- First of all: it may be a caller's by now, and must not be doomed by a commit that is sent again.
if redis.call('HDEL', warming, id) == 0 then return {KNOWN, wakes} end
if not leads(member, owner, epoch) then
  doom(id)
  return {STALE, wakes}
end
if cap < 0 then cap = tonumber(redis.call('GET', maxIdle)) end
if cap and redis.call('HLEN', idle_expires) >= cap + waiting then
  doom(id)
  return {FULL, wakes}
end
-- The list is searched only where another package has put the same one.
if redis.call('HSET', idle_expires, id, now + ttl) == 0 then redis.call('LREM', idle_list, 0, id) end
redis.call('RPUSH', idle_list, id)
if endpoint then redis.call('HSET', endpoints, id, endpoint) end
ring_next()
return {STORED, wakes}
""",
)

DOOM_IDLE = Script(
    "idle:list idle:expires endpoints doomed",
    _CLOCK,
    _ENTRIES,
    _DOOM,
    """
local keep, limit, chosen = tonumber(ARGV[1]), tonumber(ARGV[2]), {}
local excess = redis.call('HLEN', idle_expires) - keep
while #chosen < limit and #chosen < excess do
  local id = redis.call('LPOP', idle_list)
  if not id then break end
  if left(id) then
    forget(id)
    doom(id)
    chosen[#chosen + 1] = id
  end
end
return chosen
""",
)

SETTLE = Script(
    "members warming taken doomed",
    _CLOCK,
    _SETTLE,
    """
redis.call('ZADD', members, now, ARGV[1])
settle(ARGV[2])
bury(ARGV[3])
return 1
""",
)

LEAVE = Script(
    "lock leader members idle:expires warming taken doomed waiters waiters:until wake",
    _CLOCK,
    _DOOM,
    _SETTLE,
    _RING,
    _QUEUE,
    _DISOWN,
    """
local member, owner = ARGV[1], ARGV[2]
settle(ARGV[3])
bury(ARGV[4])
local lead = redis.call('HMGET', leader, 'member', 'until')
if lead[1] == member then
  if tonumber(lead[2]) > now and redis.call('GET', lock) == owner then redis.call('DEL', lock) end
  redis.call('HDEL', leader, 'member', 'until')
end
redis.call('ZREM', members, member)
disown(function(other) return other == member end)
ring_next()
redis.call('DEL', wake)
return {false, wakes}
""",
)

NUDGE = Script("wake", _CLOCK, _RING, "ring(ARGV[1], ARGV[2])\nreturn 1")

INSPECT = Script(
    "destroy:state lock leader members idle:expires warming taken doomed waiters maxIdle",
    _CLOCK,
    """
local count = redis.call
return {
  redis.call('GET', destroy_state), redis.call('GET', lock), redis.call('HGET', leader, 'epoch'), redis.call('PTTL', lock),
  redis.call('HLEN', idle_expires), redis.call('HLEN', warming), redis.call('HLEN', taken), redis.call('ZCARD', doomed),
  redis.call('ZCARD', waiters), redis.call('GET', maxIdle), redis.call('ZRANGE', members, 0, -1, 'WITHSCORES'), now,
}
""",
)

# What published steps cannot do with their keys, for pools that have members of ours.

AFTER_PUT = Script(
    "idle:expires warming waiters waiters:until wake",
    _CLOCK,
    _RING,
    _QUEUE,
    "redis.call('HDEL', warming, ARGV[2])\nring_next()\nreturn {false, wakes}",
)

AFTER_BEGIN_DESTROY = Script(
    "members wake",
    _CLOCK,
    _RING,
    """
for _, member in ipairs(redis.call('ZRANGE', members, 0, -1)) do ring(member, '') end
return {false, wakes}
""",
)

# Deleting the epoch would let an old leader count as a new one.
AFTER_CLEAR = Script(
    OWN,
    "redis.call('HDEL', leader, 'member', 'until')\n"
    "return redis.call('DEL', members, warming, taken, doomed, endpoints, waiters, waiters_until)",
)

# The published protocol

PLAIN_TAKE = Script(
    "idle:list idle:expires",
    _CLOCK,
    """
local least, answer = tonumber(ARGV[1]), {false}
while true do
  local id = redis.call('LPOP', idle_list)
  if not id then return answer end
  local expires = redis.call('HGET', idle_expires, id)
  local rest = expires and expires - now or 0
  redis.call('HDEL', idle_expires, id)
  if rest > 0 and rest >= least then
    answer[1] = id
    return answer
  end
  if rest > 0 then answer[#answer + 1] = id end
end
""",
)

PUT = Script(
    "destroy:state idle:list idle:expires idleTtlMillis",
    _BARRED,
    _CLOCK,
    """
local id, expires = ARGV[1], redis.call('HGET', idle_expires, ARGV[1])
if expires and tonumber(expires) > now then return 0 end
-- Out of its old place: its time is the newest.
if expires then redis.call('LREM', idle_list, 0, id) end
redis.call('RPUSH', idle_list, id)
redis.call('HSET', idle_expires, id, now + (redis.call('GET', idleTtlMillis) or ARGV[2]))
return 1
""",
)

REMOVE = Script(
    "idle:list idle:expires",
    """
redis.call('LREM', idle_list, 0, ARGV[1])
return redis.call('HDEL', idle_expires, ARGV[1])
""",
)

REAP = Script(
    "idle:list idle:expires",
    _CLOCK,
    """
local least, alive = tonumber(ARGV[1]), {}
local entries = redis.call('HGETALL', idle_expires)
for i = 1, #entries, 2 do
  local id, rest = entries[i], entries[i + 1] - now
  if rest <= 0 or rest < least then
    redis.call('LREM', idle_list, 0, id)
    redis.call('HDEL', idle_expires, id)
    if rest > 0 then alive[#alive + 1] = id end
  end
end
return alive
""",
)

LOCK = Script(
    "destroy:state lock",
    _BARRED,
    """
local holder = redis.call('GET', lock)
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', lock, ARGV[1], 'PX', ARGV[2])
return 1
""",
)

RENEW = Script(
    "destroy:state lock",
    _BARRED,
    """
if redis.call('GET', lock) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', lock, ARGV[2])
""",
)

RELEASE = Script(
    "lock", "if redis.call('GET', lock) == ARGV[1] then return redis.call('DEL', lock) end\nreturn 0"
)

SET_MAX_IDLE = Script("destroy:state maxIdle", _BARRED, "redis.call('SET', maxIdle, ARGV[1])\nreturn 1")

SET_IDLE_TTL = Script(
    "destroy:state idleTtlMillis", _BARRED, "redis.call('SET', idleTtlMillis, ARGV[1])\nreturn 1"
)

BEGIN_DESTROY = Script(
    "destroy:state destroy:owner",
    """
if redis.call('GET', destroy_state) == 'DESTROYED' then return -1 end
redis.call('SET', destroy_state, 'DESTROYING')
redis.call('SET', destroy_owner, ARGV[1])
return 1
""",
)

CLEAR = Script(
    "idle:list idle:expires lock maxIdle idleTtlMillis",
    "return redis.call('DEL', idle_list, idle_expires, lock, maxIdle, idleTtlMillis)",
)

# No expiry where the tombstone is to stay.
MARK_DESTROYED = Script(
    "destroy:state destroy:owner",
    """
redis.call('SET', destroy_state, 'DESTROYED')
redis.call('SET', destroy_owner, ARGV[1])
if tonumber(ARGV[2]) > 0 then
  redis.call('PEXPIRE', destroy_state, ARGV[2])
  redis.call('PEXPIRE', destroy_owner, ARGV[2])
end
return 1
""",
)
