"""Each kind of action as it happens: by the forum's own verbs, at its time; visits and votes are gathered for later."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import singledispatch

from community.forum import accepting, commenting, earning, editing, keeping, posting, steering
from community.forum.models import Bookmark, Follow, Post, Vote
from community.members.models import Member
from community.points.models import JOINED
from events.context import Context, within
from events.record import event

from .actions import (
    Accepted,
    Action,
    Bookmarked,
    Commented,
    Edited,
    Followed,
    Joined,
    Posted,
    TopicStarted,
    Visited,
    Voted,
)
from .deserving import Deserved
from .scene import Scene


@singledispatch
def perform(action: Action, scene: Scene) -> None:
    """Let the action happen. Actions come in the order of time."""
    raise TypeError(f"nobody knows how to perform {type(action).__name__}")


@contextmanager
def _present(action: Action, scene: Scene, *, active: bool = True) -> Iterator[Member]:
    """The member, in the session of their visit."""
    member = scene.members[action.username]
    with within(scene.sessions.get(action.username, Context(source="web"))):
        yield member
    if active:
        scene.earn(scene.habits.act(member.pk, action.at))


@perform.register
def _joined(action: Joined, scene: Scene) -> None:
    pk = scene.members[action.username].pk
    scene.earn([Deserved(action.at, JOINED, pk, ("member", pk), f"joined:{pk}")])
    with _present(action, scene, active=False):
        scene.events.append(event("signed_up", unit=pk, at=action.at, method="password"))


@perform.register
def _topic_started(action: TopicStarted, scene: Scene) -> None:
    text = scene.plan.topics[action.topic]
    with _present(action, scene) as author:
        topic = posting.start_topic(
            author=author,
            kind=text.kind,
            category=scene.categories[text.category],
            title=text.title,
            body=text.posts[0].body,
            tags=text.tags,
            at=action.at,
        )
        if text.pinned:
            steering.pin(topic, by=author)
    scene.topics[action.topic], scene.posts[action.topic, 0] = topic, topic.posts.get()
    _saw(action, action.topic, scene)


@perform.register
def _posted(action: Posted, scene: Scene) -> None:
    text = scene.plan.topics[action.topic].posts[action.post]
    before = None if text.reply_to is None else scene.posts[action.topic, text.reply_to]
    with _present(action, scene) as author:
        topic = scene.topics[action.topic]
        post = posting.answer(topic, author=author, body=text.body, in_reply_to=before, at=action.at)
    scene.posts[action.topic, action.post] = post
    _saw(action, action.topic, scene)


@perform.register
def _commented(action: Commented, scene: Scene) -> None:
    text = scene.plan.topics[action.topic].posts[action.post].comments[action.comment]
    with _present(action, scene) as author:
        commenting.comment(scene.posts[action.topic, action.post], author=author, body=text.body, at=action.at)
    scene.mark(action.username, action.topic, action.at)


@perform.register
def _edited(action: Edited, scene: Scene) -> None:
    text = scene.plan.topics[action.topic].posts[action.post]
    with _present(action, scene, active=False) as editor:
        post, body = scene.posts[action.topic, action.post], f"{text.body}\n\n{text.addition}"
        editing.edit(post, editor=editor, body=body, version=post.version, at=action.at)


@perform.register
def _accepted(action: Accepted, scene: Scene) -> None:
    with _present(action, scene) as asker:
        accepting.accept(scene.posts[action.topic, action.post], member=asker, at=action.at)


@perform.register
def _bookmarked(action: Bookmarked, scene: Scene) -> None:
    post = scene.posts[action.topic, 0]
    with _present(action, scene) as member:
        scene.bookmarks.append(Bookmark(member=member, post=post, created_at=action.at))
        scene.events.append(event("bookmarked", unit=member.pk, at=action.at, object=("post", post.pk)))


@perform.register
def _followed(action: Followed, scene: Scene) -> None:
    """Who follows a topic is told of its next answer, and a member is told of followers; a tag is not."""
    with _present(action, scene, active=False) as member:
        if action.kind == "tag":
            tag = scene.tags[action.target]
            scene.follows.append(Follow(member=member, tag=tag, created_at=action.at))
            scene.events.append(event("followed", unit=member.pk, at=action.at, object=("tag", tag.pk)))
        else:
            thing = scene.topics[action.target] if action.kind == "topic" else scene.members[action.target]
            keeping.follow(thing, member=member, at=action.at)


@perform.register
def _voted(action: Voted, scene: Scene) -> None:
    """What `voting.vote` does: with its twenty statements each, votes would take longer than all else."""
    post, value = scene.posts[action.topic, action.post], action.value
    with _present(action, scene) as voter:
        scene.votes.append(Vote(member=voter, post=post, value=value, created_at=action.at))
        _earn_by_vote(action, scene, post, voter)
        about, author = ("post", post.pk), scene.author_of(post)
        scene.events.append(event("vote_cast", unit=voter.pk, at=action.at, object=about, value=value))
        scene.events.append(event("vote_received", unit=author.pk, at=action.at, object=about, value=value))


def _earn_by_vote(action: Voted, scene: Scene, post: Post, voter: Member) -> None:
    topic, about, key = scene.topics[action.topic], ("post", post.pk), earning.vote_key(post, voter.pk)
    kind = earning.what(post, topic)
    rule = f"{kind}_{'upvoted' if action.value > 0 else 'downvoted'}"
    scene.earn([Deserved(action.at, rule, scene.author_of(post).pk, about, key, topic.pk)])
    if action.value < 0 and kind == "answer":
        scene.earn([Deserved(action.at, "downvoted_answer", voter.pk, about, f"{key}:cost", topic.pk)])


@perform.register
def _visited(action: Visited, scene: Scene) -> None:
    """The feed for a moment, then each topic for its share of the time."""
    scene.begin_session(action)
    topics = [key for key in action.topics if key in scene.topics]
    each = action.seconds / (len(topics) + 0.5)
    with _present(action, scene, active=False) as member:
        at = action.at
        scene.events.append(event("page_viewed", unit=member.pk, at=at, seconds=round(each / 2)))
        at += timedelta(seconds=each / 2)
        for key in topics:
            about = ("topic", scene.topics[key].pk)
            spent = round(each)
            read = event("topic_read", unit=member.pk, at=at, object=about, value=spent, seconds=spent, scroll=100)
            scene.events.append(read)
            scene.mark(action.username, key, at)
            at += timedelta(seconds=each)


def _saw(action: Action, topic: str, scene: Scene) -> None:
    scene.last[topic] = getattr(action, "post", 0)
    scene.mark(action.username, topic, action.at)
