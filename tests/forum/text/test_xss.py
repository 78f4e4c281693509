import re
from html.parser import HTMLParser

import pytest

from community.forum.text import sanitising
from tests.forum.text.vectors import VECTORS, shown

HARMLESS = sanitising.TAGS
URL = re.compile(r"(?:https?://|mailto:|/|#|\?)", re.IGNORECASE)


class Inspector(HTMLParser):
    """Notes everything in a page that could run or fetch anything but a picture."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in HARMLESS:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            if name.startswith("on") or name in ("style", "srcdoc", "srcset", "xmlns", "formaction", "target", "name"):
                self.found.append(f"{tag} {name}={value}")
            if name in ("href", "src", "action", "data", "xlink:href", "poster") and not URL.match(value or ""):
                self.found.append(f"{tag} {name}={value}")

    def handle_comment(self, data):
        self.found.append(f"<!--{data}-->")

    handle_decl = unknown_decl = handle_pi = handle_comment


def inspect(html: str) -> list[str]:
    inspector = Inspector()
    inspector.feed(html)
    inspector.close()
    return inspector.found


def test_the_list_is_long_enough_to_mean_something():
    assert len(VECTORS) >= 200


def test_the_inspector_sees_what_it_looks_for():
    assert inspect(
        '<script>1</script><b onclick=x><a href="javascript:1"><svg><!--x--><p style="x"><img src="data:x">'
    ) == [
        "<script>",
        "b onclick=x",
        "a href=javascript:1",
        "<svg>",
        "<!--x-->",
        "p style=x",
        "img src=data:x",
    ]


@pytest.mark.parametrize("vector", VECTORS)
def test_nothing_that_can_run_is_left_of(vector):
    for html in shown(vector):
        assert inspect(html) == []
        assert sanitising.clean(html) == html


def test_no_attack_grows_out_of_two_others():
    """Each vector between two neighbours, so that what one opens another may close."""
    for before, vector, after in zip(VECTORS, VECTORS[1:], VECTORS[2:], strict=False):
        for html in shown(f"{before}\n{vector}\n\n{after}"):
            assert inspect(html) == []


def test_a_browser_runs_none_of_them(browser):
    page = browser.new_page()
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.route("**/*", lambda route: route.abort())
    articles = "".join(f"<article>{html}</article>" for vector in VECTORS for html in shown(vector))
    page.set_content(f"<!doctype html><title>x</title><body>{articles}")
    page.evaluate("document.querySelectorAll('article *').forEach(e => { e.dispatchEvent(new Event('mouseover')); })")
    page.evaluate("document.querySelectorAll('article').forEach(e => { e.innerHTML = e.innerHTML; })")
    assert page.evaluate("document.querySelectorAll('article').length") == 3 * len(VECTORS)
    assert page.evaluate("'__xss' in window") is False
    assert page.evaluate("document.scripts.length") == 0
    assert dialogs == []
    page.close()


def test_a_browser_would_have_told_of_an_attack(browser):
    page = browser.new_page()
    page.set_content("<!doctype html><body><img src=x onerror=window.__xss=1>")
    page.wait_for_function("window.__xss === 1", timeout=5_000)
    page.close()
