"""What segments look like for programs."""

from __future__ import annotations

from rest_framework import serializers

from community.api.shapes import BIGGEST, In, Out
from growth.segments.models import Segment

DEFINITION = "A tree of conditions; docs/analytics.md has the grammar."


class SegmentRef(Out):
    key = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    kind = serializers.ChoiceField(Segment.Kind.choices)
    who = serializers.ChoiceField(Segment.Who.choices)
    version = serializers.IntegerField(source="number")
    size = serializers.IntegerField(allow_null=True, help_text="null until it was counted once.")
    refreshed_at = serializers.DateTimeField(allow_null=True)
    refreshing = serializers.BooleanField(source="working")
    error = serializers.CharField(help_text="Why the last refresh failed; empty if it did not.")


class SegmentOut(SegmentRef):
    definition = serializers.DictField(help_text=DEFINITION)


class NewSegment(In):
    name = serializers.CharField(max_length=120)
    definition = serializers.JSONField(help_text=DEFINITION)
    key = serializers.SlugField(required=False, max_length=50, help_text="Out of the name, unless given.")
    description = serializers.CharField(required=False, allow_blank=True, max_length=500)
    kind = serializers.ChoiceField(Segment.Kind.choices, required=False)
    who = serializers.ChoiceField(Segment.Who.choices, required=False)


class ChangedSegment(In):
    name = serializers.CharField(required=False, max_length=120)
    definition = serializers.JSONField(required=False, help_text="Another one makes the next version.")
    description = serializers.CharField(required=False, allow_blank=True, max_length=500)
    kind = serializers.ChoiceField(Segment.Kind.choices, required=False)
    who = serializers.ChoiceField(Segment.Who.choices, required=False)


class Preview(In):
    definition = serializers.JSONField(help_text=DEFINITION)
    who = serializers.ChoiceField(Segment.Who.choices, required=False, default=Segment.Who.MEMBERS)


class OverlapOut(Out):
    key = serializers.CharField()
    name = serializers.CharField()
    size = serializers.IntegerField(allow_null=True)
    both = serializers.IntegerField()


class PreviewOut(Out):
    definition = serializers.DictField(help_text="In its one form.")
    state = serializers.ChoiceField(["done", "computing", "failed"])
    as_of = serializers.DateTimeField(allow_null=True)
    size = serializers.IntegerField(allow_null=True)
    sample = serializers.ListField(child=serializers.IntegerField(), help_text="Members' ids, or minus visitors'.")
    overlap = OverlapOut(many=True)


class MembershipOut(Out):
    person = serializers.IntegerField(help_text="A member's id, or minus a visitor's.")
    entered_at = serializers.DateTimeField()
    left_at = serializers.DateTimeField(allow_null=True)


class MembershipQuery(In):
    person = serializers.IntegerField(required=False, min_value=-BIGGEST, max_value=BIGGEST)
    ever = serializers.BooleanField(required=False, default=False, help_text="Those who have left, too.")
