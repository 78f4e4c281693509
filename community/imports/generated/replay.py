"""Let a plan happen on an empty site, in one transaction: all of it or nothing."""

from __future__ import annotations

from random import Random

from django.conf import settings
from django.db import connection, transaction

from community.forum.models import Bookmark, Follow, ReadMark, Topic, Vote
from community.imports.core import totals
from community.imports.core.progress import Progress
from community.imports.core.work import Work
from community.members.models import Member
from community.points import privileges
from community.points.boards import publishing
from community.points.models import RuleSet
from events.record import record_all

from .actions import Joined, Visited
from .deserving import enter
from .founding import enrol, found_categories, make_tags
from .inbox import open_inboxes
from .performing import perform
from .plan import Plan
from .scene import Scene

BATCH = 2000  # rows of one INSERT


def replay(plan: Plan, *, progress: Progress) -> Scene:
    """Members, topics and all that happens to them, at the plan's times, by the rules of the active set.

    What is written, accepted, or told to somebody goes through the forum's verbs; the rest, thousands of joins, visits
    and votes with their points, is gathered meanwhile and written in bulk.
    """
    progress("", total=len(plan.actions))
    with publishing.paused(), transaction.atomic(), connection.cursor() as cursor:
        scene = _founded(plan)
        with privileges.waived():
            for action in plan.actions:
                perform(action, scene)
                progress(f"{action.at:%d %B}", 1)
        progress("votes, visits and points")
        rules = RuleSet.objects.get(active=True).pk
        work = Work(cursor, {"rules": rules, "zone": settings.TIME_ZONE}, progress)
        Follow.objects.bulk_create(scene.follows, ignore_conflicts=True)
        Bookmark.objects.bulk_create(scene.bookmarks)
        _write_votes(scene, work)
        enter(work, scene.deserved)
        scene.habits.save()
        _write_visits(scene)
        open_inboxes(scene, work)
        record_all(sorted(scene.events, key=lambda event: event.epoch_us))
    return scene


def _founded(plan: Plan) -> Scene:
    joining = [action for action in plan.actions if isinstance(action, Joined)]
    tags = {tag for topic in plan.topics.values() for tag in topic.tags}
    return Scene(plan, found_categories(), make_tags(tags), enrol(joining))


def _write_votes(scene: Scene, work: Work) -> None:
    """The votes, and what the Stack Exchange import makes of votes: it looks for what is new in these tables."""
    Vote.objects.bulk_create(scene.votes, batch_size=BATCH)
    work.keep("known_vote", "SELECT id, id AS ours, true AS fresh FROM forum_vote")
    for table in ("known_topic", "known_post", "known_comment"):
        work.make(table, "id bigint, ours bigint, fresh boolean")
    totals.add_up(work)


def _write_visits(scene: Scene) -> None:
    marks = [
        ReadMark(member=scene.members[name], topic=scene.topics[key], read_at=mark.at, last_number=mark.number)
        for (name, key), mark in scene.marks.items()
    ]
    ReadMark.objects.bulk_create(marks, batch_size=BATCH)
    for name, visits in scene.visits.items():
        scene.members[name].seen_at = visits[-1]
    Member.objects.bulk_update(scene.members.values(), ["seen_at"], batch_size=BATCH)
    _count_views(scene)


def _count_views(scene: Scene) -> None:
    """Each topic's readers, and those who came by without being members: a few for each of them."""
    views = dict.fromkeys(scene.topics, 0)
    for action in scene.plan.actions:
        if isinstance(action, Visited):
            for key in action.topics:
                views[key] += 1
    for key, seen in views.items():
        scene.topics[key].views = round(seen * Random(f"views:{key}").uniform(1.5, 7))  # noqa: S311
    Topic.objects.bulk_update(scene.topics.values(), ["views"])
