"""What is told to Sentry, by a whole process with SENTRY_DSN, to a small server in its place."""

import gzip
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.conf import settings

pytestmark = pytest.mark.slow

FAULT = """
import sys
sys.modules["brotli"] = None  # gzip is what every Python reads
import django
django.setup()
from django.test import Client
from django.urls import path
import config.urls
def broken(request, key):
    raise RuntimeError("a wire is loose")
config.urls.urlpatterns.insert(0, path("reset/<str:key>/", broken))
client = Client(raise_request_exception=False, headers={"Authorization": "Bearer s3cret", "Cookie": "sessionid=s3cret"})
answer = client.post("/reset/s3cret/?q=s3cret", {"email": "alice@example.org"}, REMOTE_ADDR="8.8.4.4")
import sentry_sdk
sentry_sdk.flush(5)
print(answer["X-Request-ID"])
"""


@pytest.fixture
def sentry() -> Iterator[ThreadingHTTPServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.told.append(gzip.decompress(body))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.told = []
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        yield server
        server.shutdown()


def test_a_fault_is_told_with_its_stack_and_without_people(sentry, tmp_path):
    variables = {
        "PATH": os.defpath,
        "VAR_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SENTRY_DSN": f"http://key@127.0.0.1:{sentry.server_port}/1",
        "ALLOWED_HOSTS": "testserver",
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "SITE_URL": "http://testserver",
        "SECRET_KEY": "only-for-tests",
    }
    run = subprocess.run(
        [sys.executable, "-c", FAULT], cwd=settings.ROOT, env=variables, text=True, capture_output=True
    )
    assert run.returncode == 0, run.stderr
    (event,) = [
        json.loads(line) for envelope in sentry.told for line in envelope.splitlines() if b'"exception"' in line
    ]
    assert event["exception"]["values"][-1]["value"] == "a wire is loose"
    assert event["tags"]["request_id"] == run.stdout.strip()
    assert event["transaction"] == "/reset/{key}/"
    for secret in ("s3cret", "alice@example.org", "8.8.4.4"):
        assert secret not in json.dumps(event)
        assert secret not in run.stderr
