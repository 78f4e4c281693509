"""Templates say their words in the reader's language, escaped, and nothing that no catalogue could hold."""

import pytest
from django.template import TemplateSyntaxError, engines
from django.utils.translation import override

from config.speaking import Templates


@pytest.fixture
def templates(tmp_path) -> Templates:
    (tmp_path / "part.html").write_text('<i>{{ _("Follow") }}</i>')
    (tmp_path / "page.html").write_text(
        '<b title="{{ _("Search") }}">{{ _("What \'s <b>new</b>") }}</b>{% include "part.html" %}'
        '{{ _("edited %(when)s")|e|format(when="<now>") }}{% if _("Search") == "Search" %} in English{% endif %}'
    )
    (tmp_path / "guess.html").write_text("{{ _(word) }}")
    options = {"environment": "config.jinja.environment"}
    return Templates({"NAME": "tried", "DIRS": [tmp_path], "APP_DIRS": False, "OPTIONS": options})


def said(templates: Templates, language: str) -> str:
    with override(language):
        return templates.get_template("page.html").render()


def test_the_same_template_speaks_each_language_includes_and_all(templates):
    assert said(templates, "en").startswith('<b title="Search">')
    assert "<i>Follow</i>" in said(templates, "en")
    chinese = said(templates, "zh-hans")
    assert '<b title="搜索">' in chinese
    assert "<i>关注</i>" in chinese
    assert said(templates, "en") == said(templates, "en")


def test_words_are_escaped_and_what_is_put_into_them_too(templates):
    assert "What &#39;s &lt;b&gt;new&lt;/b&gt;" in said(templates, "en")
    assert "edited &lt;now&gt;" in said(templates, "en")


def test_words_stand_for_text_in_conditions_too(templates):
    assert "in English" in said(templates, "en")
    assert "in English" not in said(templates, "zh-hans")


def test_only_words_that_the_catalogue_can_hold_may_be_said(templates):
    with pytest.raises(TemplateSyntaxError, match="expected token 'string'"):
        templates.get_template("guess.html")


def test_the_forums_pages_are_of_these():
    assert any(isinstance(engine, Templates) for engine in engines.all())
