"""The answer that solved it, chosen by who asked."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from community.forum import earning, locks, readers
from community.forum.denied import Denied, Unfit, check_readable
from community.forum.models import Post, Topic
from community.members.models import Member
from community.notifications import telling
from events.record import record


@locks.settled
def accept(post: Post, *, member: Member, at: datetime | None = None) -> Topic:
    """Accept an answer to one's own question, in place of the one accepted before. Raises Denied, Unfit.

    Its author and the asker get points, but not for one's own answer.
    """
    asker, topic, former = _locked(post.topic_id, member)
    answer = topic.posts.filter(pk=post.pk).first()
    if answer is None or answer.is_opening or answer.gone or not topic.is_question:
        raise Unfit(_("Only an answer to the question can be accepted."))
    if former != answer:
        now = at or timezone.now()
        if former:
            _undo(former, at)
        _mark(topic, answer, now)
        earning.for_accept(answer, topic, at=at)
        _tell(answer, topic, asker, now)
        earning.for_activity(asker, at=at)
    return topic


@locks.settled
def unaccept(topic: Topic, *, member: Member, at: datetime | None = None) -> Topic:
    """Take the acceptance back, and the points that it gave. Raises Denied."""
    _asker, topic, former = _locked(topic.pk, member)
    if former:
        _undo(former, at)
        _mark(topic, None, None)
    return topic


def _undo(former: Post, at: datetime | None) -> None:
    earning.without_accept(former, at=at)
    telling.withdraw("accepted", source=("post", former.pk))


def _locked(topic_id: int, member: Member) -> tuple[Member, Topic, Post | None]:
    """The asker, the topic and the answer accepted so far, with the locks of all whose points may move.

    Those are the authors of all answers: which one is accepted is known only under the topic's lock.
    """
    authors = Post.objects.filter(topic=topic_id).values_list("author", flat=True).distinct()
    asker, rows = locks.writer_and(member, *authors)
    topic = locks.topic(topic_id)
    check_readable(topic, asker)
    if topic.author_id != asker.pk:
        raise Denied(_("Only who asked can accept an answer."))
    former = topic.accepted
    if former and former.author_id and former.author_id not in rows:
        raise locks.Moved
    return asker, topic, former


def _mark(topic: Topic, answer: Post | None, at: datetime | None) -> None:
    topic.accepted, topic.accepted_at = answer, at
    topic.save(update_fields=["accepted", "accepted_at"])


def _tell(answer: Post, topic: Topic, asker: Member, at: datetime) -> None:
    about = ("post", answer.pk)
    record("answer_accepted", unit=asker.pk, at=at, object=about)
    if answer.author_id and answer.author_id != asker.pk:
        record("accept_received", unit=answer.author_id, at=at, object=about)
        telling.tell("accepted", to=readers.among([answer.author_id], topic), actor=asker, source=about, at=at)
