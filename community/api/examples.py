"""Examples of every body in the schema, put together from what each field's name stands for."""

from __future__ import annotations

from typing import Any

AT = "2026-11-21T09:30:00Z"
SITE = "https://forum.example.org"

QUIET = {
    "all": [
        {"event": "answer_posted", "at_least": 2, "within_days": 14},
        {"not": {"event": "seen", "within_days": 7}},
    ]
}


_SEGMENT = {
    "key": "quiet-helpers",
    "name": "Quiet helpers",
    "kind": "refreshed",
    "error": "",
    "description": "Answered twice in two weeks, not seen for one.",
}
_ASKED = {"en": {"title": "{{ count }} questions wait for you, {{ member.name }}"}}
_CAMPAIGN = {
    "key": "unanswered-weekly",
    "name": "Unanswered, weekly",
    "kind": "broadcast",
    "state": "draft",
    "topic": "questions",
    "segment": "quiet-helpers",
    "channels": ["webpush", "email"],
    "source": "unanswered_in_tags",
    "repeat": "weekly",
    "trigger": "",
    "trigger_event": "",
    "delay": "00:00:00",
    "expires_after": "1 00:00:00",
    "holdout": 1000,
    "coverage": 10000,
    "goal": "seen-day-3",
    "per_second": 100,
    "reentry_days": None,
    "paused_why": "",
    "winner": None,
    "ends_at": None,
    "finished_at": None,
    "deliveries": {"sent": 812, "held": 90},
}
_VARIATION = {
    "key": "plain",
    "name": "Plain",
    "weight": 1,
    "content": {"texts": _ASKED, "url": "/unanswered/"},
    "channels": [],
    "at": None,
}
_DELIVERY = {
    "variation": 0,
    "channel": "webpush",
    "state": "sent",
    "reason": "",
    "held": False,
    "would_send": True,
    "clicked_at": None,
    "explained": ["It goes to every member."],
}


def _of(told: dict[str, Any], *components: str) -> dict[str, Any]:
    return {f"{component}.{field}": value for component in components for field, value in told.items()}


