import re
from html import unescape
from pathlib import Path

import pytest
from django.conf import settings

from community.forum.text.highlighting import CLASSES, WINDOW, highlighted
from community.forum.text.languages import LANGUAGES

CSS = (Path(settings.ROOT) / "static" / "css" / "code.css").read_text(encoding="utf-8")
BACKGROUNDS = ("#f3f1ec", "#1f242a")


def text_of(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html))


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_colours_leave_the_code_as_it_is(language):
    code = "\n\n# a < b && \"c\\n\" // d\nclass E: pass\n\t<x y='z'>{1.5}</x>\n\n"
    html = highlighted(code, language)
    assert text_of(html) == code
    assert set(re.findall(r'<span class="(\w+)">', html)) <= CLASSES


@pytest.mark.parametrize("language", ["", "nosuch", "python-x", "text"])
def test_an_unknown_language_is_plain(language):
    assert highlighted("a < b", language) == "<code>a &lt; b</code>"


def test_a_language_goes_by_its_other_names():
    assert highlighted("x", "js") == highlighted("x", "javascript")


def test_a_line_too_long_for_a_lexer_is_plain_and_the_next_ones_are_not():
    html = highlighted("x" * WINDOW + "\nreturn\n", "python")
    assert html.count("<span") == 1
    assert text_of(html) == "x" * WINDOW + "\nreturn\n"


def test_a_long_listing_is_lexed_in_parts_and_stays_whole():
    code = "def f(x):\n    return '<'\n\n" * 500
    assert text_of(highlighted(code, "python")) == code
    assert highlighted(code, "python").count('class="nf"') == 500


def test_every_colour_has_a_rule_and_every_rule_a_colour():
    assert set(re.findall(r"\.([a-z]{1,2})\b(?=[^{}]*\{[^}]*(?:color|font))", CSS)) == CLASSES


def test_the_colours_can_be_read_on_the_background_of_code_in_both_themes():
    pairs = re.findall(r"--code-\w+: light-dark\((#\w{6}), (#\w{6})\)", CSS)
    assert len(pairs) >= 8
    for pair in pairs:
        for colour, background in zip(pair, BACKGROUNDS, strict=True):
            assert contrast(colour, background) >= 4.5, colour


def contrast(first: str, second: str) -> float:
    """WCAG 2.2, "contrast ratio"."""
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (red, green, blue)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
