"""What holds for the look of every page: nothing inline, little script, no serious fault under axe, nothing wider
than the screen, and no need of scripts."""

import gzip
import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from community.forum import accepting, commenting, drafts, editing, keeping, steering
from community.forum.models import Topic
from community.members.models import Member
from community.points.boards import publishing
from tests import axe, builders

SCRIPT_LIMIT = 30 * 1024
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
BODY = f"""{LONG} with `a_name_that_is_long_enough_to_be_wider_than_a_phone_is_and_does_not_break()` and
https://example.org/{"a-long-path/" * 12}

| one | two | three | four | five | six | seven |
|---|---|---|---|---|---|---|
| {" | ".join(["several words"] * 7)} |

```python
{"def measure(qubits, shots, backend, seed, noise, layout, level): " * 2}
```

1. $\\sum_{{i=0}}^n {"a_i + b_i + " * 8} c$

$$\\int_0^1 {"x^2 + " * 40} 1$$
"""


@pytest.fixture
def topic(db, alice: Member, bob: Member) -> Topic:
    """A question with everything that a page can hold, and all around it that makes lists full."""
    builders.give_points(alice, 4000)
    asked = builders.question(alice, title=f"Why does {LONG} fail?", body=BODY, tags=["python", "performance"])
    answer = builders.answer(asked, bob, body=BODY)
    accepting.accept(answer, member=alice)
    for number in range(9):
        commenting.comment(answer, author=alice, body=f"Comment {number}: `{LONG}`, and $x^{number}$ of it.")
    editing.edit(answer, editor=alice, body=BODY.replace("several", "many"), version=answer.version)
    talk = builders.topic(bob, kind="discussion", title="What do you read?", body="Books and papers, mostly.")
    builders.answer(talk, alice, body="Papers, @bob.")
    steering.close(builders.question(bob, title="Too broad, is it not?"), by=alice, reason="Too broad")
    builders.topic(alice, kind="article", title="How we measure", body=BODY)
    keeping.bookmark(answer, member=alice)
    drafts.save(alice, "topic", {"title": "A half-written thought", "body": "It begins"})
    publishing.rebuild()
    return asked


def _paths(topic: Topic) -> list[str]:
    opening = topic.posts.get(number=0)
    talk = Topic.objects.get(kind="discussion")
    return [
        *("/", "/top/all/", "/unanswered/", "/categories/", "/c/general/", "/tags/", "/tags/python/"),
        *("/tags/python/about/", topic.get_absolute_url(), talk.get_absolute_url(), f"/p/{opening.pk + 1}/revisions/"),
        *("/search/", "/search/?q=papers", "/search/?q=nonesuch", "/boards/", "/boards/all/", "/boards/scopes/"),
        *("/points/", "/members/", "/members/alice/", "/members/alice/points/", "/nowhere/"),
        *("/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"),
    ]


def _own_paths(topic: Topic) -> list[str]:
    opening, answer = topic.posts.order_by("number")
    tabs = ("", "display/", "privacy/", "notifications/", "messages/", "sign-in/", "data/")
    return [
        *("/following/", "/ask/", "/bookmarks/", "/inbox/", f"/t/{topic.pk}/reply/", f"/flag/post/{answer.pk}/"),
        *(f"/p/{opening.pk}/edit/", f"/comments/{answer.comments.first().pk}/edit/", "/tags/python/about/edit/"),
        *(f"/settings/{tab}" for tab in tabs),
    ]


