"""manage.py demo: the whole site on this machine, with content and logins, until Ctrl-C. Called by `make demo`."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from config import demo, migrating, services
from config.supervisor import Supervisor, stop_signals


class Command(BaseCommand):
    help = "Run the site with its servers, content and demo logins until Ctrl-C."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--dump", default="", help="a Stack Exchange dump's folder to import")
        parser.add_argument("--empty", action="store_true", help="leave an empty site empty")
        parser.add_argument("--force", action="store_true", help="make the logins in an external database too")

    def handle(self, *args: Any, port: int, force: bool, **options: Any) -> None:
        know_own_address(port)
        self.began = time.monotonic()
        for number in stop_signals():
            signal.signal(number, signal.default_int_handler)
        with alone(settings.VAR_DIR):
            wait_for_port(port)
            try:
                self.prepare()
                if not options["empty"]:
                    self.fill(options["dump"])
                logins = demo.make_logins() if force or not settings.DATABASE_URL else []
                self.serve(port, demo.greeting(port, logins))
            except KeyboardInterrupt:
                self.say("Stopped")
            finally:
                connections.close_all()
                services.stop(settings.VAR_DIR, settings.EMBEDDED_SERVICES)

    def prepare(self) -> None:
        self.say("Starting PostgreSQL and Redis")
        services.ensure(settings.VAR_DIR, settings.EMBEDDED_SERVICES)
        self.say("Bringing the tables up to date")
        migrating.migrate()
        if demo.static_files_changed():
            self.say("Collecting static files")
            demo.collect_static_files()

    def fill(self, dump: str) -> None:
        for work in demo.missing_content(dump):
            self.say(work.title)
            # In a process of its own: what it opens must not be shared by the programs forked from this one.
            done = subprocess.run([sys.executable, sys.argv[0], *work.command])
            if done.returncode:
                raise CommandError(f"{work.command[0]} failed; the site is not started")

    def serve(self, port: int, greeting: str) -> None:
        supervisor = self.supervisor(port)
        try:
            self.say("Starting web, worker and beat")
            demo.load_site()
            connections.close_all()
            supervisor.start()
            demo.wait_for_web(port, is_starting=supervisor.programs[0].is_running)
            self.say(greeting)
            supervisor.watch()
        finally:
            self.say("Stopping")
            supervisor.stop()

    def supervisor(self, port: int) -> Supervisor:
        os.environ["PORT"] = str(port)
        return Supervisor(
            programs=demo.programs(),
            revive=lambda: services.ensure(settings.VAR_DIR, settings.EMBEDDED_SERVICES),
            say=self.say,
        )

    def say(self, message: str) -> None:
        self.stdout.write(f"[{time.monotonic() - self.began:5.1f} s] {message}")
        self.stdout.flush()


def know_own_address(port: int) -> None:
    """The settings, read before the port was known, put SITE_URL into mail and feeds: begin again with the port's."""
    if not os.environ.get("SITE_URL"):
        os.environ["SITE_URL"] = f"http://localhost:{port}"
        os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606 - ourselves


@contextmanager
def alone(var_dir: Path) -> Iterator[None]:
    """Let one demo run on a VAR_DIR. (A POSIX lock, since forked programs do not share it.)"""
    var_dir.mkdir(parents=True, exist_ok=True)
    with (var_dir / "demo.lock").open("w") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CommandError(f"A demo already runs on {var_dir}; stop it, or set another VAR_DIR") from error
        yield


def wait_for_port(port: int, *, seconds: float = 8) -> None:
    """Until the port is free: the web server of a demo that was killed needs some seconds to end."""
    deadline = time.monotonic() + seconds
    while error := refusal_of(port):
        if time.monotonic() > deadline:
            raise CommandError(f"Port {port} cannot be used ({error}); choose another with PORT=…")
        time.sleep(0.2)


def refusal_of(port: int) -> OSError | None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((os.environ.get("ADDRESS", "127.0.0.1"), port))
        except OSError as error:
            return error
    return None
