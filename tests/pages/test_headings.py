"""Formulas in titles: MathML on pages, as typed where only text goes."""

import pytest

from tests import builders

pytestmark = pytest.mark.django_db
TITLE = "Why is $x^2$ <big>?"


@pytest.fixture
def topic(alice):
    return builders.question(alice, title=TITLE, tags=["maths"])


@pytest.mark.parametrize("page", ["/new/", "/tags/maths/", "/unanswered/", "/members/alice/"])
def test_lists_show_the_formula(client, topic, page):
    text = client.get(page).content.decode()
    assert '<math display="inline" alttext="$x^2$">' in text
    assert "</math> &lt;big&gt;?" in text


def test_the_topics_page_shows_it_and_its_head_says_it_in_text(client, topic):
    head, body = client.get(topic.get_absolute_url()).content.decode().split("</head>")
    assert "<h1>Why is <math" in body
    assert "<title>Why is $x^2$ &lt;big&gt;?" in head
    assert "<math" not in head


def test_feeds_have_it_in_text(client, topic):
    feed = client.get("/new/feed.atom").content.decode()
    assert "$x^2$" in feed


def test_the_form_of_an_edit_has_it_as_typed(client_of, alice, topic):
    page = client_of(alice).get(f"/p/{builders.opening(topic).pk}/edit/").content.decode()
    assert 'value="Why is $x^2$ &lt;big&gt;?"' in page
