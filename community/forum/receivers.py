"""What is saved as a whole, in forms and in admin, and is shown on many pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from community.forum import visitors
from community.forum.models import Category, Tag
from community.members.models import Member

SHOWN = frozenset({"username", "display_name", "avatar", "is_active"})


@receiver([post_save, post_delete], sender=Category)
@receiver([post_save, post_delete], sender=Tag)
def show_places_anew(**kwargs: Any) -> None:
    visitors.changing_everything()


@receiver(post_save, sender=Member)
def show_people_anew(created: bool, update_fields: Iterable[str] | None, **kwargs: Any) -> None:
    if not created and (update_fields is None or SHOWN & set(update_fields)):
        visitors.changing_everything()
