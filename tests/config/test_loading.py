import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connections

from community.forum.models import Bookmark, Post
from config import loading
from config.loading.places import WRITER
from tests import builders

pytestmark = pytest.mark.slow

whole = pytest.mark.django_db(transaction=True)
Loaded = Callable[..., dict]


@pytest.fixture
def load() -> Loaded:
    """Run in a thread of its own, since a browser's event loop may live in the test's."""

    def measure(url: str, **wanted: int) -> dict:
        try:
            return loading.run(loading.Wanted(**{"url": url, "readers": 3, "writers": 0, "seconds": 1} | wanted))
        finally:
            connections.close_all()

    def in_thread(*args: str, **wanted: int) -> dict:
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(measure, *args, **wanted).result()

    return in_thread


class Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def serving(handler: type[Answering]) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def redirecting() -> Iterator[str]:
    """A site that is meant for https: it is well, and sends all readers there."""

    class Handler(Answering):
        def do_GET(self) -> None:
            self.answer(200 if self.path == "/healthz" else 301)

    with serving(Handler) as url:
        yield url


@pytest.fixture
def failing() -> Iterator[str]:
    """A site where every second answer is a fault, and every third connection ends without one."""

    class Handler(Answering):
        asked = 0

        def do_GET(self) -> None:
            Handler.asked += 1
            if self.path != "/healthz" and Handler.asked % 3 == 0:
                self.close_connection = True
                return
            self.answer(500 if Handler.asked % 2 else 200)

    with serving(Handler) as url:
        yield url


@whole
def test_readers_and_writers_are_counted_and_timed(load: Loaded, live_server):
    topic = builders.question()
    told = load(live_server.url, writers=1)
    assert told["errors"] == told["refused"] == 0
    assert told["requests"] == sum(kind["requests"] for kind in told["kinds"].values()) > 5
    assert 0 < told["p50_ms"] <= told["p95_ms"]
    assert told["requests_per_second"] > 1
    written = Post.objects.filter(topic=topic, author__username=f"{WRITER}0")
    assert written.count() == told["kinds"]["answer"]["requests"]
    assert Bookmark.objects.filter(member__username=f"{WRITER}0").count() == 1
    assert not Session.objects.exists()


@whole
def test_faults_and_answers_that_never_come_are_errors(load: Loaded, failing):
    builders.question()
    told = load(failing)
    assert 0 < told["errors"] < told["requests"]
    assert told["statuses"]["500"] <= told["errors"]


@whole
def test_a_site_that_sends_its_readers_elsewhere_is_not_measured(load: Loaded, redirecting):
    builders.question()
    with pytest.raises(loading.Refused, match=r"answers with redirects: load a site whose SITE_URL is this address\Z"):
        load(redirecting)


@whole
def test_where_nothing_answers_nothing_is_measured(load: Loaded):
    builders.question()
    with pytest.raises(loading.Refused, match=r"nothing answers at http://127.0.0.1:9\Z"):
        load("http://127.0.0.1:9")


@whole
def test_a_site_without_topics_has_nothing_to_read(load: Loaded, failing):
    with pytest.raises(loading.Refused, match="no topics to read"):
        load(failing)


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        (["--url", "http://example.org"], "only a site on this machine"),
        (["--url", "http://192.168.0.1"], "only a site on this machine"),
        (["--url", "http://127.0.0.1.example.org"], "only a site on this machine"),
        (["--url", "https://127.0.0.1"], "only a site on this machine"),
        (["--readers", "1001"], "1 to 1000 readers"),
        (["--readers", "0", "--writers", "0"], "1 to 1000 readers"),
        (["--readers", "-5", "--writers", "9"], "1 to 1000 readers"),
        (["--seconds", "301"], "1 to 300 seconds"),
        (["--seconds", "0"], "1 to 300 seconds"),
    ],
)
def test_load_falls_on_nobody_else_and_ends(wanted, reason):
    with pytest.raises(CommandError, match=reason) as refused:
        call_command("loadtest", *wanted)
    assert refused.value.returncode == 2


def test_writers_leave_no_posts_on_a_production_site(settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="on a production site, ask for --writers 0"):
        call_command("loadtest")
