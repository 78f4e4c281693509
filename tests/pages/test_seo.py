"""What search engines and link previews read: addresses, robots, sitemaps, Open Graph, schema.org."""

import json
import re
from datetime import datetime
from html.parser import HTMLParser
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from PIL import Image

from community.forum import accepting, commenting, removing
from community.forum.models import Topic
from community.members.models import Member
from tests import builders

pytestmark = pytest.mark.django_db
XML = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


class Head(HTMLParser):
    """Of a page: meta by name or property, links by rel, and its data blocks."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.meta: dict[str, str] = {}
        self.links: dict[str, str] = {}
        self.feed(text)
        blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.S)
        self.data = [json.loads(block) for block in blocks]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "meta" and (name := given.get("name") or given.get("property")):
            self.meta[name] = given.get("content") or ""
        elif tag == "link":
            self.links[given["rel"]] = given["href"]


def head(client: Client, url: str) -> Head:
    answer = client.get(url, follow=True)
    assert answer.status_code == 200, url
    return Head(answer.content.decode())


def test_pages_name_their_canonical_address(client):
    topic = builders.question(tags=["python"])
    for path in ("/", "/tags/", "/tags/python/", "/tags/python/about/", "/categories/", "/c/general/", "/boards/all/"):
        assert head(client, path).links["canonical"] == settings.SITE_URL + path
    for path in (topic.get_absolute_url(), f"/t/{topic.pk}/another-slug/", f"{topic.get_absolute_url()}?order=newest"):
        assert head(client, path).links["canonical"] == settings.SITE_URL + topic.get_absolute_url()


@pytest.mark.slow
def test_the_pages_of_a_long_topic_point_at_each_other(client):
    topic, author = builders.topic(kind="discussion"), builders.member()
    for number in range(41):
        builders.answer(topic, author, body=f"Reply number {number}, with words of its own.")
    url = settings.SITE_URL + topic.get_absolute_url()
    first, second, third = (head(client, f"{topic.get_absolute_url()}?page={n}").links for n in (1, 2, 3))
    assert [page["canonical"] for page in (first, second, third)] == [url, f"{url}?page=2", f"{url}?page=3"]
    assert (first.get("prev"), first["next"]) == (None, f"{url}?page=2")
    assert (second["prev"], second["next"]) == (url, f"{url}?page=3")
    assert (third["prev"], third.get("next")) == (f"{url}?page=2", None)


def test_what_repeats_or_belongs_to_one_member_is_not_indexed(client, client_of, alice: Member):
    for number in range(21):
        builders.question(alice, title=f"Question number {number} of many", body=f"Number {number} fails, and why?")
    after = head(client, "/").links["next"]
    for path in ("/new/", "/top/all/", "/unanswered/", after, "/search/?q=number", "/accounts/login/"):
        assert "noindex" in head(client, path).meta["robots"], path
    for path in ("/ask/", "/bookmarks/", "/settings/", "/members/alice/points/"):
        assert "noindex" in head(client_of(alice), path).meta["robots"], path
    for path in ("/", Topic.objects.latest("pk").get_absolute_url(), "/members/alice/", "/tags/python/"):
        assert "robots" not in head(client, path).meta, path


def test_a_deleted_topic_is_not_indexed(client_of, mod: Member):
    topic = builders.question()
    removing.delete(topic, by=mod)
    assert "noindex" in head(client_of(mod), topic.get_absolute_url()).meta["robots"]


def test_robots_lead_to_sitemaps_whose_addresses_all_answer(client):
    closed = builders.category("Closed", readers="members")
    secret = builders.question(title="Of members only", place=closed)
    shown = builders.question(tags=["python"])
    robots = client.get("/robots.txt")
    assert robots["Content-Type"].startswith("text/plain")
    assert f"Sitemap: {settings.SITE_URL}/sitemap.xml" in robots.content.decode()
    index = ElementTree.fromstring(client.get("/sitemap.xml").content)
    found = []
    for section in index.findall("s:sitemap/s:loc", XML):
        urls = ElementTree.fromstring(client.get(urlsplit(section.text).path).content)
        found += [urlsplit(loc.text).path for loc in urls.findall("s:url/s:loc", XML)]
    assert {shown.get_absolute_url(), "/tags/python/", "/c/general/"} <= set(found)
    assert not {secret.get_absolute_url(), closed.get_absolute_url()} & set(found)
    assert {client.get(path).status_code for path in found} == {200}


def test_the_index_of_sitemaps_says_when_the_newest_topic_changed_without_reading_all(
    client, django_assert_max_num_queries
):
    topic = builders.question()
    with django_assert_max_num_queries(5):
        text = client.get("/sitemap.xml").content.decode()
    assert topic.active_at.isoformat() in text


def test_a_topic_previews_with_its_words_and_its_first_picture(client):
    body = (
        'Two quotes "here" & there.\n\n![a plot](https://example.org/plot.png)\n\n![more](https://example.org/two.png)'
    )
    meta = head(client, builders.question(title="Why 1 < 2?", body=body).get_absolute_url()).meta
    assert meta["og:title"] == "Why 1 < 2?"
    assert meta["og:description"].startswith('Two quotes "here" & there.')
    assert meta["og:image"] == "https://example.org/plot.png"
    assert (meta["og:type"], meta["og:site_name"]) == ("article", settings.SITE_NAME)


def test_a_page_without_a_picture_previews_with_the_mark(client):
    address = head(client, builders.question().get_absolute_url()).meta["og:image"]
    assert address == f"{settings.SITE_URL}{settings.STATIC_URL}img/card.png"
    with Image.open(finders.find("img/card.png")) as card:
        assert card.size == (1200, 630)


def _is_moment(text: str) -> bool:
    return datetime.fromisoformat(text).tzinfo is not None


def _is_written(thing: dict) -> bool:
    """What schema.org's and Google's pages ask of every post: who, when, what, where."""
    return bool(thing["text"] and thing["author"]["name"] and _is_moment(thing["datePublished"]) and thing["url"])


def test_a_question_is_a_qa_page(client, alice: Member, bob: Member, carol: Member):
    topic = builders.question(
        alice, title="Why </script> fails?", body="It has <b>marks</b> & <script>alert(1)</script>."
    )
    accepted, other = (
        builders.answer(topic, who, body=f"The answer of {who}, in a few words.") for who in (bob, carol)
    )
    accepting.accept(accepted, member=alice)
    commenting.comment(topic.posts.get(number=0), author=alice, body="A comment is not an answer.")
    (data,) = head(client, topic.get_absolute_url()).data
    question = data["mainEntity"]
    assert (data["@context"], data["@type"], question["@type"]) == ("https://schema.org", "QAPage", "Question")
    assert (question["name"], question["answerCount"]) == ("Why </script> fails?", 2)
    assert question["acceptedAnswer"]["url"] == settings.SITE_URL + accepted.get_absolute_url()
    assert [answer["url"] for answer in question["suggestedAnswer"]] == [settings.SITE_URL + other.get_absolute_url()]
    answers = [question["acceptedAnswer"], *question["suggestedAnswer"]]
    assert all(_is_written(post) and post["upvoteCount"] == 0 for post in (question, *answers))
    assert question["acceptedAnswer"]["author"] == {
        "@type": "Person",
        "name": "bob",
        "url": f"{settings.SITE_URL}/members/bob/",
    }


@pytest.mark.parametrize("kind", ["discussion", "article"])
def test_a_discussion_and_an_article_are_forum_postings(kind, client, alice: Member, bob: Member):
    topic = builders.topic(alice, kind=kind, title="How we measure", body="![p](https://example.org/p.png) By hand.")
    builders.answer(topic, bob, body="And by machine, now and then.")
    removing.delete(builders.answer(topic, alice, body="This reply will be gone."), by=alice)
    (data,) = head(client, topic.get_absolute_url()).data
    assert data["@type"] == "DiscussionForumPosting"
    assert (data["headline"], data["commentCount"]) == ("How we measure", 1)
    assert data["image"] == "https://example.org/p.png"
    assert [comment["@type"] for comment in data["comment"]] == ["Comment"]
    assert all(_is_written(post) for post in (data, *data["comment"]))


def test_a_question_without_an_answer_and_a_former_member_have_valid_data(client, alice: Member):
    topic = builders.question(alice)
    topic.posts.update(author=None)
    (data,) = head(client, topic.get_absolute_url()).data
    assert (data["mainEntity"]["answerCount"], data["mainEntity"]["suggestedAnswer"]) == (0, [])
    assert data["mainEntity"]["author"] == {"@type": "Person", "name": "former member"}
