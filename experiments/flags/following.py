"""What is done to a flag past our verbs, by waffle's own means: its command, `flag.save()`, its test tools."""

from __future__ import annotations

from django.conf import settings
from django.db import connection, transaction

from experiments import publishing, snapshot
from experiments.flags.describing import describe, same
from experiments.models import Environment, Flag, FlagChange


def place(flag: Flag) -> None:
    """A flag that waffle made is live where the site is: waffle knows no environments."""
    flag.environments.set(Environment.objects.filter(key=settings.EXPERIMENTS_ENVIRONMENT))
    Flag.objects.filter(pk=flag.pk).update(lifecycle=Flag.Lifecycle.LIVE)
    flag.lifecycle = Flag.Lifecycle.LIVE


def withdraw(flag: Flag) -> None:
    """Before its row goes: a flag that is nowhere is told to nobody."""
    flag.environments.clear()
    publishing.publish([flag.pk])


def follow(flag: Flag) -> None:
    """Publish it, let this process go by it, and go on with its history, if it has one; who did it is not known."""
    with transaction.atomic():
        stands = Flag.objects.select_for_update().filter(pk=flag.pk).first()
        if stands is not None:
            _go_on(stands)
            publishing.publish([stands.pk])
    if _is_as_good_as_committed():
        snapshot.refresh()
    else:
        transaction.on_commit(snapshot.refresh)


def _is_as_good_as_committed() -> bool:
    """What surrounds a test case never commits, by Django's own mark; waffle's test tools change flags within it."""
    return all(block._from_testcase for block in connection.atomic_blocks)  # type: ignore[attr-defined]


def _go_on(flag: Flag) -> None:
    last = flag.changes.order_by("-pk").first()
    after = describe(flag)
    if last and not same(last.after, after):
        FlagChange.objects.create(flag=flag, act="changed", why="waffle", before=last.after, after=after)
