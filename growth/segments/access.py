"""Who may read segments, who may make them, and who may see whom they hold."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied

from growth.reports import access


def check(member: Any, *, act: str = "view", people: bool = False) -> None:
    """`act`: view, add, change or delete."""
    access.check(member, people=people)
    if not may(member, act):
        raise PermissionDenied


def may(member: Any, act: str) -> bool:
    return bool(access.may_read(member) and member.has_perm(f"segments.{act}_segment"))
