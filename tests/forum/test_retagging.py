"""A renamed tag's topics are found by its new name and no longer by the old one."""

import pytest
from django.contrib.postgres.search import SearchQuery
from django.utils import timezone

from community.forum import indexing, retagging, tag_keeping, tasks
from community.forum.models import Post, Tag
from tests import builders

pytestmark = pytest.mark.django_db


def found(word: str) -> list[str]:
    query = SearchQuery(" ".join(indexing.lexemes(word)), config="simple", search_type="plain")
    return list(Post.objects.filter(search=query).order_by("topic_id").values_list("topic__title", flat=True))


@pytest.fixture
def topics() -> None:
    builders.question(title="First", body="Slow.", tags=["pyton", "sql"])
    builders.question(title="Pyton in the title", body="It says pyton.", tags=["pyton"])
    builders.answer(builders.question(title="Third", body="Slow.", tags=["sql"]))


def test_after_a_new_name_the_words_of_title_and_text_stay(topics, mod):
    assert found("pyton") == ["First", "Pyton in the title"]
    tag_keeping.rename(Tag.objects.get(name="pyton"), name="node.js", by=mod)
    tasks.reindex_tags()
    assert found("pyton") == ["Pyton in the title"]
    assert found("node.js") == found("node") == ["First", "Pyton in the title"]
    assert found("sql") == ["First", "Third"]
    assert found("slow") == ["First", "Third"]


def test_the_weights_stay_those_of_title_tags_and_text(topics, mod):
    tag_keeping.rename(Tag.objects.get(name="pyton"), name="python", by=mod)
    tasks.reindex_tags()
    vectors = dict(Post.objects.filter(number=0).values_list("topic__title", "search"))
    assert vectors["First"] == "'first':1A 'python':5B 'slow':4C 'sql':5B"
    assert "'pyton':1A,8C" in vectors["Pyton in the title"]


def test_a_synonyms_topics_are_found_by_the_tag_they_have_now(topics, mod):
    python = builders.tag("python")
    tag_keeping.make_synonym(Tag.objects.get(name="pyton"), of=python, by=mod)
    assert Tag.objects.get(pk=python.pk).stale_at is not None
    assert retagging.reindex() == 2
    assert found("python") == ["First", "Pyton in the title"]
    assert found("pyton") == ["Pyton in the title"]
    assert retagging.reindex() == 0


def test_it_goes_through_all_topics_in_batches(topics, mod, monkeypatch):
    monkeypatch.setattr(retagging, "BATCH", 1)
    tag_keeping.rename(Tag.objects.get(name="sql"), name="postgres", by=mod)
    assert retagging.reindex() == 2
    assert found("postgres") == ["First", "Third"]


def test_a_tag_renamed_again_meanwhile_stays_to_be_done(topics, mod, monkeypatch):
    tag = tag_keeping.rename(Tag.objects.get(name="sql"), name="postgres", by=mod)
    again = timezone.now()
    batch = retagging._batch

    def renamed_meanwhile(*given, **named):
        Tag.objects.filter(pk=tag.pk).update(stale_at=again)
        return batch(*given, **named)

    monkeypatch.setattr(retagging, "_batch", renamed_meanwhile)
    retagging.reindex()
    assert Tag.objects.get(pk=tag.pk).stale_at == again
