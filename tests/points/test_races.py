"""Real threads on PostgreSQL: a cap is exact and nobody deadlocks."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from community.members.models import Member
from community.points import ledger
from community.points.models import Entry, PointsDay

THREADS, VOTES = 20, 2


@pytest.mark.django_db(transaction=True)
def test_threads_that_vote_at_the_cap_give_exactly_the_cap(member_named):
    authors = [member_named("author"), member_named("other")]
    voters = [member_named(f"voter{n}") for n in range(THREADS)]

    def vote(voter):
        # Each takes its members in an order of its own; the lock puts them in one.
        try:
            for number in range(VOTES):
                for author in authors if voter.pk % 2 else reversed(authors):
                    with transaction.atomic():
                        Member.objects.lock([voter.pk, author.pk])
                        for rule, member in (("answer_upvoted", author), ("downvoted_answer", voter)):
                            key = f"{rule}:{author.pk}:{voter.pk}:{number}"
                            ledger.award(rule, member_id=member.pk, source=("post", author.pk), key=key)
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(vote, voters))

    for author in authors:
        author.refresh_from_db()
        assert author.points_total == 1 + 200
        assert sum(Entry.objects.filter(member=author, pool="votes").values_list("raw", flat=True)) == 400
        assert PointsDay.objects.get(member=author, scope="site").points == 200
    assert {Member.objects.get(pk=voter.pk).points_total for voter in voters} == {1 - 2 * VOTES}
