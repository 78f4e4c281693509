"""What waffle's own API asks of a flag, answered by the snapshot of this process: no cache, no query, no Redis.

Waffle's overrides stand first among the rules that were published; what only a request can tell (its testing cookie,
`?dwft_name=1`) is asked here, where waffle asks it.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from waffle.utils import get_setting

from experiments import assignment, snapshot
from experiments.models import Flag

_TOLD = ("id", "name", "testing")  # the other fields are read from the database when they are looked at


def named(name: str) -> Flag:
    """As it was published; one without a key where there is none, which is how waffle says that."""
    body = snapshot.current().bodies.get(name)
    if body is None or name not in snapshot.current().program.flags:
        return Flag(name=name)
    about = body["about"]
    testing = about["testing"] and not about["killed"] and not _is_for_everyone(body)
    flag: Flag = Flag.from_db("default", _TOLD, (about["id"], name, testing))
    return flag


def every() -> list[Flag]:
    return [named(name) for name in snapshot.current().program.flags]


def is_active(flag: Flag, request: HttpRequest, *, read_only: bool) -> bool:
    """The truth of its value. They are exposed where an experiment says it, unless it is only looked at."""
    if get_setting("OVERRIDE") and flag.name in request.GET:
        return request.GET[flag.name] == "1"
    published = named(flag.name)
    tested = _tested(published, request) if published.pk and published.testing else None
    if tested is not None:
        return tested
    ask = assignment.peek if read_only else assignment.variation
    return bool(ask(request, flag.name))


def is_active_for(flag: Flag, member_id: int) -> bool | None:
    """None where nothing says yes, as waffle has it."""
    return bool(assignment.for_member(member_id, flag.name, expose=False)) or None


def _is_for_everyone(body: Any) -> bool:
    return bool(body["rules"]) and body["rules"][0].get("id") in ("everyone", "nobody")


def _tested(flag: Flag, request: Any) -> bool | None:
    """What a tester has chosen for their session, by the address or a header."""
    cookie = get_setting("TEST_COOKIE") % flag.name
    header = cookie.replace("_", "-")
    if cookie in request.GET or header in request.headers:
        on = request.GET[cookie] == "1" if cookie in request.GET else request.headers[header] == "1"
        request.waffle_tests = {**getattr(request, "waffle_tests", {}), flag.name: on}  # waffle's middleware keeps it
        return bool(on)
    return request.COOKIES[cookie] == "True" if cookie in request.COOKIES else None
