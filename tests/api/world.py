"""A small community to call the API in, and for each operation a call that would be right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from community.forum import accepting, drafts, editing, keeping, removing, steering, voting
from community.forum.models import Comment, Post, Topic
from community.members.models import Member
from community.moderation import flagging
from community.moderation.models import Flag
from growth.campaigns.devices import registering
from growth.campaigns.models import Device
from growth.segments import keeping as segments
from tests import builders
from tests.growth.campaigns import builders as campaigns

SEGMENT = {"event": "answer_posted"}
DEVICE = 4711


@dataclass(frozen=True)
class World:
    author: Member
    topic: Topic
    opening: Post
    answer: Post
    comment: Comment
    other: Topic
    flag: Flag
    judge: Member
    remover: Member

    def prepare(self, operation: str) -> None:
        """What was done before, so that the operation has something to undo."""
        if operation == "reopenTopic":
            steering.close(self.topic, by=self.remover, reason="For a test.")
        if operation == "unacceptAnswer":
            accepting.accept(self.answer, member=self.author)
        things = {"restoreTopic": self.topic, "restorePost": self.answer, "restoreComment": self.comment}
        if operation in things:
            removing.delete(things[operation], by=self.remover)

    @property
    def path(self) -> dict[str, Any]:
        return {
            "topic_id": self.topic.pk,
            "post_id": self.answer.pk,
            "comment_id": self.comment.pk,
            "flag_id": self.flag.pk,
            "username": self.author.username,
            "tag": "redis",
            "slug": "general",
            "key": "topic",  # of a draft, of a segment, and of a campaign
            "kind": "lifecycle",
            "device_id": DEVICE,
            "delivery_id": 1,
        }

    def body(self, operation: str) -> Any:
        """What each operation takes; None where it takes nothing."""
        text = "Long enough to be a text."
        bodies = {
            "createTopic": {"title": "What is a right call?", "body": text, "category": "general", "tags": ["redis"]},
            "createPost": {"body": text},
            "createComment": {"body": text},
            "editPost": {"body": text, "version": self.answer.version},
            "editComment": {"body": text, "version": 1},
            "revertPost": {"to_version": 1, "version": self.answer.version},
            "closeTopic": {"reason": "It has gone on for long enough."},
            "moveTopic": {"category": "other"},
            "mergeTopic": {"into": self.other.pk},
            "readTopic": {"number": 1},
            "acceptAnswer": {"post": self.answer.pk},
            "vote": {"value": 1},
            "flagPost": {"reason": "spam"},
            "flagComment": {"reason": "spam"},
            "judgeFlag": {"verdict": "decline"},
            "readNotifications": {},
            "saveDraft": {"title": "Half a title"},
            "recordEvents": {"events": [{"name": "build_finished"}]},
            "declareEvent": {"name": "build_finished"},
            "registerDevice": {"channel": "fcm", "address": {"token": "of-another-telephone"}},
            "createSegment": {"name": "Answerers", "definition": SEGMENT},
            "updateSegment": {"name": "Who answered"},
            "previewSegment": {"definition": SEGMENT},
            "createCampaign": {"key": "hello", "name": "Hello", "topic": "news", "variations": [{"key": "only"}]},
            "updateCampaign": {"name": "Hello again"},
            "scheduleCampaign": {"at": "2030-01-01T09:00:00Z"},
            "pauseCampaign": {"why": "For a test."},
            "cancelCampaign": {"why": "For a test."},
            "enterCampaign": {"members": [1], "cause": "order-1"},
        }
        return bodies.get(operation)


def make(owner: Member | None = None) -> World:
    """A question by `author`, answered, commented and flagged by others; another question; two categories.

    With an `owner`, question, answer and comment are all theirs, and they are the `remover` who deleted and closed.
    """
    author, helper = owner or builders.trusted("author", points=300), owner or builders.trusted("helper", points=300)
    reader = builders.trusted("reader", points=300)
    builders.category("Other")
    topic = builders.question(author, tags=["redis"])
    answer = builders.answer(topic, helper)
    comment = builders.comment(answer, author)
    answer = editing.edit(answer, editor=helper, body="Because of another reason.", version=1)
    voting.vote(answer, member=reader, value=1)
    flag = flagging.flag(comment, member=reader, reason="rude")
    judge = builders.member("judge", is_moderator=True)
    segments.create("Topic", key="topic", definition=SEGMENT, by=judge.pk)
    campaigns.campaign(key="topic")
    return World(
        author, topic, builders.opening(topic), answer, comment, builders.question(author), flag, judge, owner or judge
    )


def give(member: Member, world: World) -> None:
    """Something of the member's own wherever a list or a key asks for it."""
    drafts.save(member, "topic", {"title": "Half a title"})
    keeping.bookmark(world.answer, member=member)
    keeping.follow(world.topic, member=member)
    registering.register(member, channel="fcm", address={"token": "of-this-very-telephone"})
    Device.objects.filter(member=member).update(id=DEVICE)
