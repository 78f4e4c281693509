"""A real Chromium for tests: `page` on the live server, `sign_in` without the form."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

from community.members.models import Member

REQUIRED = os.environ.get("FLYWHEEL_BROWSER") == "required"


def _chromium() -> str | None:
    named = os.environ.get("FLYWHEEL_CHROMIUM")
    return named or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
        if "chaos" in Path(item.path).parts:
            item.add_marker("chaos")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole process. FLYWHEEL_BROWSER=required makes its absence a failure."""
    chromium = _chromium()
    if chromium is None:
        (pytest.fail if REQUIRED else pytest.skip)("no Chromium found; install it or set FLYWHEEL_CHROMIUM")
    # Playwright's event loop lives in the test's thread, which Django takes for asynchronous code.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        launched = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser, live_server) -> Iterator[Page]:
    """A fresh page whose relative addresses are the live server's; it fails the test on a script's error, and on
    whatever the Content-Security-Policy had to refuse."""
    with browser.new_context(base_url=live_server.url, locale="en-GB") as context:
        context.set_default_timeout(10_000)
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda told: errors.append(told.text) if "Content Security Policy" in told.text else None)
        yield page
        assert errors == []


@pytest.fixture
def sign_in(live_server) -> Callable[[Page, Member], None]:
    """Give the page a member's session, as its cookie."""

    def give(page: Page, member: Member) -> None:
        client = Client()
        client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])

    return give
