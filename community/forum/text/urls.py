"""Which addresses a text may point at."""

import re

CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")
EXTERNAL = re.compile(r"(?:https?:)?[/\\]{2}[^/\\]", re.IGNORECASE)
WEB = re.compile(r"https?://[^/\\]", re.IGNORECASE)
OWN = re.compile(r"[/#?]")
OUR_IMAGE = re.compile(r"/media/[^\\?#]+\Z")
STEP_UP = re.compile(r"(?:\.|%2e){2}", re.IGNORECASE)


def is_external(url: str) -> bool:
    return EXTERNAL.match(url) is not None


def link(url: str) -> str | None:
    """The address as a browser reads it if it is one of http, https, mailto or a path of ours, else None."""
    url = _as_read(url)
    if WEB.match(url) or OWN.match(url) or url.lower().startswith("mailto:"):
        return url
    return None


def image(url: str) -> str | None:
    """An image of the web or one uploaded here. No other path of ours: a picture must not call a page."""
    url = _as_read(url)
    if WEB.match(url) or (OUR_IMAGE.match(url) and not STEP_UP.search(url)):
        return url
    return None


def _as_read(url: str) -> str:
    """Browsers drop line ends and tabs within an address and spaces around it: "java\\nscript:" is a scheme."""
    return CONTROLS.sub("", url).strip(" ").replace(" ", "%20")
