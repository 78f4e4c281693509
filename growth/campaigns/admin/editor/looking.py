"""What a form's message looks like to a real member, by each channel, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.members.models import Member
from growth.campaigns.admin.editor.forms import OF_CONTENT, Editor
from growth.campaigns.channels.interface import Message
from growth.campaigns.content.composing import Problem
from growth.campaigns.content.previewing import preview
from growth.campaigns.content.validating import Finding, findings
from growth.campaigns.models import Campaign, Channel, Variation
from growth.segments.models import Membership

SOME = 30

REASONS = {
    "nothing_to_say": gettext_lazy("The source finds nothing for this member: they would get no message."),
    "member_gone": gettext_lazy("This member is not active: they would get no message."),
    "unreadable": gettext_lazy("The source finds for this member only what you may not read yourself."),
    "template": gettext_lazy("The texts cannot be read; what is wrong is said below."),
    "foreign_address": gettext_lazy("It leads to another site: messages lead to pages of this site only."),
}


class LookForm(forms.Form):
    """Whose eyes, and which variation (from 1)."""

    look_member = forms.CharField(
        label=gettext_lazy("As this member sees it"),
        max_length=150,
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "list": "readers"}),
        help_text=gettext_lazy("A username; empty: you."),
    )
    look_variation = forms.IntegerField(
        label=gettext_lazy("Variation"), min_value=1, max_value=20, required=False, initial=1
    )


@dataclass(frozen=True)
class Look:
    member: Member | None
    messages: dict[Any, Message] = field(default_factory=dict)  # by the channel's name
    fault: Any = ""
    findings: list[tuple[Any, Finding]] = field(default_factory=list)  # where it is, in words


def readers(campaign: Campaign | None) -> list[str]:
    """Some usernames to look as: of the campaign's segment, else of those who were here last."""
    members = Member.objects.active().order_by("-seen_at", "-pk")
    if campaign and campaign.segment_id:
        persons = Membership.objects.current().filter(segment=campaign.segment_id, person__gt=0)
        members = members.filter(pk__in=list(persons.order_by("-pk").values_list("person", flat=True)[:SOME]))
    return list(members.values_list("username", flat=True)[:SOME])


def look(post: QueryDict, reader: Any) -> Look:
    """Of the form as it stands; what does not fit yet is as if it were empty."""
    editor, form = Editor(post), LookForm(post)
    form.is_valid()
    name = form.cleaned_data.get("look_member", "").lstrip("@")
    member = Member.objects.filter(username__iexact=name).first() if name else reader
    row = _row(editor, form.cleaned_data.get("look_variation") or 1)
    if member is None:
        return Look(None, fault=_("There is no member “%s”.") % name)
    if row is None:
        return Look(member, fault=_("There is no such variation."))
    return look_at(campaign_of(editor), row, member, looker=reader)


def look_at(campaign: Campaign, row: Variation, member: Member, *, looker: Any) -> Look:
    channels = row.channels or campaign.channels
    found = [(_place(one.where), one) for one in findings(campaign, row)] if row.content["texts"] else []
    if not row.content["texts"]:
        return Look(member, fault=_("Write a title, and it is shown here."))
    made = preview(campaign, row.content, member.pk, now=timezone.now(), looker=looker)
    if isinstance(made, Problem):
        return Look(member, fault=REASONS.get(made.reason, made.reason), findings=found)
    if not channels:
        return Look(member, fault=_("Choose a channel, and it is shown here."), findings=found)
    shown = {Channel(channel): made.message_of(channel) for channel in channels}
    return Look(member, shown, findings=found)


def campaign_of(editor: Editor) -> Campaign:
    """As the form would make it, unsaved."""
    editor.form.is_valid()
    given = editor.form.cleaned_data
    found = {name: given[name] for name in OF_CONTENT if given.get(name) is not None}
    return Campaign(key=given.get("key") or "campaign", **found)


def _row(editor: Editor, number: int) -> Variation | None:
    rows = list(editor.variations)
    if number > len(rows):
        return None
    rows[number - 1].is_valid()
    return Variation(**rows[number - 1].as_variation())


def _place(where: str) -> Any:
    """`en.title`, `url`, a channel or "", in words."""
    return Channel(where).label if where in Channel.values else where
