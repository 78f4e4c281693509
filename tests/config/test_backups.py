"""Backups of a real database with PostgreSQL's own programs, and what is refused."""

import io
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from community.forum.models import Topic
from community.members.models import Member
from community.points.boards import live, publishing
from community.points.verifying import verify
from config import backups
from config.backups import database, manifest, uploads
from config.backups.making import LOCK
from config.backups.manifest import DUMP, Checksum, Manifest
from events.lake import checks, cooling, lock, verifying
from events.models import Event, Seal
from events.record import record
from tests import builders
from tests.events.lake.holding import seal

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
whole = pytest.mark.django_db(transaction=True)


def run(*arguments: object, **options: object) -> dict[str, object]:
    out = io.StringIO()
    call_command(*map(str, arguments), stdout=out, **options)
    return json.loads(out.getvalue())


@pytest.fixture
def community(alice, bob) -> Topic:
    """Two members with points, a question and its answer, a picture, boards in Redis."""
    builders.give_points(alice, 300)
    builders.give_points(bob, 200)
    topic = builders.question(alice)
    builders.answer(topic, bob)
    default_storage.save("posts/picture.png", ContentFile(b"a picture"))
    publishing.rebuild()
    return topic


@whole
def test_a_wiped_community_comes_back_whole(tmp_path, community, alice):
    made = run("backup", tmp_path / "backup")
    Topic.objects.all().delete()
    Member.objects.update(points_total=7)
    default_storage.delete("posts/picture.png")
    live.client().flushdb()
    live.mark_time("of another time", 1)

    restored = run("restore", tmp_path / "backup", force=True)
    assert {key: restored[key] for key in ("rows", "uploads", "bytes")} == {
        key: made[key] for key in ("rows", "uploads", "bytes")
    }
    assert Topic.objects.get().title == community.title
    assert default_storage.open("posts/picture.png").read() == b"a picture"
    proof = verify()
    assert proof.boards
    assert proof.differences == 0
    assert live.mark_time("of another time") is None
    builders.question(Member.objects.get(username="alice"))  # sequences go on where they were


@whole
def test_the_lake_comes_back_with_the_events_that_only_it_holds(tmp_path, community, settings):
    settings.LAKE_URL = str(tmp_path / "lake")
    seal()
    sealed = verifying.verify()
    with lock.holding():
        cooling.leave(Seal.objects.end(), checks.of_table("true"))
    assert not Event.objects.exists()
    assert backups.back_up(tmp_path / "backup").summary()["lake"] == sealed.files > 0
    shutil.rmtree(settings.LAKE_URL)
    backups.restore(tmp_path / "backup", force=True)
    found = verifying.verify()
    assert (found.holds, found.rows) == (True, sealed.rows)


@whole
def test_what_is_written_while_it_runs_is_not_in_it_and_does_no_harm(tmp_path, community, monkeypatch):
    at_first = database.dump

    def after_another_write(*arguments: object, **options: object) -> None:
        place = connection.settings_dict
        with psycopg.connect(host=place["HOST"], user=place["USER"], dbname=place["NAME"]) as other:
            other.execute("UPDATE members_member SET points_total = 7")
            other.execute("DELETE FROM events_event")
        at_first(*arguments, **options)

    monkeypatch.setattr(database, "dump", after_another_write)
    made = backups.back_up(tmp_path / "backup")
    assert made.rows["events_event"] > 2
    assert backups.restore(tmp_path / "backup", force=True).rows == made.rows
    assert verify().differences == 0


@whole
def test_a_restore_that_fails_half_way_has_not_happened(tmp_path, community):
    made = backups.back_up(tmp_path / "backup")
    archive = tmp_path / "backup" / DUMP
    archive.write_bytes(archive.read_bytes()[:-2000])
    made.files[DUMP] = manifest.checksum(archive)
    manifest.write(made, tmp_path / "backup")
    Member.objects.filter(username="bob").update(display_name="Robert")
    with pytest.raises(backups.BackupError, match="left as it was: pg_restore: "):
        backups.restore(tmp_path / "backup", force=True)
    assert Member.objects.get(username="bob").display_name == "Robert"
    assert Topic.objects.count() == 1


@whole
def test_rows_that_differ_are_told_when_all_is_done(tmp_path, community):
    made = backups.back_up(tmp_path / "backup")
    made.rows["forum_topic"] += 1
    manifest.write(made, tmp_path / "backup")
    live.mark_time("of another time", 1)
    with pytest.raises(CommandError, match="forum_topic has 1 rows, the backup says 2") as told:
        run("restore", tmp_path / "backup", force=True)
    assert told.value.returncode == 1
    assert live.mark_time("of another time") is None
    proof = verify()
    assert proof.boards
    assert proof.differences == 0


