"""The site's boards in Redis: sorted sets that serve any rank of a million members in one round trip.

A set holds minus the points, so that ascending order is the board's, and ids padded with zeros, so that Redis breaks
ties like PostgreSQL, the older member first. A set counts only beside its `ready` mark, which a complete rebuild sets:
a set that Redis lost is never mistaken for an empty board. Every function raises RedisError where Redis is away.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import cache
from itertools import islice
from typing import Any

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from community.points.periods import Period, midnight

KEPT_AFTER = timedelta(days=2)  # a period's board and yesterday's snapshot, after they end
CHUNK = 5000

# KEYS: seen, then of each board its set and its ready mark. ARGV: member, newest entry, then of each board minus the
# points (0: not on it) and when it expires (0: never). What an older look at the ledger says is dropped.
_PUBLISH = """
if tonumber(ARGV[2]) < tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '0') then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
for i = 2, #KEYS, 2 do
  if redis.call('EXISTS', KEYS[i + 1]) == 1 then
    if tonumber(ARGV[i + 1]) < 0 then
      redis.call('ZADD', KEYS[i], ARGV[i + 1], ARGV[1])
      if ARGV[i + 2] ~= '0' then redis.call('EXPIREAT', KEYS[i], ARGV[i + 2]) end
    else
      redis.call('ZREM', KEYS[i], ARGV[1])
    end
  end
end
return 1
"""

# KEYS: set, ready mark, yesterday's set, its ready mark. ARGV: start, stop, me ('' for nobody).
# Returns the board's length, the rank of the first row, the rows as words "member score rank-yesterday" in one text
# (quicker to read than hundreds of replies), mine as (score, rank, rank yesterday, score of the next above, its rank);
# -1 where there is none.
_PAGE = """
if redis.call('EXISTS', KEYS[2]) == 0 then return false end
local function rank(set, score) return redis.call('ZCOUNT', set, '-inf', '(' .. score) + 1 end
local compared = redis.call('EXISTS', KEYS[4]) == 1
local function before(member)
  local score = compared and redis.call('ZSCORE', KEYS[3], member)
  return score and rank(KEYS[3], score) or -1
end
local page, rows = redis.call('ZRANGE', KEYS[1], ARGV[1], ARGV[2], 'WITHSCORES'), {}
for i = 1, #page, 2 do rows[#rows + 1] = page[i] .. ' ' .. page[i + 1] .. ' ' .. before(page[i]) end
local first = #page > 0 and rank(KEYS[1], page[2]) or -1
local mine, score = false, ARGV[3] ~= '' and redis.call('ZSCORE', KEYS[1], ARGV[3])
if score then
  local above = redis.call('ZREVRANGEBYSCORE', KEYS[1], '(' .. score, '-inf', 'WITHSCORES', 'LIMIT', 0, 1)
  mine = {score, rank(KEYS[1], score), before(ARGV[3]), above[2] or -1, above[2] and rank(KEYS[1], above[2]) or -1}
end
return {redis.call('ZCARD', KEYS[1]), first, table.concat(rows, ' '), mine}
"""


def client() -> Redis:
    return _connect(settings.REDIS_DATA_URL)


@cache
def _connect(url: str) -> Redis:
    """A fault shows at once, but for one new try on a connection that went stale."""
    return Redis.from_url(
        url,
        socket_connect_timeout=0.2,
        socket_timeout=2,
        retry=Retry(NoBackoff(), 1),
        decode_responses=True,
    )


def publish(rows: Iterable[Sequence[int]], periods: Sequence[Period]) -> None:
    """Bring members' places up to date: rows of `totals.snapshot`."""
    script = client().register_script(_PUBLISH)
    keys = [_key("seen"), *(key for period in periods for key in _set_and_mark(period.key))]
    expiries = [_expiry(period) for period in periods]
    with client().pipeline(transaction=False) as pipe:
        for member, newest, *points in rows:
            scores = [-max(number, 0) for number in points]
            pairs = [word for pair in zip(scores, expiries, strict=True) for word in pair]
            script(keys=keys, args=[_member(member), newest, *pairs], client=pipe)
        pipe.execute()


def replace(name: str, rows: Iterable[tuple[int, int]], expires: int) -> None:
    """Fill a new set with (member, points) and put it in the place of the board `name`, marked ready."""
    target, mark = _set_and_mark(name)
    making = f"{target}:{uuid.uuid4().hex}"
    numbers = iter(rows)
    while chunk := list(islice(numbers, CHUNK)):
        client().zadd(making, {_member(member): -points for member, points in chunk})
        client().expire(making, 600)  # what a killed rebuild leaves goes away
    with client().pipeline(transaction=True) as pipe:
        pipe.rename(making, target) if client().exists(making) else pipe.delete(target)
        pipe.set(mark, 1)
        for key in (target, mark):
            pipe.expireat(key, expires) if expires else pipe.persist(key)
        pipe.execute()


def is_ready(names: Sequence[str]) -> list[bool]:
    return [bool(mark) for mark in client().mget([_set_and_mark(name)[1] for name in names])]


def read_page(name: str, yesterday: str, start: int, stop: int, member_id: int | None) -> list[Any] | None:
    """Ranks `start` to `stop` (from 0) of the board, and one member's place; None where no complete board is there."""
    me = _member(member_id) if member_id else ""
    keys = [*_set_and_mark(name), *_set_and_mark(yesterday)]
    return client().register_script(_PAGE)(keys=keys, args=[start, stop, me])


def scores(name: str, member_ids: Sequence[int]) -> list[int]:
    """The points that the board shows of these members, 0 for those not on it."""
    if not member_ids:
        return []
    found = client().zmscore(_set_and_mark(name)[0], [_member(pk) for pk in member_ids])
    return [-int(score or 0) for score in found]


def everyone(name: str) -> dict[int, int]:
    """The whole board, for verification."""
    return {int(member): -int(score) for member, score in client().zscan_iter(_set_and_mark(name)[0], count=CHUNK)}


def mark_time(name: str, value: float | None = None) -> float | None:
    """A time that Redis remembers beside the boards, lost exactly when they are."""
    if value is not None:
        client().set(_key(name), value)
        return value
    found = client().get(_key(name))
    return float(found) if found else None


def taken(name: str, seconds: int) -> bool:
    """Whether somebody else does `name` just now; else it is ours for so many seconds."""
    return not client().set(_key(f"lock:{name}"), 1, nx=True, ex=seconds)


def let_go(name: str) -> None:
    client().delete(_key(f"lock:{name}"))


def expiry_of(period: Period) -> int:
    return _expiry(period)


def snapshot_expiry(today: date) -> int:
    return int((midnight(today) + KEPT_AFTER).timestamp())


def _expiry(period: Period) -> int:
    return 0 if period.endless else int((midnight(period.end) + timedelta(days=1) + KEPT_AFTER).timestamp())


def _key(name: str) -> str:
    return f"{settings.REDIS_PREFIX}{{boards}}:{name}"  # one slot of a Redis Cluster, since scripts read several


def _set_and_mark(name: str) -> tuple[str, str]:
    return _key(name), _key(f"{name}:ready")


def _member(pk: int) -> str:
    return f"{pk:012d}"
