"""The moderators' queue: what is flagged, each post or comment once, with what helps to decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, F, Min
from django.db.models.functions import Coalesce

from community.forum.models import Post
from community.members.models import Member
from community.moderation.models import Flag, Suspension, Thing, kind_of

PAGE = 20


@dataclass
class History:
    """Of an author: what they wrote, how often moderators agreed with a flag on it, how often they were suspended."""

    posts: int = 0
    agreed: int = 0
    suspensions: int = 0


@dataclass
class Case:
    thing: Thing
    flags: list[Flag]
    history: History = field(default_factory=History)

    @property
    def kind(self) -> str:
        return kind_of(self.thing)

    @property
    def author(self) -> Member | None:
        return self.thing.author

    @property
    def title(self) -> str:
        post = self.thing if isinstance(self.thing, Post) else self.thing.post
        return post.topic.title

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """Each reason with the number of flags that give it, most first."""
        return Counter(flag.get_reason_display() for flag in self.flags).most_common()

    @property
    def notes(self) -> list[Flag]:
        return [flag for flag in self.flags if flag.note]


def waiting(size: int = PAGE) -> list[Case]:
    """The `size` most flagged things, the longest waiting first among equals. Six queries, whatever the size."""
    things = (
        Flag.objects.open()
        .values("post", "comment")
        .annotate(n=Count("pk"), first=Min("created_at"))
        .order_by("-n", "first")[:size]
    )
    keys = [(row["post"], row["comment"]) for row in things]
    flags = Flag.objects.open().filter(post__in=[post for post, _comment in keys if post]) | Flag.objects.open().filter(
        comment__in=[comment for _post, comment in keys if comment]
    )
    by_key: dict[tuple[int | None, int | None], list[Flag]] = {key: [] for key in keys}
    for flag in flags.select_related(*_SHOWN).order_by("pk"):
        by_key[flag.post_id, flag.comment_id].append(flag)
    cases = [Case(flags[0].thing, flags) for flags in by_key.values() if flags]
    histories = _histories({case.author.pk for case in cases if case.author})
    for case in cases:
        if case.author:
            case.history = histories[case.author.pk]
    return cases


def count() -> int:
    """How many things wait."""
    return Flag.objects.open().values("post", "comment").distinct().count()


_SHOWN = ("member", "post__author", "post__topic", "comment__author", "comment__post__topic")


def _histories(ids: Iterable[int]) -> dict[int, History]:
    histories = {pk: History() for pk in ids}
    agreed = Flag.objects.filter(state=Flag.State.AGREED).annotate(author=Coalesce("post__author", "comment__author"))
    for name, rows in (
        ("posts", Post.objects.filter(author__in=histories)),
        ("agreed", agreed.filter(author__in=histories)),
        ("suspensions", Suspension.objects.filter(member__in=histories).annotate(author=F("member"))),
    ):
        for author, n in rows.values_list("author").annotate(n=Count("pk")):
            setattr(histories[author], name, n)
    return histories