@whole
def test_a_backup_beside_one_that_runs_is_refused_and_does_it_no_harm(tmp_path, community, monkeypatch):
    at_first = database.dump

    def beside_another(*arguments: object, **options: object) -> None:
        monkeypatch.setattr(database, "dump", at_first)
        with pytest.raises(backups.BackupError, match="another backup is being written in "):
            backups.back_up(tmp_path / "backup")
        at_first(*arguments, **options)

    monkeypatch.setattr(database, "dump", beside_another)
    backups.back_up(tmp_path / "backup")
    assert backups.restore(tmp_path / "backup", force=True).rows["forum_topic"] == 1


def test_the_programs_talk_to_the_server_as_securely_as_the_site(monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", {"sslmode": "verify-full", "sslrootcert": "/etc/ca.pem"})
    with database._running(["env"], stdout=subprocess.PIPE) as told:
        variables = dict(line.split("=", 1) for line in told.communicate()[0].splitlines() if line.startswith("PG"))
    assert variables["PGSSLMODE"] == "verify-full"
    assert variables["PGSSLROOTCERT"] == "/etc/ca.pem"


@whole
def test_a_site_that_holds_its_tables_is_not_replaced_under_its_feet(tmp_path, community, monkeypatch):
    monkeypatch.setattr(database, "BEGIN", database.BEGIN.replace(database.LOCK_WAIT, "50ms"))
    backups.back_up(tmp_path / "backup")
    place = connection.settings_dict
    with psycopg.connect(host=place["HOST"], user=place["USER"], dbname=place["NAME"]) as reader:
        reader.execute("SELECT * FROM forum_topic").fetchall()
        with pytest.raises(backups.BackupError, match="left as it was: canceling statement due to lock timeout"):
            backups.restore(tmp_path / "backup", force=True)
    assert Topic.objects.count() == 1


@pytest.fixture
def written(tmp_path) -> Callable[..., Path]:
    """A backup with a manifest as given and an archive that no program reads."""

    def write(**changed: object) -> Path:
        directory = tmp_path / "backup"
        directory.mkdir()
        (directory / DUMP).write_bytes(b"archive")
        told = {"made_at": "2026-11-21T12:00:00+00:00", "versions": {}, "postgresql": 15, "migrations": [], "rows": {}}
        manifest.write(Manifest(**told | {"files": {DUMP: manifest.checksum(directory / DUMP)}} | changed), directory)
        return directory

    return write


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"files": {DUMP: Checksum(7, "0" * 64)}}, "is not what was written: its checksum differs"),
        ({"files": {DUMP: Checksum(8, "0" * 64)}}, "its checksum differs"),
        ({"files": {"media/gone.png": Checksum(1, "")}}, "media/gone.png cannot be read: No such file or directory"),
        (
            {"migrations": ["forum.0001_initial", "forum.9999_later"]},
            "this one does not know forum.9999",
        ),
        ({"postgresql": 99}, "the backup is of PostgreSQL 99, this server is"),
        ({"format": 2}, "is of format 2; this version reads 1"),
    ],
)
def test_a_backup_that_cannot_come_back_is_refused_in_one_line(written, changed, reason):
    with pytest.raises(CommandError, match=reason) as refused:
        run("restore", written(**changed))
    assert refused.value.returncode == 2
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [("", "cannot be read"), ("{", "cannot be read"), ("[]", "cannot be read"), ('{"format": 1}', "cannot be read")],
)
def test_a_manifest_that_is_none_is_refused(tmp_path, text, reason):
    (tmp_path / manifest.NAME).write_text(text)
    with pytest.raises(backups.BackupError, match=reason):
        backups.restore(tmp_path)


def test_a_directory_without_a_manifest_is_no_finished_backup(tmp_path):
    with pytest.raises(backups.BackupError, match=r"holds no finished backup: there is no manifest.json"):
        backups.restore(tmp_path / "none")


def test_a_site_with_members_is_not_replaced_without_force(written, alice):
    with pytest.raises(backups.BackupError, match="this site has content already; --force replaces it"):
        backups.restore(written())


def test_the_tables_of_another_program_are_content(written, django_assert_num_queries):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE events_event RENAME TO their_events")
    with pytest.raises(backups.BackupError, match="has content already"):
        backups.restore(written())


def test_without_redis_nothing_is_begun(written, settings, tmp_path):
    settings.REDIS_DATA_URL = f"unix://{tmp_path}/none.sock"
    with pytest.raises(backups.BackupError, match="Redis does not answer"):
        backups.restore(written())


def test_what_is_there_already_is_not_written_over(tmp_path):
    (tmp_path / "letter.txt").touch()
    with pytest.raises(CommandError, match="is there already; give a new directory") as refused:
        run("backup", tmp_path)
    assert refused.value.returncode == 2
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


