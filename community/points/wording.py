"""What rules and privileges are called. An admin's own rule is called by its name."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

RULES: dict[str, Promise] = {
    "joined": _("Joined"),
    "question_upvoted": _("Question voted up"),
    "answer_upvoted": _("Answer voted up"),
    "post_upvoted": _("Post voted up"),
    "question_downvoted": _("Question voted down"),
    "answer_downvoted": _("Answer voted down"),
    "post_downvoted": _("Post voted down"),
    "answer_accepted": _("Answer accepted"),
    "accepted_answer": _("Accepted an answer"),
    "downvoted_answer": _("Voted an answer down"),
    "first_post": _("First post"),
    "streak": _("Third or later day in a row"),
    "topics_read": _("Five topics read to the end in a day"),
    "share": _("A shared link brought a new visitor"),
    "invited_active": _("An invited member is active in week 4"),
}

PRIVILEGES: dict[str, Promise] = {
    "vote-up": _("vote up"),
    "comment": _("comment"),
    "vote-down": _("vote down"),
    "create-tag": _("create a tag"),
    "edit": _("edit the posts of others"),
    "close": _("close topics"),
}

PERIODS: dict[str, Promise] = {
    "day": _("Today"),
    "week": _("This week"),
    "month": _("Month"),
    "year": _("Year"),
    "all": _("All time"),
}


def rule(name: str) -> str:
    return str(RULES.get(name, name))


def privilege(name: str) -> str:
    return str(PRIVILEGES.get(name, name))