# By "Component.field", else by "field".
FIELDS: dict[str, Any] = {
    "id": 4711,
    "username": "ada",
    "name": "Ada Lovelace",
    "points": 1284,
    "avatar": f"{SITE}/media/avatars/2026/11/ada.webp",
    "url": f"{SITE}/t/4711/",
    "location": "London",
    "joined_at": "2025-03-02T17:04:11Z",
    "bio_html": "<p>I write programs.</p>",
    "website": "https://ada.example.org",
    "title": "How do I keep a leaderboard exact under load?",
    "body": "Two votes at the same moment, and the **board** shows one of them.",
    "html": "<p>Two votes at the same moment, and the <strong>board</strong> shows one of them.</p>",
    "format": "markdown",
    "version": 1,
    "to_version": 1,
    "kind": "question",
    "NotificationOut.kind": "answered",
    "slug": "general",
    "category": "general",
    "CategoryRef.name": "General",
    "CategoryOut.name": "General",
    "description": "Everything that fits nowhere else.",
    "colour": "#0f766e",
    "parent": None,
    "tags": ["redis", "postgresql"],
    "synonyms": ["pg"],
    "tag": "redis",
    "TagRow.name": "redis",
    "TagOut.name": "redis",
    "FollowedTag.name": "redis",
    "excerpt": "An in-memory store of data structures.",
    "wiki_html": "<p>An in-memory store of data structures.</p>",
    "topics": 42,
    "score": 7,
    "replies": 3,
    "views": 512,
    "comments": 2,
    "number": 0,
    "topic": 4711,
    "post": 9001,
    "comment": 77,
    "PostOut.accepted": False,
    "HitOut.accepted": True,
    "TopicRow.accepted": 9001,
    "TopicOut.accepted": 9001,
    "my_vote": 1,
    "value": 1,
    "in_reply_to": None,
    "DraftIn.in_reply_to": 9001,
    "edited_at": None,
    "deleted_at": None,
    "pinned_at": None,
    "closed_at": None,
    "close_reason": "",
    "merged_into": None,
    "reason": "spam",
    "Closure.reason": "Answered elsewhere.",
    "note": "The link leads to a shop.",
    "summary": "Say which Redis.",
    "into": 4712,
    "rank": 3,
    "Badge.rank": "gold",
    "Badge.name": "Teacher",
    "Badge.description": "Answered a question with a score of 1 or more.",
    "change": 2,
    "gap": 12,
    "next_rank": 2,
    "rule": "answer_upvoted",
    "label": "An answer of yours was voted up",
    "raw": 10,
    "granted": 10,
    "balance": 1284,
    "day": "2026-11-21",
    "reversal_of": None,
    "text": "Grace Hopper answered “How do I keep a leaderboard exact under load?”",
    "read": 4,
    "read_at": None,
    "snippet": "… a sorted set, written after the commit …",
    "state": "open",
    "verdict": "hide",
    "key": "reply:4711",
    "content": {"body": "I would begin with"},
    "language": "en",
    "time_zone": "Europe/London",
    "suspended_until": None,
    "unread_notifications": 4,
    "privileges": {"comment": True, "edit": False},
    "scopes": ["read", "write:votes"],
    "ids": [11, 12],
    "next": f"{SITE}/api/v1/topics/?cursor=WzEuNSwgNDcxMV0",
    "type": f"{SITE}/api/v1/docs/#problem-invalid",
    "status": 400,
    "detail": "See “errors” for what to change.",
    "Problem.title": "Something in the request is not as it should be",
    "pointer": "#/title",
    "Fault.detail": "This field is required.",
    "code": "required",
    "EventIn.name": "build_finished",
    "EventIn.at": AT,
    "EventIn.id": "build-1834",
    "EventIn.external_id": "ci",
    "EventIn.properties": {"result": "green"},
    "ObjectIn.kind": "topic",
    "EventsIn.sent_at": 1795253400000,
    "written": 1,
    "duplicates": 0,
    "refused": [{"index": 1, "reason": "too_late", "detail": "This is more than 30 days ago."}],
    "KindOut.key": "retention",
    "KindOut.title": "Retention",
    "KindOut.about": "Who comes back after they started, by the period in which they started.",
    "ParameterOut.name": "period",
    "ParameterOut.about": "Period",
    "ParameterOut.required": False,
    "ParameterOut.default": "week",
    "ParameterOut.choices": ["day", "week", "month"],
    "ReportOut.kind": "lifecycle",
    "ReportOut.params": {"event": "active", "period": "week", "as_of": "", "tz": "Europe/Berlin"},
    "ExperimentReportOut.experiment": "answer-prompt-copy",
    "ExperimentReportOut.status": "running",
    "ExperimentReportOut.verdict": "ship",
    "ExperimentReportOut.report": {"schema": 1, "alpha": 0.05, "hidden": False},
    "ReportOut.result": {"rows": [{"period": "2026-11-16", "active": 412, "new": 31, "state": "partial"}]},
    "age_s": 240,
    "PendingOut.state": "running",
    "person": 11,
    "PeopleOut.next": f"{SITE}/api/v1/analytics/lifecycle/people/?cell=%7B%7D&cursor=WzJd",
    "DeclarationIn.name": "build_finished",
    "DeclarationIn.description": "A build of the documentation ended.",
    "DeclarationIn.properties": ["result"],
    "DeclarationOut.name": "build_finished",
    "DeclarationOut.description": "A build of the documentation ended.",
    "DeclarationOut.properties": ["result"],
    **_of(_CAMPAIGN, "CampaignRef", "CampaignOut", "NewCampaign", "PatchedChangedCampaign"),
    **_of(_VARIATION, "VariationOut", "NewVariation"),
    **_of(_DELIVERY, "DeliveryOut", "ExplainedOut"),
    "NewEntries.members": [4711, 4712],
    "NewEntries.cause": "order-1815",
    "NewEntries.data": {"order": 1815},
    "EnteredOut.entered": 2,
    **_of(_SEGMENT, "SegmentRef", "SegmentOut", "NewSegment", "PatchedChangedSegment"),
    "definition": QUIET,
    "who": "members",
    "size": 60,
    "sample": [11, 12],
    "PreviewOut.state": "done",
    "OverlapOut.key": "regulars",
    "OverlapOut.name": "Regulars",
    "both": 14,
    "left_at": None,
    "DeviceOut.channel": "fcm",
    "NewDevice.channel": "fcm",
    "DeviceOut.label": "Ada’s telephone",
    "NewDevice.label": "Ada’s telephone",
    "address": {"token": "dGhpcyBpcyBub3Q:APA91bE_a-token-of-an-app"},
    "seen_at": AT,
}


def fill(document: dict[str, Any]) -> None:
    """Every JSON body of the OpenAPI document with an example, and every path's and query's text with one too."""
    schemas = document["components"]["schemas"]
    for operations in document["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", []):
                _of_parameter(parameter)
            for body in (operation.get("requestBody", {}), *operation["responses"].values()):
                for media in body.get("content", {}).values():
                    media["example"] = of(media["schema"], schemas)


def of(schema: dict[str, Any], schemas: dict[str, Any], name: str = "", owner: str = "") -> Any:
    if f"{owner}.{name}" in FIELDS:
        return FIELDS[f"{owner}.{name}"]
    if reference := _reference(schema):
        return of(schemas[reference], schemas, owner=reference)
    if schema.get("type") == "object" and "properties" in schema:
        return {field: of(inner, schemas, field, owner) for field, inner in schema["properties"].items()}
    if name in FIELDS:
        return FIELDS[name]
    if schema.get("type") == "array":
        return [of(schema["items"], schemas, owner=owner)]
    return _plain(schema)


def _reference(schema: dict[str, Any]) -> str:
    for part in (schema, *schema.get("allOf", ()), *schema.get("oneOf", ()), *schema.get("anyOf", ())):
        if "$ref" in part:
            return str(part["$ref"]).rpartition("/")[2]
    return ""


def _plain(schema: dict[str, Any]) -> Any:
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) else kind
    if schema.get("format") == "date-time":
        return AT
    return {"integer": 1, "number": 1.0, "boolean": False, "string": "", "object": {}}.get(str(kind))


def _of_parameter(parameter: dict[str, Any]) -> None:
    name = parameter["name"]
    if parameter["in"] == "path" and name in PATHS:
        parameter["example"] = PATHS[name]


PATHS = {
    "topic_id": 4711,
    "post_id": 9001,
    "comment_id": 77,
    "flag_id": 5,
    "username": "ada",
    "tag": "redis",
    "slug": "general",
    "key": "reply:4711",
    "kind": "retention",
}
