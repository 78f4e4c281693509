"""Who may say what, and how well they suit it."""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta

from .citizens import Citizen
from .texts import MODERATOR, OPENER, PostText, TopicText

_HAN = re.compile("[\u4e00-\u9fff]{4}")


def may_read(citizen: Citizen, topic: TopicText) -> bool:
    if topic.category == "Moderators":
        return citizen.person.moderator
    return topic.language in citizen.person.reads


def may_say(citizen: Citizen, topic: TopicText, speaker: str) -> bool:
    """Moderators speak as such where the text has a part for them, and open the pinned topics."""
    if not may_read(citizen, topic):
        return False
    if speaker == OPENER and topic.pinned:
        return citizen.person.moderator
    if any(post.speaker == MODERATOR for post in topic.posts):
        return citizen.person.moderator == (speaker == MODERATOR)
    return True


def asking(citizen: Citizen, topic: TopicText, at: datetime) -> float:
    """Questions come from newcomers too; articles and discussions rather from those who are at home here."""
    person = citizen.person
    new = at - citizen.joined < timedelta(days=7)
    there = 1.0 if new or at <= citizen.stays_until else 0.05
    if topic.kind == "question":
        return there * person.activity**0.4 * (3 if new else 1) * _interest(citizen, topic)
    return there * person.activity**0.8 * (0.2 + person.skill) * _interest(citizen, topic)


def fitness(citizen: Citizen, topic: TopicText, post: PostText | None, at: datetime) -> float:
    """How well somebody suits a part: their activity, their interests, and for a post its quality and their skill."""
    there = 1.0 if at <= citizen.stays_until else 0.02
    fit = there * citizen.person.activity * _interest(citizen, topic)
    if post is None:
        return fit
    if _HAN.search(post.body) and "zh" not in citizen.person.reads:
        fit *= 1e-6  # a Chinese sentence in an English topic: by somebody else only where there is nobody else
    return fit * math.exp(-((1 + 4 * citizen.person.skill - post.quality) ** 2) / 1.5)


def _interest(citizen: Citizen, topic: TopicText) -> float:
    return 1 + 2 * len(set(citizen.person.interests) & set(topic.tags))
