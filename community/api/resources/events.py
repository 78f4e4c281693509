"""Programs' own events: declared first, then recorded in batches. The site's pages send theirs to the same address."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from oauth2_provider.models import AccessToken
from rest_framework import serializers
from rest_framework.request import Request

from community.api import scopes
from community.api.base import Resource
from community.api.operations import operation
from community.api.paging import Page, by_keyset
from community.api.problems import Problem
from community.api.shapes import Id, In, Out
from community.forum.denied import Denied, Unfit
from events.api import beacon
from events.collecting import programs
from events.collecting.reading import MOST_BYTES, MOST_EVENTS, Batch
from events.models import DeclaredEvent

WORD = r"^[a-z][a-z0-9_]*$"


class ObjectIn(In):
    kind = serializers.ChoiceField(choices=sorted({*programs.ABOUT, *programs.EXPOSURE.objects}))
    id = Id()


class EventIn(In):
    name = serializers.CharField(max_length=40)
    at = serializers.DateTimeField(required=False, help_text="Of the act, up to 30 days ago; now unless given.")
    id = serializers.CharField(required=False, max_length=100, help_text="Your own: the same one is written once.")
    external_id = serializers.CharField(
        required=False, max_length=200, help_text="Who did it, by their name in your system; the caller unless given."
    )
    object = ObjectIn(required=False)
    value = serializers.FloatField(required=False)
    properties = serializers.DictField(required=False, help_text="Those declared; no personal data.")


class EventList(serializers.ListField):
    """Each event is checked on its own, so that one that is refused does not hold up the others."""

    child = EventIn()

    def to_internal_value(self, data: Any) -> list[Any]:
        if not isinstance(data, list):
            self.fail("not_a_list", input_type=type(data).__name__)
        if len(data) > MOST_EVENTS:
            self.fail("max_length", max_length=MOST_EVENTS)
        return data


class EventsIn(In):
    events = EventList(max_length=MOST_EVENTS)
    sent_at = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=2**53 - 1,
        help_text="Your clock, ms since 1970: times are put right by it.",
    )


class RefusalOut(Out):
    index = serializers.IntegerField(help_text="Which event of the batch, from 0.")
    reason = serializers.CharField()
    detail = serializers.CharField()


class IntakeOut(Out):
    written = serializers.IntegerField()
    duplicates = serializers.IntegerField(help_text="Written before, under the same id.")
    refused = RefusalOut(many=True)


class Events(Resource):
    """Without a token it is the script of the site's own pages that speaks: events/api.py answers."""

    required_scopes = {"POST": scopes.EVENTS}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST" and "Authorization" not in request.headers:
            return beacon(request)
        return super().dispatch(request, *args, **kwargs)

    @operation("Record your own events", name="recordEvents", takes=EventsIn, returns=IntakeOut)
    def post(self, request: Request, *, given: dict[str, Any]) -> programs.Report:
        """At most 1000 in 1 MB. What is refused is told one by one; the others are written."""
        if len(request._request.body) > MOST_BYTES:
            raise Problem("too-large")
        batch = Batch(given["events"], given.get("sent_at"))
        return programs.record(batch, owner=owner_of(request), unit=request.user.pk, now=timezone.now())


@csrf_exempt
def without_slash(request: HttpRequest) -> HttpResponseBase:
    """A redirect would lose the body."""
    return Events.as_view()(request)


class DeclarationIn(In):
    name = serializers.RegexField(WORD, max_length=40)
    description = serializers.CharField(required=False, max_length=200, allow_blank=True)
    properties = serializers.ListField(required=False, child=serializers.RegexField(WORD, max_length=40), max_length=50)


class DeclarationOut(Out):
    name = serializers.CharField()
    description = serializers.CharField()
    properties = serializers.ListField(child=serializers.CharField())
    declared_at = serializers.DateTimeField(source="created_at")


class Declarations(Resource):
    required_scopes = {"GET": scopes.EVENTS, "POST": scopes.EVENTS}

    @operation("List your declared events", name="listDeclaredEvents", returns=DeclarationOut, page=True)
    def get(self, request: Request, *, query: dict[str, Any]) -> Page:
        return by_keyset(DeclaredEvent.objects.filter(owner=owner_of(request)), query, order=("-id",))

    @operation(
        "Declare an event of your own", name="declareEvent", takes=DeclarationIn, returns=DeclarationOut, status=201
    )
    def post(self, request: Request, *, given: dict[str, Any]) -> DeclaredEvent:
        """Once for each name, by staff who may add declared events. Done again, it changes what is said of it."""
        if not request.user.has_perm("events.add_declaredevent"):
            raise Denied(_("Events are declared by staff who may add declared events."))
        try:
            return programs.declare(**given, owner=owner_of(request))
        except programs.Undeclarable as error:
            raise Unfit(str(error)) from error


def owner_of(request: Request) -> str:
    """`app:<client id>` for an OAuth application, `member:<id>` for who calls with their own token."""
    if request.auth and request.auth.kind == "oauth":
        return f"app:{AccessToken.objects.select_related('application').get(pk=request.auth.id).application.client_id}"
    return f"member:{request.user.pk}"
