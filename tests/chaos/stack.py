"""A whole site as `make demo` runs it, on a private port and VAR_DIR, and ways to hurt it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg
from django.conf import settings

from config import services
from config.services import postgres, processes

PREPARE = """
from community.forum.models import Category
Category.objects.get_or_create(slug="chaos", defaults={"name": "Chaos"})
"""


class Stack:
    def __init__(self) -> None:
        self.var_dir = Path(tempfile.mkdtemp(prefix="fw-chaos-"))
        self.var_dir.chmod(0o755)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        outside = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")
        self.environment = {name: value for name, value in os.environ.items() if name not in outside}
        self.environment |= {"VAR_DIR": str(self.var_dir), "RATE_LIMITS": "false", "SITE_URL": self.url}

    def start(self) -> None:
        with (self.var_dir / "demo.log").open("wb") as log:
            self.demo = subprocess.Popen(
                [*self.manage(), "demo", "--empty", "--port", str(self.port)],
                cwd=settings.ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.wait_until(lambda: "is ready" in self.said(), seconds=90)
        code = [*self.manage(), "shell", "-v0", "-c", PREPARE]
        subprocess.run(code, cwd=settings.ROOT, env=self.environment, check=True)

    def stop(self) -> None:
        self.demo.send_signal(signal.SIGINT)
        self.demo.wait(timeout=30)
        shutil.rmtree(self.var_dir)

    @staticmethod
    def manage() -> list[str]:
        return [sys.executable, "manage.py"]

    def said(self) -> str:
        return (self.var_dir / "demo.log").read_text()

    def victims(self, name: str) -> list[psutil.Process]:
        """The processes behind a name: postgres, redis, web, web workers, worker, sender, beat."""
        if name == "postgres":
            return [self._process(postgres.data_directory(self.var_dir) / "postmaster.pid")]
        if name == "redis":
            return [self._process(self.var_dir / "redis" / "server.pid")]
        if name == "web workers":
            return self.victims("web")[0].children()
        return [self._process(self.var_dir / "log" / f"{name}.pid")]

    def kill(self, *names: str) -> float:
        """kill -9; the time at which it was done."""
        victims = [victim for name in names for victim in self.victims(name)]
        assert victims
        for victim in victims:
            victim.kill()
        return time.monotonic()

    def query(self, statement: str) -> list[tuple]:
        with self.connect() as connection:
            return connection.execute(statement).fetchall()

    def execute(self, statement: str) -> None:
        with self.connect() as connection:
            connection.execute(statement)

    def connect(self) -> psycopg.Connection:
        where = services.postgres_settings(self.var_dir)
        parameters = {"host": where["HOST"], "port": where["PORT"], "user": where["USER"], "dbname": where["NAME"]}
        return psycopg.connect(**parameters)

    def wait_until(self, done: Callable[[], bool], *, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < deadline, self.said()
            assert self.demo.poll() is None, self.said()
            time.sleep(0.1)

    def answers(self, path: str) -> bool:
        """Whether an anonymous page comes with 200 within two seconds."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    @staticmethod
    def _process(pid_file: Path) -> psutil.Process:
        return psutil.Process(processes.pid_in(pid_file))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
