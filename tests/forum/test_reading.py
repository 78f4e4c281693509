from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from community.forum import feeds, reading, tasks
from community.forum.feeds import Listing
from community.forum.models import ReadMark, Topic
from community.members.models import Member
from community.points.models import Entry
from tests import builders

pytestmark = pytest.mark.django_db


def unread(member: Member) -> set[int]:
    rows = feeds.as_rows(Listing(feed="new").topics(member), member)
    return {topic.pk for topic in rows if topic.unread}


def test_what_was_read_is_marked_as_far_as_it_was_read(alice, bob):
    topic = builders.question(alice)
    builders.answer(topic, alice)
    reading.mark_read(topic, member=bob, number=1)
    reading.mark_read(topic, member=bob, number=0)
    assert ReadMark.objects.get(member=bob, topic=topic).last_number == 1


def test_a_topic_is_unread_until_opened_and_again_after_an_answer(alice, bob, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    Member.objects.filter(pk=bob.pk).update(read_before=timezone.now() - timedelta(days=1))
    bob.refresh_from_db()
    topic = builders.question(alice)
    assert unread(bob) == {topic.pk}
    reading.mark_read(topic, member=bob, number=0)
    assert unread(bob) == set()
    time_machine.shift(10)
    builders.answer(topic, alice)
    assert unread(bob) == {topic.pk}
    time_machine.shift(10)
    reading.mark_all_read(bob)
    bob.refresh_from_db()
    assert unread(bob) == set()


def test_five_topics_of_others_read_to_the_end_earn_the_days_point(alice, bob):
    topics = [builders.discussion(alice) for _ in range(6)]
    before = Member.objects.get(pk=bob.pk).points_total
    for topic in topics:
        reading.mark_read(topic, member=bob, number=0)
    assert Entry.objects.filter(rule__name="topics_read", member=bob).count() == 1
    assert Member.objects.get(pk=bob.pk).points_total == before + 1


def test_neither_half_a_topic_nor_ones_own_counts_as_read(alice, bob):
    for author in (bob, bob, bob, alice, alice):
        topic = builders.discussion(author)
        builders.answer(topic, author)
        reading.mark_read(Topic.objects.get(pk=topic.pk), member=bob, number=1 if author == bob else 0)
    assert not Entry.objects.filter(rule__name="topics_read").exists()


def test_marking_costs_one_query_the_second_time(alice, bob, django_assert_num_queries):
    topic = builders.question(alice)
    reading.mark_read(topic, member=bob, number=0)
    with django_assert_num_queries(1):
        reading.mark_read(topic, member=bob, number=0)


def test_a_mark_in_anothers_transaction_waits_for_the_disk_with_it(alice, bob):
    reading.mark_read(builders.question(alice), member=bob, number=0)  # tests run in one
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("on",)


@pytest.mark.django_db(transaction=True)
def test_a_mark_by_itself_leaves_later_commits_as_sure_as_before(alice, bob):
    topic = builders.question(alice)
    reading.mark_read(topic, member=bob, number=0)
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("on",)
    assert ReadMark.objects.filter(member=bob, topic=topic).exists()


def test_views_are_counted_in_redis_and_written_by_the_task(alice):
    one, other = builders.question(alice), builders.question(alice)
    for topic in (one, one, other):
        reading.count_view(topic.pk)
    assert set(Topic.objects.values_list("views", flat=True)) == {0}
    tasks.flush_views()
    tasks.flush_views()
    assert dict(Topic.objects.values_list("pk", "views")) == {one.pk: 2, other.pk: 1}


def test_views_that_a_killed_run_took_are_written_by_the_next(alice, redis_client, settings):
    topic = builders.question(alice)
    redis_client.hset(f"{settings.REDIS_PREFIX}views:taken", str(topic.pk), 3)
    reading.count_view(topic.pk)
    assert reading.flush_views() == 3
    assert reading.flush_views() == 1
    assert Topic.objects.get(pk=topic.pk).views == 4


def test_a_view_of_a_topic_that_is_gone_is_nothing(db):
    reading.count_view(12345)
    assert reading.flush_views() == 1


def test_without_redis_pages_are_read_all_the_same(settings, tmp_path):
    settings.REDIS_DATA_URL = f"unix://{tmp_path}/nobody.sock?db=0"
    reading._redis.cache_clear()
    try:
        reading.count_view(1)
    finally:
        reading._redis.cache_clear()


@pytest.mark.django_db(transaction=True)
def test_of_two_runs_at_once_one_writes_the_views(alice):
    topic = builders.question(alice)
    reading.count_view(topic.pk)
    with connection.cursor() as cursor, ThreadPoolExecutor(1) as pool:
        cursor.execute("SELECT pg_advisory_lock(hashtext('forum.flush_views'))")
        assert pool.submit(_flush_elsewhere).result() == 0
        cursor.execute("SELECT pg_advisory_unlock(hashtext('forum.flush_views'))")
    assert reading.flush_views() == 1
    topic.refresh_from_db()
    assert topic.views == 1


def _flush_elsewhere() -> int:
    try:
        return reading.flush_views()
    finally:
        connection.close()
