"""What the forum's acts give and cost in points: which rule, which key, which boards.

Whoever calls holds the locks of the members concerned. An entry's source is the post that it is about.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from community.forum.models import Post, Topic
from community.members.models import Member
from community.points import extras, ledger
from community.points.models import Entry, EntryQuerySet

ACCEPTANCE = ("answer_accepted", "accepted_answer")


def scopes(topic: Topic) -> list[str]:
    """The boards beside the site's on which points from this topic count."""
    return [f"category:{topic.category_id}", *(f"tag:{pk}" for pk in topic.tag_ids)]


def what(post: Post, topic: Topic) -> str:
    """`question`, `answer` or `post`, as the rules are named."""
    if not topic.is_question:
        return "post"
    return "answer" if post.number else "question"


def for_vote(post: Post, topic: Topic, *, voter_id: int, value: int, at: datetime | None = None) -> None:
    """A vote of +1 or -1 that was not there before. Community posts earn and cost nothing."""
    if post.wiki or post.author_id is None:
        return
    about, key = ("post", post.pk), vote_key(post, voter_id)
    kind, boards = what(post, topic), scopes(topic)
    rule = f"{kind}_upvoted" if value > 0 else f"{kind}_downvoted"
    ledger.award(rule, member_id=post.author_id, source=about, key=key, at=at, scopes=boards)
    if value < 0 and kind == "answer":
        cost = f"{key}:cost"
        ledger.award("downvoted_answer", member_id=voter_id, source=about, key=cost, at=at, scopes=boards)


def without_vote(post: Post, *, voter_id: int, at: datetime | None = None) -> None:
    key = vote_key(post, voter_id)
    ledger.reverse(key, at=at)
    ledger.reverse(f"{key}:cost", at=at)


def vote_key(post: Post, voter_id: int) -> str:
    return f"vote:{post.pk}:{voter_id}"


def for_accept(post: Post, topic: Topic, *, at: datetime | None = None) -> None:
    """Nothing to either where one's own answer is accepted, or a community post."""
    if post.wiki or post.author_id == topic.author_id:
        return
    about, boards = ("post", post.pk), scopes(topic)
    key = f"accept:{post.pk}"
    if post.author_id:
        ledger.award("answer_accepted", member_id=post.author_id, source=about, key=key, at=at, scopes=boards)
    if topic.author_id:
        own = f"{key}:asker"
        ledger.award("accepted_answer", member_id=topic.author_id, source=about, key=own, at=at, scopes=boards)


def without_accept(post: Post, *, at: datetime | None = None) -> None:
    """By rule rather than by key, so that acceptances that were imported are found too."""
    for entry in of_posts([post.pk]).filter(rule__name__in=ACCEPTANCE):
        ledger.reverse(family(entry), at=at)


def for_post(post: Post, *, author: Member, at: datetime | None = None) -> None:
    extras.first_post(author.pk, source=("post", post.pk), at=at)
    for_activity(author, at=at)


def for_activity(member: Member, *, at: datetime | None = None) -> None:
    """For what counts as `active` (events.names.ACTIVE): it may make a streak of days."""
    extras.active(member.pk, at=at)


def of_posts(ids: Collection[int]) -> EntryQuerySet:
    """The standing entries that these posts caused."""
    return Entry.objects.standing().filter(source_kind="post", source_id__in=ids).order_by("pk")


def family(entry: Entry) -> str:
    """The key under which an entry was asked for (the ledger numbers later ones of the same key)."""
    return entry.key.split("#")[0]


def earners(ids: Collection[int]) -> set[int]:
    """Whose points these posts moved."""
    return set(of_posts(ids).order_by().values_list("member", flat=True))


def take_back(ids: Collection[int], *, at: datetime) -> None:
    """Reverse all that these posts gave and cost: they are being deleted at this moment."""
    for entry in of_posts(ids):
        ledger.reverse(family(entry), at=at)


def losers(ids: Collection[int], *, deleted_at: datetime | None) -> set[int]:
    """Whose points the deletion at this moment moved."""
    return set(_taken(ids, deleted_at).order_by().values_list("member", flat=True))


def give_again(ids: Collection[int], *, deleted_at: datetime, but: Collection[str] = ()) -> None:
    """Award anew, for the days they were first given for, what that deletion took; `but` not by these rules."""
    for entry in _taken(ids, deleted_at).exclude(rule__name__in=but).select_related("rule"):
        ledger.award(
            entry.rule.name,
            member_id=entry.member_id,
            source=(entry.source_kind, entry.source_id),
            key=family(entry),
            at=entry.at,
            scopes=entry.scopes,
        )


def _taken(ids: Collection[int], deleted_at: datetime | None) -> EntryQuerySet:
    if deleted_at is None:
        return Entry.objects.none()
    reversed_then = Entry.objects.awards().filter(reversal__at=deleted_at)
    return reversed_then.filter(source_kind="post", source_id__in=ids).order_by("at", "pk")