@whole
def test_a_backup_that_fails_leaves_no_backup_and_the_next_succeeds(tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setenv("PATH", "")
        patch.setattr(database, "DEBIAN", tmp_path)
        patch.setattr(database.postgres, "programs", lambda: None)
        with pytest.raises(backups.BackupError, match=r"pg_dump \d+ is not installed"):
            backups.back_up(tmp_path / "backup")
    assert not (tmp_path / "backup").exists()
    backups.back_up(tmp_path / "backup")
    assert {path.name for path in tmp_path.iterdir()} == {"backup", LOCK}


@whole
def test_only_its_owner_may_read_a_backup(tmp_path):
    backups.back_up(tmp_path / "backup")
    assert (tmp_path / "backup").stat().st_mode & 0o077 == 0


def test_a_full_disk_is_told_in_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(uploads, "names", lambda: ["a.png"])
    monkeypatch.setattr(uploads, "fetch", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(backups.BackupError, match="cannot be written: .*No space left"):
        backups.back_up(tmp_path / "backup")


def test_uploads_in_a_bucket_are_fetched_and_put_back(tmp_path, bucket):
    for name in ("avatars/2026/a.webp", "posts/b.png"):
        default_storage.save(name, ContentFile(name.encode()))
    assert sorted(uploads.names()) == ["avatars/2026/a.webp", "posts/b.png"]
    copied = uploads.fetch("posts/b.png", tmp_path / "b.png")
    assert copied == manifest.checksum(tmp_path / "b.png")
    assert uploads.fetch("posts/gone.png", tmp_path / "gone.png") is None
    bucket.files.clear()
    uploads.put("posts/b.png", tmp_path / "b.png", copied.bytes)
    uploads.put("posts/b.png", tmp_path / "b.png", copied.bytes)
    assert bucket.files == {"media/posts/b.png": b"posts/b.png"}
    bucket.files["media/posts/b.png"] = b"half"
    uploads.put("posts/b.png", tmp_path / "b.png", copied.bytes)
    assert bucket.files == {"media/posts/b.png": b"posts/b.png"}


def stamped(alice: Member, *stamps: int) -> None:
    """An event for each, as if its transaction had had that id."""
    for stamp in stamps:
        record("signed_in", unit=alice.pk)
        with connection.cursor() as cursor:
            newest = Event.objects.order_by("-pk").values("pk")[:1]
            cursor.execute("UPDATE events_event SET tx = %s::text::xid8 WHERE id = %s", [str(stamp), newest[0]["pk"]])


def restamp(mark: int) -> tuple[list[int], int, int]:
    """The events' ids after the restore, the mark's, and the server's counter."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE webhooks_mark SET tx = %s::text::xid8", [str(mark)])
        cursor.execute(database.RESTAMP.read_text())
        cursor.execute("SELECT tx::text::bigint FROM events_event WHERE name = 'signed_in' ORDER BY id")
        events = [tx for (tx,) in cursor.fetchall()]
        # Not this transaction's own id: restamp may have used ids up since.
        cursor.execute(
            "SELECT tx::text::bigint, pg_snapshot_xmax(pg_current_snapshot())::text::bigint FROM webhooks_mark"
        )
        return events, *cursor.fetchone()


AHEAD = 2**40


def test_transactions_ahead_of_the_server_come_below_its_counter_on_their_side_of_each_mark(alice):
    stamped(alice, 7, AHEAD, AHEAD + 1, AHEAD + 5, AHEAD + 6)
    events, mark, counter = restamp(AHEAD + 5)
    assert events[0] == 7
    assert 7 < events[1] == events[2] < mark <= events[3] == events[4] < counter


def test_a_mark_that_only_the_counter_of_before_had_reached_is_brought_back(alice):
    stamped(alice, 7, 8)
    events, mark, counter = restamp(AHEAD)
    assert events == [7, 8]
    assert 8 < mark < counter


def test_transactions_of_this_server_stay_as_they_are(alice):
    stamped(alice, 7, 9)
    assert restamp(8)[:2] == ([7, 9], 8)


@pytest.mark.slow
def test_a_row_is_brought_down_in_no_longer_for_many_marks():
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO events_visitorlink (visitor, member, at, tx) "
            "SELECT n, 1, now(), (%s + 2 * n)::text::xid8 FROM generate_series(1, 30000) n",
            [AHEAD],
        )
        cursor.execute(
            "INSERT INTO events_event (epoch_us, at, name, unit, person, object_kind, source, device, language, "
            "country, properties, tx) SELECT n, to_timestamp(0), 'signed_in', 1, 1, '', '', '', '', '', '{}', "
            "(%s + n)::text::xid8 FROM generate_series(1, 60000) n",
            [AHEAD],
        )
        cursor.execute("SET LOCAL statement_timeout = '6s'")
    events, mark, counter = restamp(AHEAD)
    assert events == sorted(events)
    assert mark <= events[0] < events[-1] < counter
