"""Starting points: what a new campaign of a usual kind begins with. Everything may be changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from experiments.models import Metric
from growth.campaigns.admin.editor import rows
from growth.campaigns.models import Campaign, FrequencyCap, SubscriptionTopic

EN, ZH = "en", "zh-hans"
Content = Mapping[str, Any]
WEEKLY = {"repeat": Campaign.Repeat.WEEKLY, "local_time": True}


def _says(title: tuple[str, str], body: tuple[str, str], url: str = "/") -> Content:
    texts = {language: {"title": title[n], "body": body[n]} for n, language in enumerate((EN, ZH))}
    return {"texts": texts, "url": url}


def _next(weekday: int, hour: int) -> datetime:
    """The next such day of the week at that hour, on the site's clock."""
    now = timezone.localtime()
    day = now.date() + timedelta(days=(weekday - now.weekday()) % 7 or 7)
    return timezone.make_aware(datetime.combine(day, time(hour)))


@dataclass(frozen=True)
class StartingPoint:
    """`times` are worked out when it is taken; topic and goal are keys, left out where the site has none of them."""

    key: str
    name: Promise
    about: Promise
    variations: Sequence[tuple[str, str, Content]]
    fields: Mapping[str, Any] = field(default_factory=dict)
    times: Callable[[], Mapping[str, datetime]] = dict
    topic: str = "news"
    goal: str = "seen-day-3"
    is_written: bool = True  # its texts are there, and so is its name

    def initial(self) -> dict[str, Any]:
        topic = SubscriptionTopic.objects.filter(key=self.topic).values_list("pk", flat=True).first()
        metrics: Any = Metric.objects.living().with_newest()
        goal = metrics.filter(key=self.goal).values_list("newest_id", flat=True).first()
        own = {"name": self.name} if self.is_written else {}
        return {**own, **self.fields, **self.times(), "topic": topic, "goal": goal}

    def rows(self) -> list[dict[str, Any]]:
        return [
            {"key": key, "name": name, "weight": 1, "levels": {}, **rows.of_content(content)}
            for key, name, content in self.variations
        ]


STARTING_POINTS = (
    StartingPoint(
        "words",
        _("Two texts, one time"),
        _("A segment gets one of two texts, a tenth gets nothing. Shows which is better, and whether either helps."),
        (
            ("plain", "Plain", _says(("", ""), ("", ""))),
            ("warm", "Warm", _says(("", ""), ("", ""))),
        ),
        {"channels": ["webpush", "email"]},
        is_written=False,
    ),
    StartingPoint(
        "factors",
        _("A factorial"),
        _("Every title at every time of day: what each of them does, and whether they help each other."),
        (("first", "First", _says(("", ""), ("", ""))),),
        {
            "channels": ["webpush", "email"],
            "local_time": True,
            "factors": {"title": ["ask", "tell"], "time": ["09:00", "19:00"]},
        },
        is_written=False,
    ),
    StartingPoint(
        "newcomers",
        _("Day-3 retention of newcomers"),
        _("A day after they sign up, 40 % of newcomers get one of three messages or nothing, for two weeks."),
        (
            (
                "welcome",
                "Welcome",
                _says(
                    ("Good to have you here, {{ member.name }}", "{{ member.name }}，很高兴你来了"),
                    ("See what others are asking today.", "看看大家今天在问什么。"),
                ),
            ),
            (
                "ask",
                "Ask",
                _says(
                    ("What would you like to know?", "你想知道什么？"),
                    ("Most questions here get an answer. Yours may be next.", "这里的问题大多有人回答，轮到你了。"),
                    "/ask/",
                ),
            ),
            (
                "answer",
                "Answer",
                _says(
                    ("Somebody may need what you know", "也许有人正需要你懂的东西"),
                    ("These questions still wait for an answer.", "这些问题还在等人回答。"),
                    "/unanswered/",
                ),
            ),
        ),
        {
            "kind": Campaign.Kind.TRIGGERED,
            "trigger": Campaign.Trigger.EVENT,
            "trigger_event": "signed_up",
            "delay": timedelta(days=1),
            "coverage": 4000,
            "holdout": 2500,
            "channels": ["webpush", "email", "inapp"],
        },
        times=lambda: {"ends_at": timezone.now() + timedelta(days=14)},
    ),
    StartingPoint(
        "unanswered",
        _("Unanswered questions in your tags"),
        _("Once a week, on Tuesday at ten by their own clock: a question that waits for somebody like them."),
        (
            (
                "question",
                "The question",
                _says(
                    ("{{ item.title }}", "{{ item.title }}"),
                    (
                        "{% if count > 1 %}This and {{ count }} questions in all wait in your tags.{% else %}"
                        "It waits for an answer in your tags.{% endif %}",
                        "{% if count > 1 %}你关注的标签里共有 {{ count }} 个问题在等回答。{% else %}"
                        "它在你关注的标签里，还没有人回答。{% endif %}",
                    ),
                    "{{ item.url }}",
                ),
            ),
            (
                "count",
                "How many",
                _says(
                    (
                        "{% if count > 1 %}{{ count }} questions wait{% else %}A question waits{% endif %} for you",
                        "有 {{ count }} 个问题在等你",
                    ),
                    ("{{ item.title }}", "{{ item.title }}"),
                    "{{ item.url }}",
                ),
            ),
        ),
        {"source": "unanswered_in_tags", "channels": ["webpush", "email"], **WEEKLY},
        times=lambda: {"starts_at": _next(1, 10)},
        topic="questions",
    ),
    StartingPoint(
        "missed",
        _("What you missed"),
        _("Once a week, on Sunday evening: what others liked while they were away."),
        (
            (
                "digest",
                "Digest",
                _says(
                    ("What you missed this week", "这一周你错过了什么"),
                    (
                        "{% for item in items %}{{ item.title }}{% if not loop.last %}\n{% endif %}{% endfor %}",
                        "{% for item in items %}{{ item.title }}{% if not loop.last %}\n{% endif %}{% endfor %}",
                    ),
                ),
            ),
        ),
        {
            "source": "missed",
            "channels": ["email", "inapp"],
            "priority": FrequencyCap.Priority.LOW,
            **WEEKLY,
        },
        times=lambda: {"starts_at": _next(6, 18)},
        topic="missed",
    ),
)
BY_KEY = {point.key: point for point in STARTING_POINTS}
