"""Topics in the reader's language, where they are those that a site begins with."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from growth.campaigns.models import SubscriptionTopic

BEGUN_WITH = (
    _("Questions for you"),
    _("Unanswered questions in your tags."),
    _("What you missed"),
    _("What others liked while you were away."),
    _("News of the site"),
    _("What is new here."),
)


def named(topic: SubscriptionTopic) -> str:
    return gettext(topic.name)


def about(topic: SubscriptionTopic) -> str:
    return gettext(topic.description) if topic.description else ""
