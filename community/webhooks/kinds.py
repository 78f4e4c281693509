"""Which events an endpoint may choose: what others did in the open. Who votes, reads, seeks or follows stays here."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

TEST = "test"
"""The name of an event that happened nowhere: an admin asked for it."""

OFFERED = {
    "signed_up": _("A member signed up"),
    "topic_started": _("A topic was started"),
    "answer_posted": _("A question was answered"),
    "reply_posted": _("A topic was replied to"),
    "comment_posted": _("A post was commented on"),
    "post_edited": _("A post was edited"),
    "answer_accepted": _("An answer was accepted"),
    "vote_received": _("A post was voted on"),
}
