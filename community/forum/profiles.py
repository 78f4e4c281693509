"""What a member's profile shows. Whatever comes from posts goes through `visible_to(viewer)`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import BooleanField, Count, Exists, F, Func, OuterRef, Q, Sum, Value
from django.utils import timezone

from community.forum.curve import Curve, curve
from community.forum.models import Follow, Post, Tag
from community.forum.models.posts import PostQuerySet
from community.members.models import Award, Member, MemberQuerySet
from community.points.models import PointsDay

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

RANKS = {1: "gold", 2: "silver", 3: "bronze"}


@dataclass(frozen=True)
class Strength:
    name: str
    score: int
    posts: int


@dataclass(frozen=True)
class Earned:
    name: str
    description: str
    rank: str
    times: int


@dataclass(frozen=True)
class Activity:
    """All of it is empty where the member keeps it from the viewer."""

    curve: Curve | None = None
    counts: dict[str, int] = field(default_factory=dict)
    best: list[Post] = field(default_factory=list)
    strengths: list[Strength] = field(default_factory=list)
    recent: list[Post] = field(default_factory=list)


class Unnest(Func):
    function = "unnest"
    set_returning = True
    arity = 1


def profiles_for(viewer: Member | AnonymousUser) -> MemberQuerySet:
    """Members with whether the viewer follows them."""
    if not viewer.is_authenticated:
        return Member.objects.annotate(followed=Value(False, output_field=BooleanField()))
    return Member.objects.annotate(followed=Exists(Follow.objects.filter(member=viewer.pk, followed=OuterRef("pk"))))


def activity(member: Member, viewer: Member | AnonymousUser) -> Activity:
    """Five queries, none where the viewer may not see it."""
    if not (member.profile_public or viewer.is_authenticated):
        return Activity()
    posts = posts_of(member, viewer)
    best, recent = best_and_recent(posts)
    return Activity(points_curve(member), counts(posts), best, strengths(posts), recent)


def posts_of(member: Member, viewer: Member | AnonymousUser) -> PostQuerySet:
    """What the member wrote, as far as it stands and the viewer may read it."""
    standing = Post.objects.visible_to(viewer).standing().filter(author=member)
    return standing.filter(topic__deleted_at=None, topic__hidden_at=None, topic__merged_into=None)


def points_curve(member: Member) -> Curve:
    days = list(PointsDay.objects.filter(member=member, scope="site").order_by("day").values_list("day", "points"))
    start = member.points_total - sum(points for _day, points in days)
    first, last = timezone.localtime(member.date_joined).date(), timezone.localdate()
    if days:  # years without points after them fill a quarter of the drawing at most
        newest = days[-1][0]
        last = min(last, newest + max((newest - first) / 3, timedelta(days=30)))
    return curve(days, start=start, first=first, last=last)


def counts(posts: PostQuerySet) -> dict[str, int]:
    answer = Q(number__gt=0, topic__kind="question")
    return posts.aggregate(
        topics=Count("pk", filter=Q(number=0)),
        answers=Count("pk", filter=answer),
        accepted=Count("pk", filter=answer & Q(pk=F("topic__accepted"))),
    )


def best_and_recent(posts: PostQuerySet, *, best: int = 5, recent: int = 10) -> tuple[list[Post], list[Post]]:
    """The best answers and the newest posts, in one query; each list is cut from the union of both."""
    answers = Q(number__gt=0, topic__kind="question", score__gt=0)
    top = posts.filter(answers).order_by("-score", "-created_at").values("pk")[:best]
    newest = posts.order_by("-created_at").values("pk")[:recent]
    of_topic = ("topic__title", "topic__title_html", "topic__slug", "topic__kind", "topic__accepted")
    both = posts.filter(Q(pk__in=top) | Q(pk__in=newest)).select_related("topic")
    both = both.only("number", "score", "created_at", *of_topic)
    found = sorted(both, key=lambda post: post.created_at, reverse=True)
    good = [post for post in found if post.number and post.score > 0 and post.topic.is_question]
    return sorted(good, key=lambda post: -post.score)[:best], found[:recent]


def strengths(posts: PostQuerySet, limit: int = 8) -> list[Strength]:
    """Tags by the sum of scores of the member's posts under them. Two queries."""
    sums = posts.annotate(tag=Unnest("topic__tag_ids")).values("tag").annotate(score=Sum("score"), posts=Count("pk"))
    rows = list(sums.filter(score__gt=0).order_by("-score", "tag")[:limit])
    names = dict(Tag.objects.filter(pk__in=[row["tag"] for row in rows]).values_list("pk", "name")) if rows else {}
    return [Strength(names[row["tag"]], row["score"], row["posts"]) for row in rows if row["tag"] in names]


def badges(member: Member) -> list[Earned]:
    """What the member earned and how often, gold first."""
    earned = Award.objects.filter(member=member).values_list("badge__name", "badge__description", "badge__rank")
    found = earned.annotate(times=Count("pk")).order_by("badge__rank", "badge__name")
    return [Earned(name, description, RANKS[rank], times) for name, description, rank, times in found]
