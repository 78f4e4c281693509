from datetime import timedelta

import pytest
from django.contrib.postgres.search import SearchQuery
from django.utils import timezone

from community.forum import drafts, editing
from community.forum.denied import Denied, Unfit
from community.forum.models import Post, Revision, Tag, Topic
from community.members import limits
from community.members.models import Member
from community.points.privileges import NotEnoughPoints
from events.models import Event
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def opening(alice) -> Post:
    return builders.opening(builders.question(alice, title="How to sort?", body="A list.", tags=["python"]))


def test_an_edit_makes_a_revision(opening, alice):
    post = editing.edit(opening, editor=alice, body="A *long* list.", version=1, summary="how long")
    assert (post.body, post.version, post.edited_by) == ("A *long* list.", 2, alice)
    assert "<em>long</em>" in post.html
    revision = post.revisions.get(version=2)
    assert (revision.body, revision.author, revision.summary, revision.title) == (
        "A *long* list.",
        alice,
        "how long",
        "How to sort?",
    )


def test_an_edit_is_an_event_of_the_editor_and_makes_the_topic_active(opening, alice, mod):
    later = timezone.now() + timedelta(hours=1)
    editing.edit(opening, editor=mod, body="A list of 10.", version=1, at=later)
    event = Event.objects.get(name="post_edited")
    assert (event.unit, event.object_kind, event.object_id, event.at) == (mod.pk, "post", opening.pk, later)
    assert Topic.objects.get(pk=opening.topic_id).active_at == later


def test_title_and_tags_of_the_opening_change_with_it(opening, alice):
    builders.tag("sql")
    editing.edit(opening, editor=alice, body="A table.", version=1, title="How to order?", tags=["sql"])
    topic = Topic.objects.get(pk=opening.topic_id)
    assert (topic.title, topic.slug, topic.tag_ids) == (
        "How to order?",
        "how-to-order",
        [Tag.objects.get(name="sql").pk],
    )
    assert dict(Tag.objects.values_list("name", "topic_count")) == {"python": 0, "sql": 1}
    assert Post.objects.filter(pk=opening.pk, search=SearchQuery("sql & order", search_type="raw", config="simple"))


def test_nothing_changed_is_no_revision(opening, alice):
    post = editing.edit(opening, editor=alice, body="A list.", version=1, title="How to sort?", tags=["python"])
    assert post.version == 1
    assert not Event.objects.filter(name="post_edited").exists()


def test_an_answer_has_neither_title_nor_tags(opening, bob):
    answer = builders.answer(opening.topic, bob)
    with pytest.raises(Unfit):
        editing.edit(answer, editor=bob, body="Sorted.", version=1, title="Mine")


def test_a_question_keeps_a_tag(opening, alice):
    with pytest.raises(Unfit):
        editing.edit(opening, editor=alice, body="A list.", version=1, tags=[])


def test_the_second_edit_of_a_version_sees_the_first_and_keeps_its_text(opening, alice, mod):
    editing.edit(opening, editor=mod, body="The moderator's.", version=1)
    with pytest.raises(editing.EditConflict) as conflict:
        editing.edit(opening, editor=alice, body="The author's.", version=1, title="Whose?", tags=["python"])
    assert conflict.value.current.body == "The moderator's."
    assert conflict.value.current.version == 2
    draft = drafts.load(alice, f"edit:{opening.pk}")
    assert draft == {"title": "Whose?", "body": "The author's.", "tags": ["python"], "summary": "", "version": 1}
    assert Post.objects.get(pk=opening.pk).body == "The moderator's."


def test_others_edit_with_enough_points(opening, bob):
    with pytest.raises(NotEnoughPoints, match="2000"):
        editing.edit(opening, editor=bob, body="Mine.", version=1)
    builders.give_points(bob, 2000)
    assert editing.edit(opening, editor=bob, body="Ours.", version=1).edited_by == bob


