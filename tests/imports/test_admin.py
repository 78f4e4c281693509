"""Imports started and watched from the admin."""

import os
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.db import connection
from django.urls import reverse

from community.desk import running
from community.desk.models import Act
from community.forum.models import Topic
from community.imports import folders, runs
from community.imports.models import ImportRun
from tests import builders


@pytest.fixture
def dumps(tmp_path, settings, dump):
    """The folder `site` with a dump of one question, and things beside it that are none."""
    settings.IMPORTS_DIR = tmp_path
    dump.question(dump.user())
    dump.tag("gates")
    dump.write()
    (tmp_path / "empty").mkdir()
    (tmp_path / "elsewhere").symlink_to(dump.directory)
    (tmp_path / "file.txt").write_text("no folder")
    return tmp_path


@pytest.fixture
def desk(admin, client_of):
    return client_of(admin)


def started(desk, **given: str) -> ImportRun:
    desk.post(reverse("admin:imports_importrun_add"), {"folder": "site", "source": "qc", **given})
    return ImportRun.objects.get()


def page_of(desk, run: ImportRun) -> str:
    return desk.get(reverse("admin:imports_importrun_change", args=[run.pk])).content.decode()


@pytest.mark.django_db
def test_only_folders_with_a_dump_that_lie_there_are_offered(dumps, desk):
    assert folders.names() == ["site"]
    form = desk.get(reverse("admin:imports_importrun_add")).content.decode()
    assert 'value="site"' in form
    for name in ("elsewhere", "empty", "../site", "/etc", "site/../site"):
        desk.post(reverse("admin:imports_importrun_add"), {"folder": name})
        with pytest.raises(FileNotFoundError):
            folders.path_of(name)
    assert not ImportRun.objects.exists()


@pytest.mark.django_db
def test_an_import_is_started_done_and_its_numbers_shown(dumps, desk, admin):
    run = started(desk)
    assert (run.state, run.by) == ("waiting", admin)
    state = reverse("admin:imports_importrun_state", args=[run.pk])
    assert 'hx-trigger="every 2s"' in desk.get(state).content.decode()
    runs.work(run.pk)
    assert Topic.objects.get().imported_from == "qc"
    run.refresh_from_db()
    assert (run.state, run.attempts, run.result["created"]["topics"]) == ("done", 1, 1)
    page = desk.get(state).content.decode()
    assert "hx-trigger" not in page
    assert "What is new here" in page
    assert Act.objects.get().kind == "add"


@pytest.mark.django_db
def test_a_faulty_dump_is_told_in_the_importers_one_line(dumps, desk):
    (dumps / "site" / "Tags.xml").write_text("<tags><row Id='x'/></tags>")
    run = started(desk)
    runs.work(run.pk)
    run.refresh_from_db()
    assert (run.state, run.error.splitlines()) == ("failed", [run.error])
    assert run.error.startswith("Tags.xml line 1: ")
    assert run.error.replace("'", "&#x27;") in page_of(desk, run)


@pytest.mark.django_db
def test_a_file_is_taken_for_a_backup_of_discourse(dumps, desk):
    (dumps / "backup.sql.gz").write_bytes(b"no backup")
    assert folders.names() == ["backup.sql.gz", "site"]
    run = started(desk, folder="backup.sql.gz")
    runs.work(run.pk)
    run.refresh_from_db()
    assert run.state == "failed"
    assert len(run.error.splitlines()) == 1


@pytest.mark.django_db
def test_a_folder_that_has_gone_is_said_and_not_a_fault(dumps, desk):
    run = started(desk)
    (dumps / "site" / "Posts.xml").unlink()
    runs.work(run.pk)
    run.refresh_from_db()
    assert run.error == "site is not there any more"


@pytest.mark.django_db
def test_a_fault_of_ours_is_said_without_its_page_of_where(dumps, desk, monkeypatch):
    monkeypatch.setattr("community.imports.runs.import_dump", lambda *args, **kwargs: 1 / 0)
    run = started(desk)
    runs.work(run.pk)
    run.refresh_from_db()
    assert run.state == "failed"
    assert "division" not in run.error


@pytest.mark.django_db
def test_a_run_that_is_over_or_worked_on_is_left_alone(dumps, desk):
    run = started(desk)
    with running._locked(ImportRun, run.pk):
        runs.work(run.pk)
        run.refresh_from_db()
        assert run.attempts == 0
    runs.work(run.pk)
    runs.work(run.pk)
    run.refresh_from_db()
    assert run.attempts == 1


@pytest.mark.django_db
def test_who_may_not_add_imports_starts_none(dumps, client_of):
    staff = client_of(builders.member("staff", is_staff=True))
    assert staff.get(reverse("admin:imports_importrun_add")).status_code == 403
    assert staff.post(reverse("admin:imports_importrun_add"), {"folder": "site"}).status_code == 403
    run = ImportRun.objects.create(folder="site")
    assert staff.get(reverse("admin:imports_importrun_state", args=[run.pk])).status_code == 403


HANGS = """
import os, sys, time
import django
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[2]
from community.desk import running
from community.imports.models import ImportRun
def hang(run, line):
    line("2/2 Posts.xml", 5, total=9)
    print("working", flush=True)
    time.sleep(60)
running.work(ImportRun, int(sys.argv[1]), hang)
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_leaves_a_run_that_says_so_and_is_taken_up(dumps, desk, monkeypatch):
    run = started(desk)
    worker = _hanging(run)
    run.refresh_from_db()
    assert (run.state, run.step, run.done, run.total) == ("running", "2/2 Posts.xml", 5, 9)
    assert not running.abandoned(run)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    _until(lambda: running.abandoned(run))
    assert "Its worker died" in page_of(desk, run)
    rung: list[int] = []
    monkeypatch.setattr(running, "ring", lambda run: rung.append(run.pk))
    running.sweep()
    assert rung == [run.pk]
    runs.work(run.pk)
    run.refresh_from_db()
    assert (run.state, run.attempts, Topic.objects.count()) == ("done", 2, 1)


@pytest.mark.django_db
def test_a_run_that_kills_each_of_its_workers_ends_as_failed(dumps, desk):
    run = started(desk)
    ImportRun.objects.update(state="running", attempts=running.ATTEMPTS)
    runs.work(run.pk)
    run.refresh_from_db()
    assert run.state == "failed"
    assert "died" in run.error


def _hanging(run: ImportRun) -> subprocess.Popen[str]:
    name = connection.settings_dict["NAME"]
    command = [sys.executable, "-c", HANGS, str(run.pk), name]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    worker = subprocess.Popen(command, cwd=settings.ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    assert worker.stdout is not None
    assert worker.stdout.readline() == "working\n"
    return worker


def _until(true) -> None:
    ends = time.monotonic() + 10
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.05)
