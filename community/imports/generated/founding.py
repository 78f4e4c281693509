"""What is there before anybody writes: categories, tags, and the members, who join at their times."""

from __future__ import annotations

from collections.abc import Iterable

from community.forum.models import Audience, Category, Tag
from community.forum.text import render
from community.members.accounts import unique_username
from community.members.models import Member

from .actions import Joined

CATEGORIES: tuple[dict[str, str], ...] = (
    {
        "name": "Questions",
        "slug": "questions",
        "colour": "#0f766e",
        "description": "Something does not work, or you wonder why it does: ask, with what you tried.",
    },
    {
        "name": "Discussions",
        "slug": "discussions",
        "colour": "#1d4ed8",
        "description": "Choices without one right answer: tools, habits, work.",
    },
    {
        "name": "Show and tell",
        "slug": "show-and-tell",
        "colour": "#b45309",
        "description": "What you built, measured or learned, for others to read and to ask about.",
    },
    {
        "name": "中文",
        "slug": "zhongwen",
        "colour": "#be123c",
        "description": "用中文提问、讨论和分享。",
    },
    {
        "name": "Site feedback",
        "slug": "site-feedback",
        "colour": "#6d28d9",
        "description": "How this place works, and how it could work better.",
    },
    {
        "name": "Moderators",
        "slug": "moderators",
        "colour": "#475569",
        "description": "Where the moderators talk things over. Nobody else sees this.",
        "readers": Audience.MODERATORS,
        "posters": Audience.MODERATORS,
    },
)


def found_categories() -> dict[str, Category]:
    """The site's categories by name; those of the same slug that are there already are used as they are."""
    found = {}
    for position, fields in enumerate(CATEGORIES):
        defaults = {**fields, "position": position}
        found[fields["name"]], _new = Category.objects.get_or_create(slug=fields["slug"], defaults=defaults)
    return found


# As the moderators promise in the texts (tag-synonyms).
SYNONYMS = {"postgres": "postgresql", "k8s": "kubernetes", "django-rest-framework": "drf", "timezone": "time-zones"}


def make_tags(names: Iterable[str]) -> dict[str, Tag]:
    names = sorted(set(names))
    Tag.objects.bulk_create([Tag(name=name) for name in names], ignore_conflicts=True)
    found = {tag.name: tag for tag in Tag.objects.filter(name__in=names)}
    others = [Tag(name=name, synonym_of=found[of]) for name, of in SYNONYMS.items() if of in found]
    Tag.objects.bulk_create(others, ignore_conflicts=True)
    return found


def enrol(joining: Iterable[Joined]) -> dict[str, Member]:
    """Everybody who will join, by the plan's usernames, without passwords or addresses.

    Who has a name that is taken here gets another. Points and events of joining come at their time.
    """
    made = {action.username: _member(action) for action in joining}
    Member.objects.bulk_create(made.values())
    return made


def _member(action: Joined) -> Member:
    person = action.person
    is_taken = Member.objects.named(person.username).exists()
    member = Member(
        username=unique_username(person.username) if is_taken else person.username,
        display_name=person.display_name,
        bio=person.bio,
        bio_html=render(person.bio, format="markdown").html if person.bio else "",
        location=person.location,
        language=person.language,
        time_zone=person.time_zone,
        is_moderator=person.moderator,
        date_joined=action.at,
        seen_at=action.at,
        read_before=action.at,
    )
    member.set_unusable_password()
    return member
