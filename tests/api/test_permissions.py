"""Who may do what: every operation of the schema × every role. An operation without a row fails.

The roles: anybody (A), a newcomer (N), a member with points for most (M), a suspended member (S), a moderator (O), an
admin (X), a member's token that may only read (R), and a newcomer who made all that is acted on (W). Each calls in a
fresh community, the others of others' things.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from community.api import scopes
from community.api.docs import document
from community.moderation import suspending
from tests import builders
from tests.api import world
from tests.api.conftest import ROOT, Caller

pytestmark = pytest.mark.slow

ROLES = ("anybody", "newcomer", "member", "suspended", "moderator", "admin", "reader", "author")

# Of each operation the statuses in the order of ROLES.
PUBLIC = (200, 200, 200, 200, 200, 200, 200, 200)
OWN = (401, 200, 200, 200, 200, 200, 200, 200)  # what is the caller's, to read
KEEP = (401, 204, 204, 403, 204, 204, 403, 204)  # what anyone who may write may do
DROP = (401, 204, 204, 204, 204, 204, 403, 204)  # what the suspended may still take back
TEAM = (401, 403, 403, 403, 403, 200, 403, 403)  # who has the permission: of these the admin
LATER = (401, 403, 403, 403, 403, 422, 403, 403)
NOT_THERE = (401, 403, 403, 403, 403, 404, 403, 403)
MATRIX: dict[str, tuple[int, ...]] = {
    # topics
    "listTopics": PUBLIC,
    "getTopic": PUBLIC,
    "createTopic": (401, 201, 201, 403, 201, 201, 403, 201),
    "deleteTopic": (401, 403, 403, 403, 204, 204, 403, 204),
    "restoreTopic": (401, 404, 404, 404, 200, 200, 403, 200),
    "closeTopic": (401, 403, 403, 403, 200, 200, 403, 200),
    "reopenTopic": (401, 403, 403, 403, 204, 204, 403, 204),
    "pinTopic": (401, 403, 403, 403, 204, 204, 403, 403),
    "unpinTopic": (401, 403, 403, 403, 204, 204, 403, 403),
    "moveTopic": (401, 403, 403, 403, 200, 200, 403, 200),
    "mergeTopic": (401, 403, 403, 403, 200, 200, 403, 403),
    "readTopic": (401, 204, 204, 204, 204, 204, 403, 204),
    "followTopic": KEEP,
    "unfollowTopic": DROP,
    "acceptAnswer": (401, 403, 403, 403, 403, 403, 403, 200),
    "unacceptAnswer": (401, 403, 403, 403, 403, 403, 403, 204),
    # posts
    "listPosts": PUBLIC,
    "getPost": PUBLIC,
    "createPost": (401, 201, 201, 403, 201, 201, 403, 201),
    "editPost": (401, 403, 403, 403, 200, 200, 403, 200),
    "deletePost": (401, 403, 403, 403, 204, 204, 403, 204),
    "restorePost": (401, 404, 404, 404, 200, 200, 403, 200),
    "listRevisions": PUBLIC,
    "revertPost": (401, 403, 403, 403, 200, 200, 403, 200),
    "vote": (401, 403, 200, 403, 200, 200, 403, 403),
    "withdrawVote": (401, 204, 204, 403, 204, 204, 403, 403),
    "bookmark": KEEP,
    "unbookmark": DROP,
    "flagPost": (401, 403, 201, 403, 201, 201, 403, 403),
    # comments
    "listComments": PUBLIC,
    "getComment": PUBLIC,
    "createComment": (401, 403, 201, 403, 201, 201, 403, 201),
    "editComment": (401, 403, 403, 403, 200, 200, 403, 200),
    "deleteComment": (401, 403, 403, 403, 204, 204, 403, 204),
    "restoreComment": (401, 404, 404, 404, 200, 200, 403, 200),
    "flagComment": (401, 403, 201, 403, 201, 201, 403, 403),
    # flags
    "listFlags": OWN,
    "judgeFlag": (401, 404, 404, 404, 200, 200, 403, 404),
    # what one keeps
    "listBookmarks": OWN,
    "listFollows": OWN,
    "listDrafts": OWN,
    "getDraft": OWN,
    "saveDraft": (401, 204, 204, 204, 204, 204, 403, 204),
    "dropDraft": DROP,
    "listNotifications": OWN,
    "readNotifications": (401, 200, 200, 200, 200, 200, 403, 200),
    "getMe": OWN,
    "listDevices": OWN,
    "registerDevice": (401, 201, 201, 201, 201, 201, 403, 201),
    "removeDevice": DROP,
    # places and people
    "listCategories": PUBLIC,
    "getCategory": PUBLIC,
    "listTags": PUBLIC,
    "getTag": PUBLIC,
    "followTag": KEEP,
    "unfollowTag": DROP,
    "listMembers": PUBLIC,
    "getMember": PUBLIC,
    "followMember": (401, 204, 204, 403, 204, 204, 403, 422),
    "unfollowMember": DROP,
    "getPoints": PUBLIC,
    "listEntries": (401, 403, 403, 403, 200, 200, 403, 200),
    "getLeaderboard": PUBLIC,
    "getMyPlace": OWN,
    "search": PUBLIC,
    # events: without a token it is the pages' script that speaks, which none of these is (test_events.py)
    "recordEvents": (403,) * 8,
    "listDeclaredEvents": (401, 200, 200, 200, 200, 200, 403, 200),
    "declareEvent": (401, 403, 403, 403, 403, 201, 403, 403),
    # analytics
    "listReportKinds": TEAM,
    "getReport": (401, 403, 403, 403, 403, 202, 403, 403),
    "listReportPeople": (401, 403, 403, 403, 403, 202, 403, 403),
    "getExperimentReport": (401, 403, 403, 403, 403, 404, 403, 403),
    "getCampaignReport": (401, 403, 403, 403, 403, 404, 403, 403),
    "listSegments": TEAM,
    "getSegment": TEAM,
    "listSegmentPersons": TEAM,
    "previewSegment": TEAM,
    "createSegment": (401, 403, 403, 403, 403, 201, 403, 403),
    "updateSegment": TEAM,
    "refreshSegment": (401, 403, 403, 403, 403, 204, 403, 403),
    # campaigns: one that is a draft and not yet fit to be handed in
    "listCampaigns": TEAM,
    "createCampaign": (401, 403, 403, 403, 403, 201, 403, 403),
    "getCampaign": TEAM,
    "updateCampaign": TEAM,
    "submitCampaign": TEAM,
    "scheduleCampaign": LATER,
    "launchCampaign": LATER,
    "pauseCampaign": LATER,
    "resumeCampaign": LATER,
    "cancelCampaign": TEAM,
    "enterCampaign": (401, 403, 403, 403, 403, 400, 403, 403),
    "listDeliveries": TEAM,
    "getDelivery": NOT_THERE,
}
QUERY = {"search": {"q": "reason"}, "listReportPeople": {"cell": '{"period": "2026-01-05", "state": "new"}'}}


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
        if role == "author":
            world.give(there.author, there)
            return api_of(there.author)
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
    there = world.make(builders.member("caller") if role == "author" else None)
    caller = caller_as(role, there)
    found = {}
    for name, (method, path) in operations().items():
        with transaction.atomic():
            found[name] = answer(caller, name, method, path, there)
            transaction.set_rollback(True)
    column = ROLES.index(role)
    assert found == {name: statuses[column] for name, statuses in MATRIX.items()}


def test_what_only_moderators_may_do_takes_a_scope_of_its_own():
    """Whoever lets a program post or flag does not let it moderate."""
    others, judges = [ROLES.index(role) for role in ("newcomer", "member", "author")], ROLES.index("moderator")
    methods = {name: method for name, (method, _path) in operations().items()}
    only_moderators = {
        name
        for name, statuses in MATRIX.items()
        if methods[name] != "GET" and statuses[judges] < 300 and all(statuses[role] >= 400 for role in others)
    }
    scoped = {
        operation["operationId"]
        for path in document()["paths"].values()
        for operation in path.values()
        if operation["x-scope"] == scopes.MODERATION
    }
    assert scoped == only_moderators


def test_a_moderators_token_without_that_scope_judges_nothing(token_of, db):
    there = world.make()
    caller = token_of(there.judge, *(scopes.SCOPES.keys() - {scopes.MODERATION}))
    for name in ("judgeFlag", "pinTopic", "unpinTopic", "mergeTopic"):
        method, path = operations()[name]
        refused = caller.send(method, path.format(**there.path), there.body(name))
        assert (refused.status_code, refused.json()["scope"]) == (403, "write:moderation")


def answer(caller: Caller, name: str, method: str, path: str, there: world.World) -> int:
    there.prepare(name)
    address = path.format(**there.path)
    if method == "GET":
        return caller.get(address, **QUERY.get(name, {})).status_code
    return caller.send(method, address, there.body(name)).status_code
