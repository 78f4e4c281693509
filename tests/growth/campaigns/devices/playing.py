"""A browser that lets itself be reached: `pushManager` is played, messages are handed over as Chromium does."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page

_PLAYED = """
const made = (name) => ({
  endpoint: name, options: {}, unsubscribe: async () => { sessionStorage.played = ""; return true; },
  toJSON: () => ({ endpoint: name, keys: { p256dh: "%s", auth: "%s" } }),
});
PushManager.prototype.subscribe = async function ({ applicationServerKey }) {
  sessionStorage.trusted = applicationServerKey.length;
  sessionStorage.played = "%s";
  return made(sessionStorage.played);
};
PushManager.prototype.getSubscription = async () => (sessionStorage.played ? made(sessionStorage.played) : null);
Notification.requestPermission = async () => {
  sessionStorage.asked = 1 + Number(sessionStorage.asked || 0);
  return %s;
};
Object.defineProperty(Notification, "permission", { get: () => (sessionStorage.played ? "granted" : "default") });
"""


def played(address: Mapping[str, str], answer: str = "granted") -> str:
    """The script of a browser that subscribes by this address, whose member gives this answer to its question."""
    return _PLAYED % (address["p256dh"], address["auth"], address["endpoint"], json.dumps(answer))


def worker_of(page: Page) -> tuple[CDPSession, str]:
    """What speaks to Chromium of the page's service worker, and the number it has there."""
    session = page.context.new_cdp_session(page)
    told: list[dict[str, Any]] = []
    session.on("ServiceWorker.workerRegistrationUpdated", lambda event: told.extend(event["registrations"]))
    session.send("ServiceWorker.enable")
    page.wait_for_timeout(300)
    return session, told[-1]["registrationId"]


def deliver(page: Page, session: CDPSession, number: str, data: str) -> None:
    """Hand a message over to the page's service worker."""
    origin = page.evaluate("location.origin")
    session.send("ServiceWorker.deliverPushMessage", {"origin": origin, "registrationId": number, "data": data})


def click(page: Page) -> str:
    """Click on the one message that is shown; where it leads. The click itself is the desktop's, which is not here: the
    worker is told as the browser would tell it."""
    worker = page.context.service_workers[0]
    worker.evaluate(
        """async () => {
          self.opened = [];
          self.clients.openWindow = async (url) => { self.opened.push(url); };
          const [notification] = await self.registration.getNotifications();
          self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
        }"""
    )
    wait_until(lambda: worker.evaluate("self.opened.length"))
    return str(worker.evaluate("self.opened[0]"))


def wait_until(true: Callable[[], object]) -> None:
    for _try in range(100):
        if true():
            return
        time.sleep(0.05)
    pytest.fail("it did not happen")