def test_an_imported_post_keeps_its_html_in_the_revisions(opening, alice):
    Post.objects.filter(pk=opening.pk).update(format="html", body="<p>A <b>list</b>.</p>")
    Revision.objects.filter(post=opening).delete()
    post = editing.edit(opening, editor=alice, body="A **list**.", version=1)
    assert post.format == "markdown"
    first, second = post.revisions.order_by("version")
    assert (first.format, first.body, first.title, first.tag_names) == (
        "html",
        "<p>A <b>list</b>.</p>",
        "How to sort?",
        ["python"],
    )
    assert second.format == "markdown"


def test_going_back_is_a_revision_too(opening, alice):
    builders.tag("sql")
    editing.edit(opening, editor=alice, body="Worse.", version=1, title="Worse?", tags=["sql"])
    post = editing.revert(opening, editor=alice, to_version=1, version=2)
    assert (post.body, post.version, post.topic.title) == ("A list.", 3, "How to sort?")
    assert post.topic.tag_ids == [Tag.objects.get(name="python").pk]
    assert "1" in post.revisions.get(version=3).summary


def test_going_back_to_an_imported_version_brings_its_format(opening, alice):
    Post.objects.filter(pk=opening.pk).update(format="html", body="<p>A <b>list</b>.</p>")
    Revision.objects.filter(post=opening).delete()
    editing.edit(opening, editor=alice, body="A **list**.", version=1)
    post = editing.revert(opening, editor=alice, to_version=1, version=2)
    assert (post.format, post.body) == ("html", "<p>A <b>list</b>.</p>")


def test_there_is_no_going_back_to_what_never_was(opening, alice):
    with pytest.raises(Unfit):
        editing.revert(opening, editor=alice, to_version=7, version=1)


@pytest.mark.parametrize("gone", ["deleted_at", "hidden_at"])
def test_what_is_gone_is_not_edited(opening, alice, gone):
    answer = builders.answer(opening.topic, alice)
    Post.objects.filter(pk=answer.pk).update(**{gone: timezone.now()})
    with pytest.raises(Denied):
        editing.edit(answer, editor=alice, body="Still here?", version=1)


def test_the_suspended_do_not_edit(opening, alice):
    Member.objects.filter(pk=alice.pk).update(suspended_until=timezone.now() + timedelta(days=1))
    with pytest.raises(Denied):
        editing.edit(opening, editor=alice, body="Anyway.", version=1)


def test_edits_have_a_limit(opening, alice, settings):
    settings.RATE_LIMITS = True
    editing.edit(opening, editor=alice, body="Once.", version=1)
    with pytest.raises(limits.TooMany):
        editing.edit(opening, editor=alice, body="Twice.", version=2)


def as_imported(opening: Post, *, html: str, markdown: str, version: int = 1) -> Post:
    Post.objects.filter(pk=opening.pk).update(format="html", body=html)
    Revision.objects.filter(post=opening).update(body=markdown, version=version)
    opening.refresh_from_db()
    return opening


def test_who_edits_imported_html_starts_from_what_its_author_wrote(opening):
    post = as_imported(opening, html="<p>A <b>list</b>\nof things.</p>", markdown="A __list__\nof things.")
    assert editing.source(post) == "A __list__\nof things."


@pytest.mark.parametrize(("markdown", "version"), [("A __list__ [tag:sort].", 1), ("A __list__.", 2)])
def test_but_not_where_that_is_another_text_or_another_version(opening, markdown, version):
    post = as_imported(opening, html="<p>A <b>list</b>.</p>", markdown=markdown, version=version)
    assert editing.source(post) == "A **list**."


def test_who_edits_markdown_starts_from_it(opening):
    assert editing.source(opening) == "A list."


def test_formulas_of_a_title_follow_an_edit(opening, alice):
    topic = editing.edit(opening, editor=alice, body="A list.", version=1, title="What is $x^2$?").topic
    topic.refresh_from_db()
    assert "<math" in topic.heading
    assert "<math" not in topic.title
    topic = editing.edit(opening, editor=alice, body="A list.", version=2, title="What is <b>?").topic
    topic.refresh_from_db()
    assert (topic.title_html, topic.heading) == ("", "What is <b>?")
