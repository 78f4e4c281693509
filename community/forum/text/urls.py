"""Which addresses a text may point at."""

import re

IGNORED_BY_BROWSERS = re.compile(r"[\x00-\x20\x7f]+")
EXTERNAL = re.compile(r"(?:https?:)?[/\\]{2}[^/\\]", re.IGNORECASE)
WEB = re.compile(r"https?://[^/\\]", re.IGNORECASE)
OWN = re.compile(r"[/#?]")
OUR_IMAGE = re.compile(r"/media/[^\\?#]+\Z")
STEP_UP = re.compile(r"(?:\.|%2e){2}", re.IGNORECASE)


def is_external(url: str) -> bool:
    return EXTERNAL.match(url) is not None


def link(url: str) -> str | None:
    """The address as a browser reads it if it is one of http, https, mailto or a path of ours, else None."""
    url = IGNORED_BY_BROWSERS.sub("", url)
    if WEB.match(url) or OWN.match(url) or url.lower().startswith("mailto:"):
        return url
    return None


def image(url: str) -> str | None:
    """An image of the web or one uploaded here. No other path of ours: a picture must not call a page."""
    url = IGNORED_BY_BROWSERS.sub("", url)
    if WEB.match(url) or (OUR_IMAGE.match(url) and not STEP_UP.search(url)):
        return url
    return None
