"""The API as its schema tells of it, under requests that nobody would write by hand. Run by `make test-fuzz`.

Schemathesis asks a live server: examples, limits of every value, random ones good and bad, and chains of calls in
which one takes what another made. A server error, a status or a body that the schema does not tell of, an
Allow header that lies: each fails.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.conf import settings

from community.api import scopes, tokens
from community.members.models import Member
from tests import builders

pytestmark = [pytest.mark.fuzz, pytest.mark.django_db(transaction=True)]

# Asked for by the schema, but the rules of the community may refuse it all the same: points, owners, closed topics.
UNSAID = "positive_data_acceptance,negative_data_rejection,ensure_resource_availability,missing_required_header"
SECONDS = int(os.environ.get("FUZZ_SECONDS", "45"))  # of each caller
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "8"))


@pytest.fixture
def something_to_read() -> None:
    asker, writer = builders.trusted("ada", points=3000), builders.trusted("bea", points=3000)
    for kind in (builders.question, builders.discussion, builders.article):
        topic = kind(asker, tags=["redis"])
        post = builders.answer(topic, writer)
        if topic.is_question:
            builders.comment(post, asker)


def fuzz(url: str, secret: str = "") -> None:
    """A failure shows the report, with a command of curl for each fault."""
    given = ["--url", url, "--exclude-checks", UNSAID, "--continue-on-failure", "--max-failures", "20", "--no-color"]
    given += ["--max-time", str(SECONDS), "--max-examples", str(EXAMPLES)]
    given += ["--generation-database", "none"]
    given += ["--header", f"Authorization: Bearer {secret}"] if secret else []
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{url}/api/v1/schema/", *given]
    done = subprocess.run(command, cwd=settings.VAR_DIR, capture_output=True, text=True)
    sys.stdout.write(done.stdout)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]


def token_of(member: Member) -> str:
    return tokens.create(member, name="fuzz", scopes=scopes.SCOPES)[1]


def test_anybody_meets_no_surprise(live_server, something_to_read):
    fuzz(live_server.url)


def test_a_member_meets_no_surprise(live_server, something_to_read):
    fuzz(live_server.url, token_of(builders.trusted("cleo", points=3000)))


def test_a_moderator_meets_no_surprise(live_server, something_to_read):
    fuzz(live_server.url, token_of(builders.member("mod", is_moderator=True)))
