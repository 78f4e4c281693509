from itertools import islice

import pytest
from django.core.exceptions import ValidationError

from community.members import names
from community.members.accounts import unique_username


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Ada Lovelace", "ada-lovelace"),
        ("  Ünïcode -- Näme ", "ünïcode-näme"),
        ("李 雷", "李-雷"),
        ("o'brien@example.org", "o-brien-example.org"),
        ("…", ""),
        ("x" * 60, "x" * 40),
    ],
)
def test_a_name_becomes_a_username_in_its_own_script(name, slug):
    assert names.slug(name) == slug
    if slug:
        names.USERNAME(slug)


@pytest.mark.parametrize("username", ["a", "-a", "a b", "a/b", "x" * 41, "a\n", "@a", ""])
def test_a_username_is_short_and_plain(username):
    with pytest.raises(ValidationError):
        names.USERNAME(username)


def test_candidates_are_all_usable_and_never_end():
    for name in islice(names.candidates("admin", "x", "y" * 50), 1000):
        names.USERNAME(name)
        assert not names.reserved(name)


def test_a_taken_name_gets_a_number(alice, member_named):
    assert unique_username("Alice") == "alice-2"
    member_named("Alice-2")
    assert unique_username("Alice") == "alice-3"
    assert unique_username("", "…") == "member-2"
