"""An import that is killed with -9, wherever it is: nothing of it stays, and the next one brings all."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from community.forum.models import Category
from community.members.models import Member
from community.points.verifying import verify
from events.models import Event

pytestmark = [pytest.mark.chaos, pytest.mark.reference, pytest.mark.django_db(transaction=True)]

MOMENTS = ["Users.xml", "Posts.xml", "add members", "accept answers", "add up", "award", "record events"]


def start(directory: Path) -> "subprocess.Popen[bytes]":
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.chaos.command_settings",
        "CHAOS_DATABASE": str(connection.settings_dict["NAME"]),
        "CHAOS_REDIS_PREFIX": settings.REDIS_PREFIX,
    }
    command = [sys.executable, "manage.py", "import_stackexchange", str(directory)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=settings.ROOT, env=environment, stdout=pipe, stderr=pipe, bufsize=0)


def kill_at(moment: str, process: "subprocess.Popen[bytes]") -> None:
    assert process.stderr
    seen = b""
    while moment.encode() not in seen:
        more = process.stderr.read(4096)
        assert more, f"it ended before {moment}: {seen.decode()}"
        seen += more
    process.kill()
    process.communicate()


def test_a_killed_import_leaves_nothing_and_the_next_one_brings_all(reference):
    directory = reference / "data" / "se-conlang"
    for moment in MOMENTS:
        kill_at(moment, start(directory))
        assert not Member.objects.exists()
        assert not Category.objects.exists()
        assert not Event.objects.exists()
    out, _err = start(directory).communicate()
    report = json.loads(out.splitlines()[-1])
    assert report["created"]["members"] == report["members"] == Member.objects.count() == 271
    assert verify().details == []
