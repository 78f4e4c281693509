"""What is wrong with a message is found while it is written."""

from __future__ import annotations

from typing import Any

import pytest

from growth.campaigns.content.naming import unknown
from growth.campaigns.content.templates import compiled
from growth.campaigns.content.validating import Finding, findings
from growth.campaigns.models import Campaign, Provider, Variation

BOTH = {"en": {"title": "Hello"}, "zh-hans": {"title": "你好"}}


def found(content: Any = None, *, texts: Any = None, **fields: Any) -> list[Finding]:
    campaign = Campaign(**{"channels": ["inapp"], **fields})
    return findings(campaign, Variation(campaign=campaign, content={"texts": texts or BOTH, **(content or {})}))


def fatal(*given: Any, **more: Any) -> dict[str, str]:
    return {finding.where: finding.says for finding in found(*given, **more) if finding.fatal}


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("{{ member.name }} {{ member['points'] }} {{ site.url }} {{ link }} {{ unsubscribe }} {{ count }}", []),
        ("{{ item.title }} {{ items[0].tags[1] }} {{ data.anything.at[3].all }}", []),
        ("{% for x in items %}{{ x.url }}{% for tag in x.tags %}{{ loop.last }}{{ tag }}{% endfor %}{% endfor %}", []),
        ("{% for each in data.list %}{{ each.x }}{% endfor %}", []),
        ("{{ membre.name }}", ["membre.name"]),
        ("{{ member.nmae|default('you') }}", ["member.nmae"]),
        ("{{ member.name.first }}", ["member.name.first"]),
        ("{{ member.__class__ }} {{ member['__class__'] }}", ["member.__class__"]),
        ("{% if count > limit %}{% endif %}", ["limit"]),
        ("{% for item in itmes %}{{ item.title }}{% endfor %}", ["itmes"]),
        ("{% for x in items %}{{ x.titel }}{{ loop.lats }}{% endfor %}{{ x }}", ["x.titel", "loop.lats", "x"]),
        ("{{ items.title }} {{ item[0] }}", ["items.title", "item.0"]),
        ("{{ member[count] }}", ["member.…"]),
    ],
)  # fmt: skip
def test_a_variable_that_there_is_not_is_named(source, names):
    assert unknown(compiled(source)) == names


@pytest.mark.django_db
class TestFindings:
    def test_what_is_well_written_has_none(self):
        assert found({"url": "/tags", "icon": "/static/x.png"}) == []
        assert found({"url": "{{ site.url }}?tab=1"}) == []

    @pytest.mark.parametrize(
        ("texts", "where", "says"),
        [
            ({"en": {"title": "{{ a b }}"}}, "en.title", "This is no template"),
            ({"en": {"title": "Hi", "body": "{{ link > 3 }}"}}, "en.title", "This is no template"),
            ({"en": {"title": "Hi", "body": "{{ member.secret }}"}}, "en.body", "There is no variable “member.secret”"),
            ({"en": {"body": "Hi"}}, "en.title", "Every message has a title"),
            ({"en": {"title": "{{ item.title }}"}}, "en.title", "choose one"),
            ({"en": {"title": "{{ data.order }}"}}, "en.title", "no program starts"),
            ({"en": {"title": "{% if member.name > 3 %}x{% endif %}"}}, "en.title", "This is no template"),
            ("no texts", "", "It has no text"),
        ],
    )
    def test_a_text_that_cannot_be_sent_is_told(self, texts, where, says):
        assert says in fatal(texts=texts)[where]

    def test_what_a_program_gives_may_be_named_where_one_does(self):
        content = {"url": "{{ data.path }}"}
        assert fatal(content, texts={"en": {"title": "{{ data.order }}!"}}, kind="triggered", trigger="api") == {}

    @pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example", "tags", "{{ member.name }}"])
    def test_a_message_leads_to_this_site(self, url):
        assert "this site" in fatal({"url": url})["url"]

    def test_a_source_that_there_is_not_is_told(self):
        assert "nothing" in fatal(source="nothing")["source"]

    def test_a_language_without_a_text_is_told_and_may_go_out(self):
        assert found(texts={"en": {"title": "Hi"}}) == [Finding("zh-hans.title", "No text in 简体中文.", fatal=False)]

    def test_a_channel_that_nobody_serves_is_told(self):
        Provider.objects.filter(channel="inapp").update(active=False)
        assert "No provider" in fatal()["inapp"]

    def test_a_text_that_grows_too_long_with_long_names_is_told_before(self):
        Provider.objects.create(key="push", name="Push", channel="webpush")
        text = {"title": "Hi", "body": "{% for item in items %}{{ item.title }} {{ item.excerpt }}\n{% endfor %}"}
        said = found(texts={"en": text, "zh-hans": text}, source="missed", channels=["webpush"])
        assert {finding.where for finding in said} == {"en.body", "zh-hans.body"}
        assert not any(finding.fatal for finding in said)

    def test_the_longest_message_fits_the_providers_that_take_least(self):
        """Title, body and pictures as long as they can be, of letters that take three bytes."""
        text = {"title": "宽" * 300, "body": "宽" * 3000, "action": "宽" * 20}
        for channel in ("webpush", "fcm", "apns", "jpush"):
            Provider.objects.create(key=channel, name=channel, channel=channel)
            pictures = {name: f"/static/{name}.png" for name in ("icon", "badge", "image")}
            assert fatal({"url": "/t/123456/" + "w" * 90, **pictures}, texts={"en": text}, channels=[channel]) == {}

    def test_what_a_provider_refuses_is_told(self):
        Provider.objects.create(key="push", name="Push", channel="webpush")
        text = {"title": "Hi", "body": "x", "action": "宽" * 1500}
        assert "bytes" in fatal(texts={"en": text}, channels=["webpush"])["webpush"]
