"""The metrics that a site begins with (docs/metrics.md, "Metrics of experiments") and changes as its own."""

from django.db import migrations
from django.utils.translation import gettext_noop

WEEK = {"window_hours": 168}
FEED = {"where": {"properties.selector": "feed"}}
SECONDS, SHARE = {"unit": "seconds"}, {"unit": "share"}
LESS = {"higher_is_better": False}
WRITTEN = "topic_started|answer_posted|reply_posted|comment_posted"
ATTEMPTS = f"{WRITTEN}|post_edited|vote_cast|submit_failed"
SEEN = (
    "signed_up|signed_in|page_viewed|topic_read|clicked|impression|searched|shared|topic_started|answer_posted|"
    "reply_posted|comment_posted|post_edited|bookmarked|followed|vote_cast|answer_accepted|bounty_offered|"
    "submit_failed|undone"
)


def count(key, name, events, **more):
    return key, name, {"kind": "count", "events": events, **WEEK, **more}


def conversion(key, name, events, **more):
    return key, name, {"kind": "conversion", "events": events, **WEEK, **more}


def retention(key, name, events, day):
    return key, name, {"kind": "retention", "events": events, "day": day}


METRICS = [
    # What is done
    count("acts", gettext_noop("Active acts"), "active"),
    count("contributions", gettext_noop("Topics, answers, replies and comments"), WRITTEN),
    count("topics-started", gettext_noop("Topics started"), "topic_started"),
    count(
        "questions-asked",
        gettext_noop("Questions asked"),
        "topic_started",
        where={"properties.kind": "question"},
        interference="asker",
    ),
    count("answers-posted", gettext_noop("Answers written"), "answer_posted", interference="answerer"),
    count("comments-posted", gettext_noop("Comments written"), "comment_posted"),
    count("votes-cast", gettext_noop("Votes cast"), "vote_cast"),
    count("bookmarks", gettext_noop("Bookmarks"), "bookmarked"),
    count("searches", gettext_noop("Searches"), "searched"),
    count("shares", gettext_noop("Shares"), "shared"),
    count("page-views", gettext_noop("Page views"), "page_viewed"),
    ("reading-time", gettext_noop("Reading time"), {"kind": "sum", "events": "topic_read", **WEEK, **SECONDS}),
    (
        "reading-time-median",
        gettext_noop("Reading time, median"),
        {"kind": "quantile", "events": "topic_read", "quantile": 0.5, **WEEK, **SECONDS},
    ),
    # What comes back
    count(
        "upvotes-received",
        gettext_noop("Votes up received"),
        "vote_received",
        where={"value": {"$gt": 0}},
        interference="thread",
    ),
    count("answers-received", gettext_noop("Answers received"), "answer_received", interference="asker"),
    conversion("answered", gettext_noop("Got an answer"), "answer_received", interference="asker"),
    (
        "first-answer-time",
        gettext_noop("Time to the first answer received"),
        {"kind": "time", "events": "answer_received", "interference": "asker", **WEEK, **LESS},
    ),
    # Who comes, and comes back
    conversion("signed-up", gettext_noop("Signed up"), "signed_up"),
    conversion("contributed", gettext_noop("Contributed within 7 days"), WRITTEN),
    *[
        retention(f"active-day-{day}", name, "active", day)
        for day, name in (
            (1, gettext_noop("Active on day 1")),
            (2, gettext_noop("Active on day 2")),
            (3, gettext_noop("Active on day 3")),
            (7, gettext_noop("Active on day 7")),
        )
    ],
    *[
        retention(f"seen-day-{day}", name, SEEN, day)
        for day, name in (
            (1, gettext_noop("Seen on day 1")),
            (2, gettext_noop("Seen on day 2")),
            (3, gettext_noop("Seen on day 3")),
            (7, gettext_noop("Seen on day 7")),
        )
    ],
    # How well it goes
    count("attempts", gettext_noop("Attempts to post, comment, edit or vote"), ATTEMPTS),
    count("errors", gettext_noop("Forms refused and acts taken back"), "submit_failed|undone", **LESS),
    (
        "error-rate",
        gettext_noop("Error rate"),
        {"kind": "ratio", "events": "submit_failed|undone", "denominator": "attempts", **WEEK, **LESS, **SHARE},
    ),
    (
        "search-success",
        gettext_noop("Searches that lead to reading"),
        {"kind": "funnel", "events": "searched,topic_read", "window_hours": 24},
    ),
    count("feed-impressions", gettext_noop("Topics seen in the feed"), "impression", **FEED, interference="feed"),
    (
        "feed-click-rate",
        gettext_noop("Clicks per topic seen in the feed"),
        {
            "kind": "ratio",
            "events": "clicked",
            "denominator": "feed-impressions",
            "interference": "feed",
            **FEED,
            **WEEK,
            **SHARE,
        },
    ),
]


def seed(apps, schema_editor):
    """A key that a site has already is left as it is."""
    metric, version = (apps.get_model("experiments", name) for name in ("Metric", "MetricVersion"))
    for key, name, told in METRICS:
        definition = {field: value for field, value in told.items() if field not in ("unit", "denominator")}
        made, new = metric.objects.get_or_create(key=key, defaults={"name": name, "unit": told.get("unit", "number")})
        if new:
            below = version.objects.get(metric__key=told["denominator"], number=1) if "denominator" in told else None
            version.objects.create(metric=made, number=1, denominator=below, **definition)


class Migration(migrations.Migration):
    dependencies = [("experiments", "0002_rules_of_the_tables")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
