"""A member with a cookie jar, who uses the site's real forms over HTTP."""

import http.client
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar


class StayHere(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object) -> None:
        """A redirect is the answer."""


class Visitor:
    def __init__(self, url: str) -> None:
        self.url = url
        self.cookies = CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies), StayHere)

    def ask(self, path: str, data: bytes | None = None) -> tuple[int, str]:
        """The status and the address redirected to; (0, "") when no answer came."""
        try:
            with self.opener.open(self.url + path, data, timeout=5) as answer:
                return answer.status, ""
        except urllib.error.HTTPError as error:
            return error.code, error.headers.get("Location", "")
        except (OSError, http.client.HTTPException):
            return 0, ""

    def post(self, path: str, **fields: str) -> tuple[int, str]:
        token = next((cookie.value for cookie in self.cookies if cookie.name == "csrftoken"), "")
        return self.ask(path, urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": token or ""}).encode())

    def sign_in(self, username: str, password: str) -> None:
        self.ask("/accounts/login/")
        assert self.post("/accounts/login/", login=username, password=password)[0] == 302
