"""django-spirit, the nearest peer on PyPI, in an environment of its own, measured by the same means."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from django.db import connection

PACKAGES = ("django-spirit==0.14.3", "psycopg2-binary")


def measure(var_dir: Path, sizes: list[dict[str, int]], say: Callable[[str], None]) -> dict[str, object]:
    """Its pages at the same sizes on the same PostgreSQL; {"error": …} where it cannot be installed."""
    home = var_dir / "bench-spirit"
    try:
        python = _installed(home, say)
        return {"packages": PACKAGES, "sizes": [_measured(python, home, size, say) for size in sizes]}
    except (OSError, subprocess.CalledProcessError) as error:
        return {"error": str(error)}


def _installed(home: Path, say: Callable[[str], None]) -> Path:
    python = home / "venv" / "bin" / "python"
    if not python.exists():
        say("installing django-spirit")
        uv = os.environ.get("UV") or shutil.which("uv") or "uv"
        subprocess.run([uv, "venv", "-q", "-p", sys.executable, home / "venv"], check=True)
        subprocess.run([uv, "pip", "install", "-q", "-p", python, *PACKAGES], check=True)
        project = home / "project"
        project.mkdir()
        path = f"{python.parent}{os.pathsep}{os.environ['PATH']}"
        start = [python.parent / "spirit", "startproject", "peer", "--path", project]
        subprocess.run(start, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "PATH": path})
    return python


def _measured(python: Path, home: Path, size: dict[str, int], say: Callable[[str], None]) -> dict[str, object]:
    say(f"django-spirit at {size}")
    own = connection.settings_dict
    with connection.cursor() as cursor:
        cursor.execute("DROP DATABASE IF EXISTS spirit_bench")
        cursor.execute("CREATE DATABASE spirit_bench")
    database = {key: own[key] for key in ("HOST", "PORT", "USER", "PASSWORD")} | {"NAME": "spirit_bench"}
    script = Path(__file__).with_name("peer_site.py")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")}
    run = subprocess.run(
        [python, script, home / "project", json.dumps(database), json.dumps(size)],
        check=True,
        stdout=subprocess.PIPE,
        env=environment,
    )
    with connection.cursor() as cursor:
        cursor.execute("DROP DATABASE spirit_bench")
    return json.loads(run.stdout.splitlines()[-1])
