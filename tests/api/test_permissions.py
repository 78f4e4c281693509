"""Who may do what: every operation of the schema × every role. An operation without a row fails.

The roles: anybody (A), a newcomer (N), a member with points for most (M), a suspended member (S), a moderator (O), an
admin (X), a member's token that may only read (R). Each calls in a fresh community of others' things.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from community.api.docs import document
from community.moderation import suspending
from tests import builders
from tests.api import world
from tests.api.conftest import ROOT, Caller

ROLES = ("anybody", "newcomer", "member", "suspended", "moderator", "admin", "reader")

# Of each operation the statuses in the order of ROLES.
PUBLIC = (200, 200, 200, 200, 200, 200, 200)
OWN = (401, 200, 200, 200, 200, 200, 200)  # what is the caller's, to read
KEEP = (401, 204, 204, 403, 204, 204, 403)  # what anyone who may write may do
DROP = (401, 204, 204, 204, 204, 204, 403)  # what the suspended may still take back
MATRIX: dict[str, tuple[int, ...]] = {
    # topics
    "listTopics": PUBLIC,
    "getTopic": PUBLIC,
    "createTopic": (401, 201, 201, 403, 201, 201, 403),
    "deleteTopic": (401, 403, 403, 403, 204, 204, 403),
    "restoreTopic": (401, 404, 404, 404, 200, 200, 403),
    "closeTopic": (401, 403, 403, 403, 200, 200, 403),
    "reopenTopic": (401, 403, 403, 403, 204, 204, 403),
    "pinTopic": (401, 403, 403, 403, 204, 204, 403),
    "unpinTopic": (401, 403, 403, 403, 204, 204, 403),
    "moveTopic": (401, 403, 403, 403, 200, 200, 403),
    "mergeTopic": (401, 403, 403, 403, 200, 200, 403),
    "readTopic": (401, 204, 204, 204, 204, 204, 403),
    "followTopic": KEEP,
    "unfollowTopic": DROP,
    "acceptAnswer": (401, 403, 403, 403, 403, 403, 403),
    "unacceptAnswer": (401, 403, 403, 403, 403, 403, 403),
    # posts
    "listPosts": PUBLIC,
    "getPost": PUBLIC,
    "createPost": (401, 201, 201, 403, 201, 201, 403),
    "editPost": (401, 403, 403, 403, 200, 200, 403),
    "deletePost": (401, 403, 403, 403, 204, 204, 403),
    "restorePost": (401, 404, 404, 404, 200, 200, 403),
    "listRevisions": PUBLIC,
    "revertPost": (401, 403, 403, 403, 200, 200, 403),
    "vote": (401, 403, 200, 403, 200, 200, 403),
    "withdrawVote": (401, 204, 204, 403, 204, 204, 403),
    "bookmark": KEEP,
    "unbookmark": DROP,
    "flagPost": (401, 403, 201, 403, 201, 201, 403),
    # comments
    "listComments": PUBLIC,
    "getComment": PUBLIC,
    "createComment": (401, 403, 201, 403, 201, 201, 403),
    "editComment": (401, 403, 403, 403, 200, 200, 403),
    "deleteComment": (401, 403, 403, 403, 204, 204, 403),
    "restoreComment": (401, 404, 404, 404, 200, 200, 403),
    "flagComment": (401, 403, 201, 403, 201, 201, 403),
    # flags
    "listFlags": OWN,
    "judgeFlag": (401, 404, 404, 404, 200, 200, 403),
    # what one keeps
    "listBookmarks": OWN,
    "listFollows": OWN,
    "listDrafts": OWN,
    "getDraft": OWN,
    "saveDraft": (401, 204, 204, 204, 204, 204, 403),
    "dropDraft": DROP,
    "listNotifications": OWN,
    "readNotifications": (401, 200, 200, 200, 200, 200, 403),
    "getMe": OWN,
    # places and people
    "listCategories": PUBLIC,
    "getCategory": PUBLIC,
    "listTags": PUBLIC,
    "getTag": PUBLIC,
    "followTag": KEEP,
    "unfollowTag": DROP,
    "listMembers": PUBLIC,
    "getMember": PUBLIC,
    "followMember": KEEP,
    "unfollowMember": DROP,
    "getPoints": PUBLIC,
    "listEntries": (401, 403, 403, 403, 200, 200, 403),
    "getLeaderboard": PUBLIC,
    "getMyPlace": OWN,
    "search": PUBLIC,
}
QUERY = {"search": {"q": "reason"}}


def operations() -> dict[str, tuple[str, str]]:
    """Method and address of each operation, from the schema."""
    found = {}
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            found[operation["operationId"]] = (method.upper(), path.removeprefix(ROOT))
    return found


@pytest.fixture
def caller_as(anybody, api_of, token_of) -> Callable[[str, world.World], Caller]:
    def make(role: str, there: world.World) -> Caller:
        if role == "anybody":
            return anybody
        points = 1 if role in ("newcomer", "moderator", "admin") else 300
        fields = {"is_moderator": role == "moderator", "is_superuser": role == "admin", "is_staff": role == "admin"}
        member = builders.trusted("caller", points=points, **fields)
        world.give(member, there)
        if role == "suspended":
            tomorrow = timezone.now() + timedelta(days=1)
            suspending.suspend(member, by=there.judge, reason="For a test.", until=tomorrow)
        return token_of(member, "read") if role == "reader" else api_of(member)

    return make


def test_every_operation_has_a_row_and_every_row_an_operation():
    assert set(operations()) == set(MATRIX)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_do_what_its_row_says(role, caller_as, db):
    there = world.make()
    caller = caller_as(role, there)
    found = {}
    for name, (method, path) in operations().items():
        with transaction.atomic():
            found[name] = answer(caller, name, method, path, there)
            transaction.set_rollback(True)
    column = ROLES.index(role)
    assert found == {name: statuses[column] for name, statuses in MATRIX.items()}


def answer(caller: Caller, name: str, method: str, path: str, there: world.World) -> int:
    there.prepare(name)
    address = path.format(**there.path)
    if method == "GET":
        return caller.get(address, **QUERY.get(name, {})).status_code
    return caller.send(method, address, there.body(name)).status_code
