"""The embedded servers themselves, each test on a VAR_DIR of its own."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis
from django.conf import settings

from config import services
from config.services import files, postgres, processes
from config.services.files import ServiceError

pytestmark = pytest.mark.slow


@pytest.fixture
def var_dir() -> Iterator[Path]:
    # Not tmp_path, which is closed to others: see the test of that below.
    path = Path(tempfile.mkdtemp(prefix="fw-services-"))
    path.chmod(0o755)
    yield path
    services.stop(path)
    shutil.rmtree(path)


def query(var_dir: Path, statement: str) -> list[tuple]:
    where = services.postgres_settings(var_dir)
    with psycopg.connect(
        host=where["HOST"], port=where["PORT"], user=where["USER"], dbname=where["NAME"]
    ) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def redis_of(var_dir: Path) -> redis.Redis:
    return redis.Redis(unix_socket_path=str(services.redis_socket(var_dir)))


def kill(var_dir: Path, name: str) -> None:
    pid_file = {"postgres": postgres.data_directory(var_dir) / "postmaster.pid", "redis": var_dir / "redis/server.pid"}
    server = psutil.Process(processes.pid_in(pid_file[name]))
    server.kill()
    processes.wait_until(lambda: not services.status(var_dir)[name], seconds=5, failure=f"{name} does not die")


def test_they_start_once_and_stop(var_dir):
    assert services.status(var_dir) == {"postgres": False, "redis": False}
    assert services.ensure(var_dir) == ["postgres", "redis"]
    assert services.ensure(var_dir) == []
    assert services.stop(var_dir) == ["postgres", "redis"]
    assert services.status(var_dir) == {"postgres": False, "redis": False}


def test_what_was_written_survives_kill_9(var_dir):
    services.ensure(var_dir)
    query(var_dir, "CREATE TABLE kept AS SELECT 42 AS answer")
    with redis_of(var_dir) as client:
        client.set("kept", 42)
    for name in ("postgres", "redis"):
        kill(var_dir, name)
    assert services.ensure(var_dir) == ["postgres", "redis"]
    assert query(var_dir, "SELECT answer FROM kept") == [(42,)]
    with redis_of(var_dir) as client:
        assert client.get("kept") == b"42"


def test_many_processes_at_once_start_one_server(var_dir):
    code = (
        "import sys; from pathlib import Path; from config import services; print(services.ensure(Path(sys.argv[1])))"
    )
    command = [sys.executable, "-c", code, str(var_dir)]
    racers = [subprocess.Popen(command, cwd=settings.ROOT, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    said = sorted(racer.communicate()[0].strip() for racer in racers)
    assert said == ["['postgres', 'redis']", "[]", "[]", "[]"]


def test_a_killed_initdb_leaves_nothing_in_the_way(var_dir):
    files.own_directory(postgres.data_directory(var_dir).parent, owner=files.server_user())
    half = postgres.data_directory(var_dir).with_name("data.new")
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    services.ensure(var_dir, ("postgres",))
    assert query(var_dir, "SELECT datlocprovider FROM pg_database WHERE datname = 'flywheel'") == [("b",)]


def test_a_pid_of_another_process_is_not_taken_for_the_server(var_dir):
    services.ensure(var_dir, ("postgres",))
    pid_file = postgres.data_directory(var_dir) / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    kill(var_dir, "postgres")
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    assert services.status(var_dir)["postgres"] is False
    assert services.ensure(var_dir, ("postgres",)) == ["postgres"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends PostgreSQL to nobody")
def test_under_a_closed_path_data_and_programs_move_to_where_nobody_can_walk(var_dir, monkeypatch):
    closed = var_dir / "closed"
    closed.mkdir(mode=0o700)
    package = closed / "site-packages" / postgres.WHEEL
    monkeypatch.setattr(files, "SURVIVES_REBOOT", var_dir)
    wheel = postgres._binaries(var_dir).parent.parent
    package.parent.mkdir()
    package.symlink_to(wheel)
    (package.parent / f"{postgres.WHEEL}.libs").symlink_to(wheel.with_name(f"{postgres.WHEEL}.libs"))
    found = type("Spec", (), {"submodule_search_locations": [str(package)]})()
    monkeypatch.setattr(postgres.importlib.util, "find_spec", lambda name: found)
    try:
        services.ensure(closed / "var", ("postgres",))
        home = Path(services.postgres_settings(closed / "var")["HOST"])
        assert home.is_relative_to(var_dir)
        assert not home.is_relative_to(closed)
        assert query(closed / "var", "SELECT 1") == [(1,)]
        assert stat_mode(closed) == 0o700
    finally:
        services.stop(closed / "var")


def stat_mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_socket_path_over_107_bytes_falls_back_to_a_short_one():
    deep = Path("/") / "/".join(["deeply"] * 20)
    for socket in (services.redis_socket(deep), Path(services.postgres_settings(deep)["HOST"]) / postgres.SOCKET):
        assert len(os.fsencode(socket)) <= 107
        assert socket.parent.name.startswith("fw-")
        assert not socket.parent.exists()


def test_a_directory_of_somebody_else_is_refused(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "taken").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ServiceError, match="must be a directory of user"):
        files.own_directory(tmp_path / "taken")
