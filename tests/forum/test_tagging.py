import pytest

from community.forum import tag_keeping, tagging
from community.forum.denied import Denied, Unfit
from community.forum.models import Follow, LogEntry, Tag, Topic
from community.points.privileges import NotEnoughPoints
from tests import builders

pytestmark = pytest.mark.django_db


def test_names_are_found_in_order_whatever_their_case_each_once(alice):
    sql, python = builders.tag("sql"), builders.tag("python")
    assert tagging.resolve(["SQL", " python ", "sql", ""], author=alice) == [sql, python]


def test_a_synonym_leads_to_its_tag(alice):
    python = builders.tag("python")
    builders.tag("py", synonym_of=python)
    assert tagging.resolve(["py", "python"], author=alice) == [python]


def test_new_tags_are_made_by_those_who_may(alice, mod):
    with pytest.raises(Denied, match="fortran"):
        tagging.resolve(["fortran"], author=alice)
    assert not Tag.objects.filter(name="fortran").exists()
    assert [tag.name for tag in tagging.resolve(["Fortran", "c++"], author=mod)] == ["fortran", "c++"]


@pytest.mark.parametrize("name", ["two words", "-dash", "x" * 41, "<b>"])
def test_a_new_tag_has_a_proper_name(mod, name):
    with pytest.raises(Unfit):
        tagging.resolve([name], author=mod)


def test_five_tags_are_enough(mod):
    with pytest.raises(Unfit):
        tagging.resolve(list("abcdef"), author=mod)


def test_a_synonym_takes_topics_followers_and_synonyms_along(alice, bob, carol, mod):
    python, py = builders.tag("python"), builders.tag("py")
    pie = builders.tag("pie", synonym_of=py)
    old, both, other = (builders.question(alice, tags=tags) for tags in (["sql", "py"], ["py", "python"], ["sql"]))
    Follow.objects.bulk_create(
        [Follow(member=bob, tag=py), Follow(member=carol, tag=py), Follow(member=bob, tag=python)]
    )
    tag_keeping.make_synonym(py, of=python, by=mod)
    sql = Tag.objects.get(name="sql")
    assert Topic.objects.get(pk=old.pk).tag_ids == [sql.pk, python.pk]
    assert Topic.objects.get(pk=both.pk).tag_ids == [python.pk]
    assert Topic.objects.get(pk=other.pk).tag_ids == [sql.pk]
    assert dict(Tag.objects.values_list("name", "topic_count")) == {"python": 2, "py": 0, "pie": 0, "sql": 2}
    assert set(Follow.objects.filter(tag=python).values_list("member", flat=True)) == {bob.pk, carol.pk}
    assert not Follow.objects.filter(tag=py).exists()
    assert {tag.synonym_of for tag in Tag.objects.filter(pk__in=[py.pk, pie.pk])} == {python}
    assert LogEntry.objects.get().verb == "make-synonym"


def test_a_synonym_of_a_synonym_is_one_of_the_tag_itself(mod):
    python = builders.tag("python")
    py, snake = builders.tag("py", synonym_of=python), builders.tag("snake")
    assert tag_keeping.make_synonym(snake, of=py, by=mod) == python


def test_no_tag_is_a_synonym_of_itself_or_of_its_own_synonym(mod):
    python = builders.tag("python")
    py = builders.tag("py", synonym_of=python)
    for of in (python, py):
        with pytest.raises(Unfit):
            tag_keeping.make_synonym(python, of=of, by=mod)


def test_a_tag_is_renamed_but_not_to_a_name_that_is_taken(mod):
    tag = builders.tag("pyton")
    builders.tag("sql")
    assert tag_keeping.rename(tag, name="Python", by=mod).name == "python"
    for name in ("SQL", "two words"):
        with pytest.raises(Unfit):
            tag_keeping.rename(tag, name=name, by=mod)
    assert Tag.objects.get(pk=tag.pk).name == "python"


def test_only_moderators_rename_and_make_synonyms(alice):
    tag, of = builders.tag("py"), builders.tag("python")
    with pytest.raises(Denied):
        tag_keeping.make_synonym(tag, of=of, by=alice)
    with pytest.raises(Denied):
        tag_keeping.rename(tag, name="other", by=alice)


def test_a_wiki_is_written_by_those_who_may_edit(alice, mod):
    tag = builders.tag("python")
    with pytest.raises(NotEnoughPoints):
        tag_keeping.edit_wiki(tag, editor=alice, excerpt="A snake.", wiki="")
    tag_keeping.edit_wiki(tag, editor=mod, excerpt="A  language.", wiki="Ask about *code*.")
    tag.refresh_from_db()
    assert (tag.excerpt, tag.wiki) == ("A language.", "Ask about *code*.")
    assert "<em>code</em>" in tag.wiki_html


def test_counts_follow_an_edit_both_ways(alice):
    one, two, three = (builders.tag(name) for name in ("one", "two", "three"))
    Tag.objects.update(topic_count=5)
    tagging.exchange([one.pk, two.pk], [two.pk, three.pk])
    assert dict(Tag.objects.values_list("name", "topic_count")) == {"one": 4, "two": 5, "three": 6}
