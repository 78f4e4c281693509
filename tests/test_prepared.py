"""A prepared query answers what the same queryset would, whoever asks, again and again."""

from __future__ import annotations

import psycopg
import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext

from community.forum.models import Tag, Topic
from community.members.models import Member
from community.prepared import MEMBER, MODERATOR, VISITOR, Asked, Prepared, kind_of, known_of
from tests import builders

pytestmark = pytest.mark.django_db


def _visible(reader: Member | AnonymousUser) -> Prepared[Topic]:
    return Prepared(Topic.objects.visible_to(reader).select_related("author").order_by("pk"))


def test_each_reader_gets_the_rows_of_the_queryset_from_one_wording(alice, bob, mod):
    builders.topic(mod, place=builders.category("Staff", readers="moderators"))
    builders.topic(bob, place=builders.category("Hall", readers="members"))
    hidden = builders.topic(alice)
    Topic.objects.filter(pk=hidden.pk).update(hidden_at=hidden.created_at)
    worded = {kind: _visible(kind) for kind in (VISITOR, MEMBER, MODERATOR)}
    for reader in (AnonymousUser(), alice, bob, mod, alice):
        found = worded[kind_of(reader)].rows(**known_of(reader))
        own = list(Topic.objects.visible_to(reader).order_by("pk"))
        assert [(topic.pk, topic.author) for topic in found] == [(topic.pk, topic.author) for topic in own]
    assert len(worded[MODERATOR].rows(**known_of(mod))) == 3


def test_who_is_answered_by_the_same_sql_shares_a_stand_in(alice, bob, mod):
    assert kind_of(alice) is kind_of(bob) is MEMBER
    assert (kind_of(mod), kind_of(AnonymousUser())) == (MODERATOR, VISITOR)


def test_postgresql_plans_it_once(alice):
    query = Prepared(Member.objects.filter(username=Asked("name")).only("pk"))
    with CaptureQueriesContext(connection) as captured:
        assert [query.first(name="alice") for _ in range(5)] == [alice] * 5
    assert len([query for query in captured if '"username"' in query["sql"]]) == 5  # counted and logged like all
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        assert [row for row in cursor.fetchall() if '"username" = ($1)' in row[0]]


def test_what_is_not_asked_stays_in_the_text_as_it_is():
    tag = builders.tag("c%s%%")
    query = Prepared(Tag.objects.filter(name="c%s%%", pk=Asked("pk")))
    assert query.first(pk=tag.pk) == tag
    with CaptureQueriesContext(connection) as captured:
        query.first(pk=tag.pk)
    assert """'c%s%%'""" in captured[0]["sql"]


def test_numbers_that_no_column_holds_are_found_nowhere():
    query = Prepared(Member.objects.filter(pk=Asked("pk")))
    assert query.rows(pk=2**63) == query.rows(pk=-(2**63) - 1) == []


def test_a_list_may_be_asked_and_may_be_empty(alice, bob):
    query = Prepared(Topic.objects.filter(tag_ids__overlap=Asked("tags")))
    topic = builders.topic(alice, tags=["python"])
    assert query.rows(tags=topic.tag_ids) == [topic]
    assert query.rows(tags=[]) == []


@pytest.mark.django_db(transaction=True)
def test_a_migration_meanwhile_is_planned_for_anew():
    tag = builders.tag("python", excerpt="A language.")
    query = Prepared(Tag.objects.filter(pk=Asked("pk")).only("excerpt"))
    for _ in range(4):
        query.first(pk=tag.pk)
    with psycopg.connect(connection.connection.info.dsn) as other:
        other.execute("ALTER TABLE forum_tag ALTER excerpt TYPE text")
    assert query.first(pk=tag.pk).excerpt == "A language."
