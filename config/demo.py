"""What the demo needs beyond the running site: static files, content, logins, and a word of greeting."""

import hashlib
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path

from celery.__main__ import main as run_celery
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction
from django.urls import reverse
from gunicorn.app.wsgiapp import run as gunicorn

from community.forum.models import Topic
from community.members.accounts import give_address, unique_username
from community.members.models import Member
from community.points import privileges
from config.celery import app as celery_app
from config.supervisor import Program
from experiments.models import Experiment
from growth.campaigns import everyday
from growth.campaigns.models import Campaign, Provider

PASSWORD = "flywheel-demo"  # noqa: S105 - printed for whoever runs the demo
ANALYST = ("--queues=analytics", "--concurrency=1", "--max-memory-per-child=1000000", "--hostname=analyst@%h")
SENDER = ("--queues=campaigns", "--pool=threads", "--concurrency=4", "--hostname=sender@%h")
LOGINS: dict[str, dict[str, object]] = {
    "admin": {"is_staff": True, "is_superuser": True},
    "mod": {"is_moderator": True, "is_staff": True},
    "alice": {},
    "bob": {},
}


@dataclass(frozen=True)
class Work:
    title: str
    command: tuple[str, ...]


def missing_content(dump: str) -> list[Work]:
    """The community, the experiments and the campaign that a site begins with, and the keys that reach browsers."""
    drafts = [] if Experiment.objects.exists() else [Work("Drafting experiments", ("draft_experiments",))]
    keys = [] if Provider.objects.serving("webpush").exists() else [Work("Making keys for push", ("push_keys",))]
    begun = Campaign.objects.filter(key=everyday.KEY).exists()
    campaigns = [] if begun else [Work("Beginning campaigns", ("begin_campaigns",))]
    return _missing_community(dump) + drafts + keys + campaigns


def _missing_community(dump: str) -> list[Work]:
    """The import of a dump that was not imported yet; without one, a generated community for an empty site."""
    if dump and not Member.objects.filter(imported_from__isnull=False).exists():
        return [Work(f"Importing {dump}", ("import_stackexchange", dump))]
    if not dump and not Topic.objects.exists():
        return [Work("Making up a community", ("generate_community",))]
    return []


def programs() -> list[Program]:
    """Web, worker and beat, as their own command lines would run them."""
    celery = ["celery", "--app=config.celery", "--quiet"]
    commands = {
        "web": (gunicorn, ["gunicorn", "--config=python:config.gunicorn"]),
        "worker": (run_celery, [*celery, "worker", "--concurrency=2", "--loglevel=WARNING"]),
        "analyst": (run_celery, [*celery, "worker", *ANALYST, "--loglevel=WARNING"]),
        "sender": (run_celery, [*celery, "worker", *SENDER, "--loglevel=WARNING"]),
        "beat": (run_celery, [*celery, "beat", "--loglevel=WARNING", "--pidfile="]),
    }
    logs = settings.VAR_DIR / "log"
    for directory in (logs, Path(settings.CELERY_BEAT_SCHEDULE_FILENAME).parent):
        directory.mkdir(parents=True, exist_ok=True)
    return [
        Program(name, partial(_run, main, arguments), logs / f"{name}.log")
        for name, (main, arguments) in commands.items()
    ]


def _run(main: Callable[[], object], arguments: list[str]) -> None:
    sys.argv = arguments
    main()


def load_site() -> None:
    """Import what the programs need, once for all that are forked afterwards."""
    import_module("config.wsgi")
    reverse("healthz")
    celery_app.loader.import_default_modules()


def make_logins() -> list[Member]:
    """The people one can sign in as; those that exist stay as they are.

    Made-up members of these names are handed over, so that alice and bob have a history. Among imported members they
    are newcomers: nobody may write in the name of a real person.
    """
    return [Member.objects.filter(email=_address(name)).first() or _make_login(name) for name in LOGINS]


@transaction.atomic
def _make_login(name: str) -> Member:
    found = Member.objects.named(name).first()
    if found and (found.imported_from or found.email):
        member = Member(username=unique_username(name))
    else:
        member = found or Member(username=name)
    for field, value in LOGINS[name].items():
        setattr(member, field, value)
    member.set_password(PASSWORD)
    member.save()
    give_address(member, _address(name))
    return member


def _address(name: str) -> str:
    return f"{name}@example.org"


def static_files_changed() -> bool:
    return not _static_mark().exists() or _static_mark().read_text() != _static_fingerprint()


def collect_static_files() -> None:
    call_command("collectstatic", interactive=False, verbosity=0)
    _static_mark().write_text(_static_fingerprint())


def wait_for_web(port: int, *, is_starting: Callable[[], bool], seconds: float = 30) -> None:
    """Until /healthz answers; CommandError with the way to the log when the server does not come up."""
    deadline = time.monotonic() + seconds
    while not _web_answers(port):
        if time.monotonic() > deadline or not is_starting():
            raise CommandError(f"The web server did not start; see {settings.VAR_DIR / 'log' / 'web.log'}")
        time.sleep(0.1)


def greeting(port: int, logins: Sequence[Member]) -> str:
    site = f"http://localhost:{port}"
    return f"""Flywheel is ready.

    site      {site}/
    admin     {site}/admin/
    health    {site}/healthz
    mail      {settings.EMAIL_FILE_PATH}
    logs      {settings.VAR_DIR / "log"}
{_how_to_sign_in(logins)}
Ctrl-C stops everything."""


def _how_to_sign_in(logins: Sequence[Member]) -> str:
    if not logins:
        return ""
    lines = [f"    sign in   {', '.join(login.username for login in logins)} (password: {PASSWORD})"]
    if newcomers := [login.username for login in logins if not privileges.may(login, "vote-up")]:
        lines.append(f"              new here, so without the points to vote: {', '.join(newcomers)}")
    return "\n".join([*lines, ""])


def _static_mark() -> Path:
    return Path(settings.STATIC_ROOT).with_suffix(".collected")


def _static_fingerprint() -> str:
    """Of every source file's place, size and time: hashing and compressing them anew takes seconds."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            found = Path(storage.path(path)).stat()
            digest.update(f"{path} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _web_answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2):  # noqa: S310 - our own server
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
