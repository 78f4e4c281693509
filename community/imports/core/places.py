"""Where imported topics stand: one category, and their tags."""

from __future__ import annotations

from itertools import chain, count

from django.utils.text import slugify

from community.forum.models import Category, Tag, Topic
from community.imports.core.work import Work


def category_for(source: str, name: str | None) -> int:
    """The id of the category named; else of the one that this source's topics are in; made where there is none."""
    if name is None:
        earlier = Topic.objects.filter(imported_from=source).values_list("category", flat=True).first()
        if earlier is not None:
            return earlier
    name = name or source.removesuffix(".com").removesuffix(".stackexchange").removeprefix("se-").capitalize()
    found = Category.objects.filter(name__iexact=name).order_by("pk").first()
    return (found or Category.objects.create(name=name, slug=_free_slug(name))).pk


def _free_slug(name: str) -> str:
    base = slugify(name, allow_unicode=True)[:50] or "imported"
    taken = set(Category.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(slug for slug in chain([base], (f"{base}-{number}" for number in count(2))) if slug not in taken)


def add_tags(work: Work) -> None:
    """`known_tag`: what a name of the dump, in lower case, is here. A tag of that name is used, a synonym followed."""
    work.make("known_tag", "name text PRIMARY KEY, ours bigint, fresh boolean")
    work.keep(
        "named_tag",
        """
        SELECT DISTINCT ON (lower(name)) * FROM (
        SELECT id, name, excerpt_post, wiki_post FROM staged_tag
        UNION ALL SELECT DISTINCT NULL::bigint, unnest(tags), NULL::bigint, NULL::bigint FROM staged_post
        ) t ORDER BY lower(name), id NULLS LAST, name
        """,
    )
    work.do(
        """
        INSERT INTO known_tag SELECT DISTINCT ON (name) name, ours, false FROM (
        SELECT 1 AS choice, lower(n.name) AS name, coalesce(t.synonym_of_id, t.id) AS ours
        FROM named_tag n JOIN forum_tag t ON t.imported_from = %(source)s AND t.imported_id = n.id
        UNION ALL SELECT 2, lower(n.name), coalesce(t.synonym_of_id, t.id)
        FROM named_tag n JOIN forum_tag t ON lower(t.name) = lower(n.name)) found ORDER BY name, choice
        """
    )
    work.created["tags"] = work.insert(
        Tag,
        {
            "name": "n.name",
            "imported_from": "%(source)s",
            "imported_id": "n.id",
            "excerpt": "coalesce(e.plain, '')",
            "wiki": "coalesce(w.body, '')",
            "wiki_html": "coalesce(w.html, '')",
        },
        """
        FROM named_tag n LEFT JOIN staged_post e ON e.id = n.excerpt_post AND e.type = 4
        LEFT JOIN staged_post w ON w.id = n.wiki_post AND w.type = 5
        WHERE NOT EXISTS (SELECT FROM known_tag k WHERE k.name = lower(n.name)) ORDER BY n.id NULLS LAST, n.name
        """,
    )
    work.do(
        """
        INSERT INTO known_tag SELECT lower(n.name), t.id, true FROM named_tag n
        JOIN forum_tag t ON lower(t.name) = lower(n.name) ON CONFLICT DO NOTHING
        """
    )
    work.do("ANALYZE known_tag")
