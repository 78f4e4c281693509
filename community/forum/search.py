"""Search: posts by words, tags, authors and state; topics like a title. The words are cut by `indexing.lexemes`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import F, OuterRef, Q
from django.db.models.functions import Coalesce

from community.arrays import in_array
from community.forum.highlighting import Part, highlight, plain
from community.forum.indexing import lexemes
from community.forum.models import Post, Tag, Topic
from community.forum.models.posts import PostQuerySet
from community.forum.queries import Query
from community.members.models import Member

if TYPE_CHECKING:
    Reader = Member | AnonymousUser

SIZE, PAGES = 20, 10
MOST_ALIKE = 50  # of which the member sees those that they may read
CANDIDATES = 2000  # ranked at most: what a word of every second post costs stays bounded
WEIGHTS = [0.05, 0.2, 0.6, 1.0]  # D, C (text), B (tags), A (title)
STATES = {
    "unanswered": Q(topic__kind="question", topic__reply_count=0),
    "answered": Q(topic__kind="question", topic__reply_count__gt=0),
    "accepted": Q(topic__accepted__isnull=False),
    "open": Q(topic__closed_at=None),
    "closed": Q(topic__closed_at__isnull=False),
}
# Words of titles that say nothing of what a topic is about.
EMPTY = frozenset(
    re.findall(
        r"\w+",
        "a an and are as at be by can do doe does for from how i if in is it my not of on or that the this to "
        "use using was what when where which why will with you your",
    )
)


@dataclass(frozen=True)
class Hit:
    post: int
    topic: int
    url: str
    title: list[Part]
    snippet: list[Part]
    score: int
    accepted: bool
    tags: list[str]
    author: Member | None
    at: datetime


@dataclass(frozen=True)
class Results:
    hits: list[Hit]
    more: bool
    members: list[Member]
    unknown: tuple[str, ...]


_HIT = ("number", "html", "score", "created_at", "topic__title", "topic__slug")


class Written(SearchQuery):
    """A query written out (`'redis' & 'board'`), taken as it is rather than parsed into words once more."""

    template = "%(expressions)s::tsquery"


def run(query: Query, *, member: Reader, topic: Topic | None = None, number: int = 1, size: int = SIZE) -> Results:
    """One page of what the member may read, best first; without words, newest first."""
    if query.empty:
        return Results([], more=False, members=[], unknown=query.unknown)
    found = _ranked(_matching(query, member, topic), query)
    start = (number - 1) * size
    posts = list(_for_hits(found)[start : start + size + 1])
    terms = [*query.words, *query.phrases]
    hits = [_hit(post, terms) for post in posts[:size]]
    people = _members(query) if number == 1 and not topic else []
    return Results(hits, more=len(posts) > size and number < PAGES, members=people, unknown=query.unknown)


def _matching(query: Query, member: Reader, topic: Topic | None) -> PostQuerySet:
    posts = Post.objects.visible_to(member).standing()
    posts = posts.filter(topic__deleted_at=None, topic__hidden_at=None, topic__merged_into=None)
    if topic:
        posts = posts.filter(topic=topic)
    for name in query.tags:
        posts = posts.filter(topic__tag_ids__contains=_tag_id(name))
    if query.users:
        posts = posts.filter(author__in=[m.pk for name in query.users for m in Member.objects.named(name)])
    if query.kinds:
        posts = posts.filter(topic__kind__in=query.kinds)
    for state in query.states:
        posts = posts.filter(STATES[state])
    if not (query.has_text or query.users):
        posts = posts.filter(number=0)
    return posts


def _tag_id(name: str) -> list[int]:
    """The id that stands for a tag or synonym on topics; one that nothing has, where there is no such tag."""
    found = Tag.objects.filter(name__iexact=name).values_list(Coalesce("synonym_of", "pk"), flat=True)
    return [found.first() or 0]


def _ranked(posts: PostQuerySet, query: Query) -> PostQuerySet:
    if not query.has_text:
        return posts.order_by("-created_at", "-pk")
    wanted = Written(all_of(query))
    some = posts.filter(search=wanted).values("pk")[:CANDIDATES]
    rank = SearchRank(F("search"), wanted, weights=WEIGHTS)  # by its name alone it would be parsed as a text
    return Post.objects.filter(pk__in=some).annotate(rank=rank).order_by("-rank", "-score", "-pk")


def _for_hits(posts: PostQuerySet) -> PostQuerySet:
    names = Tag.objects.filter(in_array(OuterRef("topic__tag_ids"))).order_by("name")
    posts = posts.annotate(tag_names=ArraySubquery(names.values("name")), accepted=F("topic__accepted"))
    return posts.select_related("author", "topic").only(*_HIT, *(f"author__{name}" for name in Member.BYLINE))


def _hit(post: Post, terms: list[str]) -> Hit:
    return Hit(
        post=post.pk,
        topic=post.topic_id,
        url=post.get_absolute_url(),
        title=highlight(post.topic.title, terms),
        snippet=highlight(plain(post.html), terms),
        score=post.score,
        accepted=post.accepted == post.pk,  # type: ignore[attr-defined]
        tags=post.tag_names,  # type: ignore[attr-defined]
        author=post.author,
        at=post.created_at,
    )


def _members(query: Query) -> list[Member]:
    """People whose name begins like the one word typed."""
    if len(query.words) != 1 or query.phrases or query.tags or query.users:
        return []
    return list(Member.objects.active().for_byline().filter(username__istartswith=query.words[0])[:5])


def all_of(query: Query) -> str:
    """Every word and phrase, none of those to be left out."""
    wanted = [_term(word) for word in query.words] + [_phrase(phrase) for phrase in query.phrases]
    unwanted = [f"!({term})" for term in map(_term, query.without) if term]
    return " & ".join([*filter(None, wanted), *unwanted]) or "'\x01'"


def _term(word: str) -> str:
    found = lexemes(word)
    if len(found) == 1 and len(found[0]) == 1 and not found[0].isascii():
        return f"'{found[0]}':*"  # one Chinese character: the pairs that begin with it
    if not word.isascii():
        return _phrase(word)  # pairs that overlap stand one behind the other
    return " & ".join(f"'{lexeme}'" for lexeme in found)


def _phrase(phrase: str) -> str:
    # A compound stands at the place of its first part; in a row, the parts are enough.
    found = [f"'{lexeme}'" for lexeme in lexemes(phrase) if not {".", "_"} & set(lexeme)]
    return "(" + " <-> ".join(found) + ")" if found else ""


def any_of(words: Iterable[str]) -> str:
    return " | ".join(f"'{word}'" for word in dict.fromkeys(words))


def similar(title: str, *, member: Reader, but: int = 0, limit: int = 5) -> list[Topic]:
    """Topics whose title, tags and opening share the title's words, the most alike first."""
    words = [word for word in lexemes(title) if word not in EMPTY and len(word) > 1][:12]
    if not words:
        return []
    wanted = Written(any_of(words))
    # The best first, then who may read them: asked of each candidate it would be asked of every topic there is.
    some = Post.objects.filter(number=0, search=wanted).exclude(topic=but).values("pk")[:CANDIDATES]
    rank = SearchRank(F("search"), wanted, weights=WEIGHTS)
    ranked = Post.objects.filter(pk__in=some).order_by(rank.desc(), "-pk")
    best = list(ranked.values_list("topic", flat=True)[:MOST_ALIKE])
    shown = Topic.objects.visible_to(member).listed().only("title", "title_html", "slug", "score", "accepted")
    topics = shown.in_bulk(best)
    return [topics[pk] for pk in best if pk in topics][:limit]