class Inline(HTMLParser):
    """Collects what a strict content security policy refuses."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "style" or (tag == "script" and "src" not in given and not given.get("type", "").endswith("json")):
            self.found.append(f"<{tag}>")
        self.found += [f"{tag}[{name}]" for name in given if name == "style" or name.startswith(("on", "hx-on"))]


def test_nothing_is_inline_on_any_page(topic, client, client_of, alice):
    member = client_of(alice)
    for reader, paths in ((client, _paths(topic)), (member, _paths(topic) + _own_paths(topic))):
        for path in paths:
            text = reader.get(path, follow=True).content.decode()
            assert Inline(text).found == [], path


def test_all_scripts_together_are_small_and_the_pages_load_no_others(topic, client_of, alice):
    answer = client_of(alice).get(topic.get_absolute_url()).content.decode()
    loaded = set(re.findall(r'<script src="([^"]+)"', answer))
    files = {f"{settings.STATIC_URL}{path.relative_to(settings.ROOT / 'static')}": path for path in _scripts()}
    assert loaded == set(files)
    assert sum(len(gzip.compress(path.read_bytes())) for path in files.values()) <= SCRIPT_LIMIT


def _scripts() -> list:
    of_the_admin = {"reports.js", "segments.js"}
    return sorted(path for path in (settings.ROOT / "static").rglob("*.js") if path.name not in of_the_admin)


def test_no_class_of_the_style_sheets_is_unused():
    sources = [
        *(settings.ROOT / "templates").rglob("*.html"),
        *_scripts(),
        *(settings.ROOT / "community").rglob("*.py"),
    ]
    text = "\n".join(path.read_text() for path in sources if "vendor" not in path.parts)
    for sheet in ("style.css", "board.css", "members.css"):
        rules = re.sub(r"/\*.*?\*/|\{[^{}]*\}", " ", (settings.ROOT / "static/css" / sheet).read_text(), flags=re.S)
        classes = (
            set(re.findall(r"\.([a-z][\w-]*)", rules)) - {f"c{n}" for n in range(10)} - {"errorlist", "nonfield"}
        )  # made by code
        unused = {name for name in classes if not re.search(rf"\b{name}\b", text)}
        assert unused == set(), sheet


SCREENS = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}


@pytest.fixture
def page_as(browser: Browser, live_server, sign_in) -> Callable[..., Page]:
    """A page of one size and scheme, for a visitor or a member; closed by the browser at the end."""

    def make(member: Member | None, *, width: int = 1280, height: int = 900, scheme: str = "light", js=True) -> Page:
        phone = width < 700
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            has_touch=phone,
            is_mobile=phone,
            java_script_enabled=js,
            locale="en-GB",
        )
        context.set_default_timeout(10_000)
        page = context.new_page()
        if member:
            sign_in(page, member)
        return page

    return make


ALIKE = ("/accounts/", "/top/", "/unanswered/", "/c/", "/boards/", "/tags/python/", "/search/?q=n", "/members/alice/p")
"""Left out of axe's round: tests/members looks at them, or they are as the others."""


def _faults_in_every_dress(page: Page) -> list[str]:
    """All rules on both sizes in light; in dark, where nothing but colours differs, those of colour."""
    found = []
    for size in SCREENS.values():
        page.set_viewport_size(size)
        page.emulate_media(color_scheme="light")
        found += axe.faults(page)
        page.emulate_media(color_scheme="dark")
        found += axe.faults(page, *axe.OF_COLOUR)
    return found


def test_axe_finds_nothing_serious_on_the_page_of_a_topic(topic, alice, page_as):
    assert _faults(page_as(alice), [topic.get_absolute_url()]) == {}


@pytest.mark.slow
@pytest.mark.parametrize("who", ["visitor", "member"])
def test_axe_finds_nothing_serious_on_any_page(who, topic, alice, page_as):
    page = page_as(alice if who == "member" else None)
    others = [path for path in _paths(topic) if not path.startswith(ALIKE)]
    own = [path for path in _own_paths(topic) if not path.startswith("/settings/")]  # tests/members looks at those
    assert _faults(page, ["/", "/boards/", *own] if who == "member" else others) == {}


def _faults(page: Page, paths: list[str]) -> dict[str, list[str]]:
    """By path; of every page in light and dark, on desktop and phone."""
    faults = {}
    for path in paths:
        page.goto(path)
        if found := _faults_in_every_dress(page):
            faults[path] = found
    page.context.close()
    return faults


@pytest.mark.slow
@pytest.mark.parametrize("who", ["visitor", "member"])
def test_no_page_is_wider_than_a_narrow_phone(who, topic, alice, page_as):
    page = page_as(alice if who == "member" else None, width=320, height=640)
    wide = {}
    for path in _paths(topic) + (_own_paths(topic) if who == "member" else []):
        page.goto(path)
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if over > 0:
            wide[path] = over
    page.context.close()
    assert wide == {}


