"""Texts with variables: what they can say, and what nobody can make them say."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given as trying
from hypothesis import strategies as some

from growth.campaigns.content.templates import DEEPEST, LONGEST, LONGEST_SOURCE, TURNS, Unfit, compiled, given

ITEMS = [{"title": "First", "tags": ["a", "b"]}, {"title": "Second", "tags": []}]


def said(source: str, **variables: object) -> str:
    return compiled(source).render(given(variables))


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Hello {{ member.name }}", "Hello Ann"),
        ("{% if count > 1 %}{{ count }} questions{% else %}a question{% endif %}", "2 questions"),
        ("{% if count == 2 and not data.x %}yes{% endif %}", "yes"),
        ("{{ 'many' if count >= 2 else 'few' }}", "many"),
        ("{% for one in items %}{{ loop.index }} {{ one.title }}{% if not loop.last %}, {% endif %}{% endfor %}",
         "1 First, 2 Second"),
        ("{% for one in items %}{% for tag in one.tags %}#{{ tag }} {% endfor %}{% else %}none{% endfor %}", "#a #b "),
        ("{% for item in nothing %}{{ item }}{% else %}none{% endfor %}", "none"),
        ("{{ items[1].title }} {{ items[9].title|default('?') }}", "Second ?"),
        ("{{ member.nickname|default('friend') }}", "friend"),
        ("{{ items[0].tags|join }} {{ items|length }}", "a, b 2"),
        ("{{ long|truncate(12) }}", "one two…"),
        ("/search?q={{ query|urlencode }}", "/search?q=c%23%20%26%20%3C"),
        ("{% if nobody.at.all > 3 or nobody < 3 %}a{% endif %}{{ nobody.at.all }}", ""),
        ("{% raw %}{{ member.name }}{% endraw %}", "{{ member.name }}"),
        ("100 % of {it}", "100 % of {it}"),
    ],
)  # fmt: skip
def test_a_text_says(source, text):
    variables = {"items": ITEMS, "count": 2, "long": "one two three four", "query": "c# & <", "member": {"name": "Ann"}}
    assert said(source, **variables) == text


@pytest.mark.parametrize(
    "source",
    [
        "{{ member.name() }}",
        "{{ ''.join(items) }}",
        "{{ cycler('a') }}",
        "{{ range(9) }}",
        "{% for n in range(100000000) %}x{% endfor %}",
        "{{ 'x' * 1000000000 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ count + 1 }}",
        "{{ 'a' ~ 'b' }}",
        "{{ -1 }}",
        "{{ items[0:1] }}",
        "{{ ['a', 'b'] }}",
        "{{ {'a': 1} }}",
        "{{ (1, 2) }}",
        "{{ count is odd }}",
        "{{ member|attr('__class__') }}",
        "{{ items|map(attribute='title') }}",
        "{{ member|pprint }}",
        "{{ member.name|default(boolean=true) }}",
        "{% set x = 1 %}",
        "{% macro f() %}{% endmacro %}",
        "{% filter default %}x{% endfilter %}",
        "{% block a %}{% endblock %}",
        "{% include 'x' %}",
        "{% extends 'x' %}",
        "{% import 'x' as y %}",
        "{% call f() %}{% endcall %}",
        "{% with x = 1 %}{% endwith %}",
        "{% autoescape false %}{% endautoescape %}",
        "{% for a, b in items %}{% endfor %}",
        "{% for a in items if a %}{% endfor %}",
        "{% for a in items recursive %}{% endfor %}",
        "{% for loop in items %}{% endfor %}",
        "{% for a in b %}{% for c in d %}{% for e in f %}{% endfor %}{% endfor %}{% endfor %}",
        "{% load x %}",
        "{{ member.name",
        "{% if a %}",
        "{{ a b }}",
        "{{" + "(" * 4000 + "1" + ")" * 4000 + "}}",
        "{{" + "not " * 2000 + "1 }}",
        "{% if a %}" * (DEEPEST + 1) + "{% endif %}" * (DEEPEST + 1),
        "x" * (LONGEST_SOURCE + 1),
    ],
)
def test_what_is_not_a_text_is_refused_before_it_is_used(source):
    with pytest.raises(Unfit):
        compiled(source)


class Secret:
    key = "s3cret"

    def __str__(self) -> str:
        return self.key


@pytest.mark.parametrize(
    "source",
    [
        "{{ member.__class__ }}",
        "{{ member['__class__'] }}",
        "{{ member.name.__class__.__mro__ }}",
        "{{ ''.__class__ }}",
        "{{ member.items }}",
        "{{ member.keys }}",
        "{{ items.append }}",
        "{{ items['__len__'] }}",
        "{{ member.name[0] }}",
        "{{ member.name.upper }}",
        "{{ self }}{{ self.__init__ }}",
        "{{ loop }}{{ lipsum }}{{ config }}{{ request }}{{ caller }}{{ varargs }}",
        "{{ object }}{{ object.key }}{{ object['key'] }}",
        "{{ member }}{{ items }}",
        "{% for item in items %}{{ loop.__class__ }}{{ loop._iterable }}{{ loop.previtem }}{% endfor %}",
        "{% for letter in member.name %}{{ letter }}{% endfor %}",
        "{% for key in member %}{{ key }}{% endfor %}",
        "{{ member|join }}{{ object|default }}{{ object|truncate(9) }}{{ object|urlencode }}",
        "{{ nobody.__class__ }}{{ nobody._undefined_name }}",
    ],
)
def test_nothing_is_reached_but_what_was_given(source):
    assert said(source, member={"name": "Ann"}, items=ITEMS, object=Secret()) == ""


def test_a_loop_and_a_text_end_soon_whatever_a_program_gives():
    many = ["x"] * 1_000_000
    assert said("{% for a in many %}{{ a }}{% endfor %}{{ many|join('') }}", many=many) == "x" * 2 * TURNS
    long = ["y" * LONGEST] * 100
    begun = time.perf_counter()
    with pytest.raises(Unfit, match="characters"):
        said("{% for a in long %}{% for b in long %}{{ a }}{% endfor %}{% endfor %}", long=long)
    assert time.perf_counter() - begun < 1


@pytest.mark.parametrize(
    "source", ["{{ name > 3 }}", "{% if name < count %}a{% endif %}", "{% if name in count %}a{% endif %}"]
)
def test_what_cannot_be_compared_is_said_in_one_way(source):
    with pytest.raises(Unfit):
        said(source, name="Ann", count=3)


def test_controls_of_terminals_and_of_direction_do_not_leave_their_value():
    assert said("<{{ name }}>", name="a\x00b\x1b[31m\u2028") == "<ab[31m>"
    assert said("{{ name }} wrote", name="\u202eevil") == "\u202eevil\u202c wrote"


@trying(some.text(max_size=60))
def test_any_text_either_is_one_or_is_refused(source):
    with suppress(Unfit):
        said(source, member={"name": "Ann"})


@pytest.mark.parametrize(
    ("source", "does"),
    [
        ("{{ link }}", True),
        ("{{ item.url }}", True),
        ("{{ items[0]['url'] }}", True),
        ("{{ items[0][data.part] }}", True),
        ("{{ items[0]['title'] }} {{ items[1].title }}", False),
        ("{{ member.name }} link url", False),
    ],
)
def test_it_is_known_whether_a_text_may_hold_addresses(source, does):
    assert compiled(source).names_addresses is does


PIECES = some.sampled_from(
    ["{{", "}}", "{%", "%}", "if", "for", "in", "endif", "endfor", "else", "member", ".", "__class__", "[", "]", "(",
     ")", "|", "join", "default", "'", "1", " ", "not", "==", "items", "loop", "{#", "#}", "-", "x"]
)  # fmt: skip


@trying(some.lists(PIECES, max_size=25))
def test_no_put_together_text_reaches_pythons_values(pieces):
    try:
        text = said("".join(pieces), member={"name": "Ann"}, items=ITEMS)
    except Unfit:
        return
    assert "<class" not in text
    assert "object at 0x" not in text
