"""manage.py loadtest: how much load the site on this machine carries. See docs/operations.md."""

import json
import os
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config import demo, loading
from config.management.commands.demo import wait_for_port

WORKERS = "2"
STARTING = 60.0  # seconds


class Command(BaseCommand):
    help = "Load a site on this machine with readers and writers, and print requests per second, p50, p95 and errors."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", help="a site that runs on this machine; else one is started for the test")
        parser.add_argument("--port", type=int, default=8090, help="of the one that is started")
        parser.add_argument("--readers", type=int, default=50)
        parser.add_argument("--writers", type=int, default=5)
        parser.add_argument("--seconds", type=int, default=20)

    def handle(self, *args: Any, url: str | None, port: int, **options: Any) -> None:
        numbers = {name: options[name] for name in ("readers", "writers", "seconds")}
        wanted = loading.Wanted(url=url or f"http://127.0.0.1:{port}", **numbers)
        try:
            wanted.check()
            if url:
                told = loading.run(wanted)
            else:
                with started(port):
                    told = loading.run(wanted)
        except loading.Refused as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        self.stdout.write(json.dumps(told))
        if told["errors"]:
            sys.exit(1)


@contextmanager
def started(port: int) -> Iterator[None]:
    """The site as it is served to others, without limits on how often one may write."""
    wait_for_port(port)
    if demo.static_files_changed():
        demo.collect_static_files()
    variables = {"PORT": str(port), "WEB_WORKERS": WORKERS, "RATE_LIMITS": "false", "LOG_LEVEL": "WARNING"}
    address = {"ADDRESS": "127.0.0.1", "SITE_URL": f"http://127.0.0.1:{port}", "ALLOWED_HOSTS": "127.0.0.1"}
    command = [sys.executable, "-m", "gunicorn", "--config=python:config.gunicorn", "--log-level=warning"]
    web = subprocess.Popen(command, cwd=settings.ROOT, env=os.environ | variables | address)
    try:
        demo.wait_for_web(port, is_starting=lambda: web.poll() is None, seconds=STARTING)
        time.sleep(0.2)
        yield
    finally:
        web.terminate()
        web.wait()