TOO_SMALL = """() => [...document.querySelectorAll("main button, main summary, nav a, header a, header summary")]
  .filter((e) => e.checkVisibility() && !e.closest(".meta, .row, .prose, p") && !e.matches(".name, .skip"))
  .map((e) => [e.getBoundingClientRect(), e])
  .filter(([box]) => box.height < 40 && box.bottom > 0)
  .map(([box, e]) => `${e.outerHTML.slice(0, 80)}: ${box.height}`)"""


@pytest.mark.slow
def test_what_a_finger_presses_is_forty_pixels_high(topic, alice, page_as):
    page = page_as(alice, **SCREENS["phone"])
    small = {}
    for path in ("/", topic.get_absolute_url(), "/boards/", "/inbox/", "/ask/", "/settings/"):
        page.goto(path)
        if found := page.evaluate(TOO_SMALL):
            small[path] = found
    page.context.close()
    assert small == {}


@pytest.mark.slow
def test_the_bar_at_the_bottom_stays_and_covers_nothing(topic, page_as):
    page = page_as(None, **SCREENS["phone"])
    page.goto(topic.get_absolute_url())
    for _end in ("top", "bottom"):
        box = page.locator(".tabbar").bounding_box()
        assert box["y"] + box["height"] == pytest.approx(844, abs=1)
        page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    foot = page.locator(".foot").bounding_box()
    assert foot["y"] + foot["height"] <= box["y"] + 1
    page.context.close()


@pytest.mark.slow
def test_a_comment_that_is_folded_opens_for_who_is_sent_to_it(topic, page_as):
    last = topic.posts.get(number=1).comments.last()
    page = page_as(None)
    page.goto(topic.get_absolute_url())
    expect(page.locator(f"#c{last.pk}")).to_be_hidden()
    page.goto(f"/comments/{last.pk}/")
    expect(page.locator(f"#c{last.pk}")).to_be_in_viewport()
    page.context.close()


@pytest.mark.slow
def test_the_whole_site_works_without_scripts(topic, alice, bob, page_as):
    builders.give_points(bob, 200)
    page = page_as(bob, js=False)
    page.goto("/ask/")
    page.get_by_label("Title").fill("How do I walk without scripts?")
    page.get_by_label("Text").fill("Every step of it, one after the other.")
    page.get_by_label("Tags").fill("python")
    page.get_by_role("button", name="Post").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("How do I walk without scripts?")
    walk = Topic.objects.get(title="How do I walk without scripts?")
    answer = builders.answer(walk, alice, body="One form after the other.")

    page.goto(walk.get_absolute_url())
    post = page.locator("#p1")
    post.get_by_role("button", name="Useful: vote up").click()
    expect(post.locator(".vote b")).to_have_text("1")
    post.get_by_role("button", name="Accept").click()
    expect(page.locator("#p1.accepted")).to_be_visible()
    post.get_by_text("Add a comment").click()
    post.get_by_label("Comment").fill("That is how it goes, thank you.")
    post.get_by_role("button", name="Comment", exact=True).click()
    expect(post.locator(".comments")).to_contain_text("That is how it goes")
    post.get_by_role("button", name="Bookmark").click()
    expect(post.get_by_role("button", name="Bookmarked")).to_be_visible()
    page.locator(".topic-head").get_by_role("button", name="Follow").click()
    expect(page.locator(".topic-head").get_by_role("button")).to_be_visible()

    post.get_by_role("link", name="Flag").click()
    page.get_by_label("Duplicate").check()
    page.get_by_role("main").get_by_role("button", name="Flag").click()
    expect(page.locator(".message")).to_be_visible()

    page.goto("/search/")
    page.locator("main").get_by_role("searchbox").fill("without scripts")
    page.locator("main").get_by_role("button", name="Search").click()
    expect(page.locator(".hits")).to_contain_text("walk")
    page.goto("/settings/")
    page.get_by_label("Location").fill("Ljubljana")
    page.get_by_role("button", name="Save").click()
    page.goto("/members/bob/")
    expect(page.locator("main")).to_contain_text("Ljubljana")
    page.locator(".foot").get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.context.close()
    assert answer.pk
