"""What a segment is called and whom it is about; what it means is built beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any as Json

from django import forms
from django.utils.translation import gettext_lazy as _

from growth.segments import building
from growth.segments.building import Draft
from growth.segments.conditions import All, Any, Fault, Invalid, Node, Not, write
from growth.segments.models import Segment
from growth.segments.vocabulary import HOLDS, read


class SegmentDetails(forms.ModelForm):
    class Meta:
        model = Segment
        fields = ("name", "description", "who", "kind")
        labels = {"kind": _("Kept"), "who": _("About whom")}


class FromPeople(forms.Form):
    """What a list of people posts: the question whose answer it is, and a name."""

    name = forms.CharField(max_length=120)
    kind = forms.SlugField(max_length=40)
    params = forms.JSONField()
    cell = forms.JSONField(required=False)  # {} is empty to Django


@dataclass
class Built:
    """A definition on its way: as rows, or as JSON where rows cannot say it or whoever builds wants to."""

    draft: Draft
    text: str = ""
    as_json: bool = False
    faults: list[Fault] | None = None  # of the JSON; those of rows hang on the rows

    def checked(self) -> Json:
        """The definition in its one form; None where it is faulty, with the faults where they belong."""
        given = self._given()
        try:
            return write(read(given)) if given is not None else None
        except Invalid as invalid:
            if self.as_json:
                self.faults = invalid.faults
            else:
                building.place(self.draft, invalid.faults)
            return None

    def _given(self) -> Json:
        if not self.as_json:
            return building.definition(self.draft, HOLDS)
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError):
            self.faults = [Fault("", "not_json")]
            return None


def built(post: Mapping[str, str]) -> Built:
    """What a form sent, after what its button says."""
    found = Built(building.received(post), post.get("json", ""), post.get("mode") == "json")
    action = post.get("act", "")
    if action == "as_json":
        return in_json(building.definition(found.draft, HOLDS), found.draft)
    if action == "as_rows" and (node := _node(found.text)) is not None:
        return opened(node)
    found.draft = building.act(found.draft, action)
    return found


def opened(node: Node) -> Built:
    """In rows, if rows can say it whole."""
    draft = building.drafted(node)
    try:
        whole = _plain(read(building.definition(draft, HOLDS))) == _plain(node)
    except Invalid:
        whole = False
    return Built(draft) if whole else in_json(write(node), building.blank())


def in_json(definition: Json, draft: Draft) -> Built:
    return Built(draft, json.dumps(definition, ensure_ascii=False, indent=2), as_json=True)


def _plain(node: Node) -> Node:
    """Without what says nothing: a group of one, a negation of a negation."""
    if isinstance(node, All | Any):
        items = tuple(map(_plain, node.items))
        return items[0] if len(items) == 1 else type(node)(items)
    if isinstance(node, Not):
        item = _plain(node.item)
        return item.item if isinstance(item, Not) else Not(item)
    return node


def _node(text: str) -> Node | None:
    try:
        return read(json.loads(text))
    except (ValueError, RecursionError):
        return None
