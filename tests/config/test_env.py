import os
import subprocess
import sys

import pytest
from django.conf import settings

from config import env
from config.env import Refused

pytestmark = pytest.mark.slow

PRODUCTION = {
    "DATABASE_URL": "postgresql://flywheel:secret@db.example.org/flywheel",
    "REDIS_URL": "redis://redis.example.org:6379",
    "SITE_URL": "https://forum.example.org",
    "SECRET_KEY": "d0f3c1a7-e4b2-" + "kq9x" * 12,
}


def manage(*arguments: str, tmp_path, **variables: str) -> subprocess.CompletedProcess[str]:
    """manage.py in a process of its own that has nothing of ours in its environment."""
    return subprocess.run(
        [sys.executable, settings.ROOT / "manage.py", *arguments],
        env={"PATH": os.defpath, "VAR_DIR": str(tmp_path), **variables},
        text=True,
        capture_output=True,
    )


def test_a_production_site_has_nothing_to_warn_of(tmp_path):
    checked = manage("check", "--deploy", "--fail-level", "WARNING", tmp_path=tmp_path, **PRODUCTION)
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("missing", ["SECRET_KEY", "SITE_URL"])
def test_it_does_not_start_without_what_only_the_operator_knows(tmp_path, missing):
    variables = {name: value for name, value in PRODUCTION.items() if name != missing}
    refused = manage("check", tmp_path=tmp_path, **variables)
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"Flywheel does not start: {missing} must be set")
    assert refused.stderr.count("\n") == 1


@pytest.mark.parametrize("program", [["-m", "celery", "-A", "config.celery", "report"], ["-c", "import config.wsgi"]])
def test_workers_and_web_servers_refuse_in_one_line_too(tmp_path, program):
    variables = {"PATH": os.defpath, "VAR_DIR": str(tmp_path), "EMAIL_PORT": "many"}
    refused = subprocess.run(
        [sys.executable, *program], cwd=settings.ROOT, env=variables, text=True, capture_output=True
    )
    assert refused.returncode == 1
    assert refused.stderr == "Flywheel does not start: EMAIL_PORT must be a whole number, not 'many'\n"


@pytest.mark.parametrize("name", ["WEB_WORKERS", "PORT"])
def test_gunicorn_refuses_its_settings_in_one_line(tmp_path, name):
    command = [sys.executable, "-m", "gunicorn", "--config=python:config.gunicorn", "--check-config"]
    variables = {"PATH": os.defpath, "VAR_DIR": str(tmp_path), name: "x"}
    refused = subprocess.run(command, cwd=settings.ROOT, env=variables, text=True, capture_output=True)
    assert refused.returncode == 1
    assert refused.stderr.strip() == f"Error: Flywheel does not start: {name} must be a whole number, not 'x'"


@pytest.mark.parametrize("url", ["ftp://a", "https://", "example.org", "https://a:0", "https://a:99999", "https://a:x"])
def test_an_address_that_is_none_is_refused_without_its_secrets(monkeypatch, url):
    monkeypatch.setenv("PLACE", url)
    with pytest.raises(Refused, match=r"PLACE must look like https://host$"):
        env.env_url("PLACE", schemes=("https",))


@pytest.mark.parametrize("url", ["mysql://a/b", "postgresql://a", "postgresql://u:p@h:x/b"])
def test_a_database_that_is_none_is_refused(url):
    with pytest.raises(Refused, match="DATABASE_URL must look like"):
        env.database_from_url(url)


def test_what_the_address_of_the_database_asks_of_the_connection_is_kept():
    asked = env.database_from_url("postgresql://u:p@db/name?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem")
    assert asked["NAME"] == "name"
    assert asked["OPTIONS"] == {"sslmode": "verify-full", "sslrootcert": "/etc/ca.pem"}


def test_a_socket_needs_no_host(monkeypatch):
    monkeypatch.setenv("PLACE", "unix:///run/redis.sock")
    assert env.env_url("PLACE", schemes=("redis", "unix")) == "unix:///run/redis.sock"


@pytest.mark.parametrize("name", ["Mars/Olympus", "../../etc/passwd", "utc"])
def test_a_time_zone_that_is_none_is_refused(monkeypatch, name):
    monkeypatch.setenv("ZONE", name)
    with pytest.raises(Refused, match="ZONE must be a time zone"):
        env.env_zone("ZONE", "UTC")


def test_a_word_that_is_no_choice_is_refused(monkeypatch):
    monkeypatch.setenv("COLOUR", "grue")
    with pytest.raises(Refused, match="COLOUR must be one of red, blue, not 'grue'"):
        env.env_choice("COLOUR", "red", choices=("red", "blue"))
