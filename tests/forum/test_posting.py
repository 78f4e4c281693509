from datetime import timedelta

import pytest
from django.contrib.postgres.search import SearchQuery
from django.utils import timezone

from community.forum import posting
from community.forum.denied import Denied, Unfit
from community.forum.models import Follow, Post, Tag, Topic
from community.members import limits
from events.models import Event
from tests import builders

pytestmark = pytest.mark.django_db


def events() -> list[tuple[str, int, str, int | None]]:
    rows = Event.objects.exclude(name__startswith="signed").order_by("pk")
    return list(rows.values_list("name", "unit", "object_kind", "object_id"))


def indexed(post: Post, word: str) -> bool:
    return Post.objects.filter(pk=post.pk, search=SearchQuery(word, config="simple")).exists()


def test_a_topic_has_an_opening_post_its_first_revision_and_its_words(alice):
    topic = builders.question(alice, title="How do generators work?", body="They yield *lazily*.")
    post = builders.opening(topic)
    assert (topic.slug, topic.last_number, topic.reply_count) == ("how-do-generators-work", 0, 0)
    assert (post.author, post.number, post.version) == (alice, 0, 1)
    assert "<em>lazily</em>" in post.html
    assert [(r.version, r.title, r.tag_names, r.body) for r in post.revisions.all()] == [
        (1, "How do generators work?", ["python"], "They yield *lazily*.")
    ]
    assert [indexed(post, word) for word in ("generator", "lazily", "python", "eagerly")] == [True, True, True, False]


def test_a_topic_counts_for_its_tags_and_is_followed_by_its_author(alice):
    topic = builders.question(alice, tags=["python", "django"])
    assert [Tag.objects.get(name=name).topic_count for name in ("python", "django")] == [1, 1]
    assert topic.tag_ids == [Tag.objects.get(name=name).pk for name in ("python", "django")]
    assert Follow.objects.filter(member=alice, topic=topic).exists()


def test_a_topic_is_an_event(alice):
    topic = builders.article(alice)
    assert events() == [("topic_started", alice.pk, "topic", topic.pk)]
    assert Event.objects.get(name="topic_started").properties == {"kind": "article", "category": "general"}


def test_an_answer_is_numbered_counted_and_followed(alice, bob):
    topic = builders.question(alice)
    first, second = builders.answer(topic, bob), builders.answer(topic, alice)
    topic.refresh_from_db()
    assert [first.number, second.number] == [1, 2]
    assert (topic.last_number, topic.reply_count, topic.active_at) == (2, 2, second.created_at)
    assert Follow.objects.filter(member=bob, topic=topic).exists()


def test_an_answer_is_an_event_of_both_but_answering_oneself_only_of_one(alice, bob):
    topic = builders.question(alice)
    theirs, own = builders.answer(topic, bob), builders.answer(topic, alice)
    assert events()[1:] == [
        ("answer_posted", bob.pk, "post", theirs.pk),
        ("answer_received", alice.pk, "post", theirs.pk),
        ("answer_posted", alice.pk, "post", own.pk),
    ]


def test_a_reply_names_what_it_replies_to(alice, bob):
    topic = builders.discussion(alice)
    reply = builders.answer(topic, bob, in_reply_to=builders.opening(topic))
    assert reply.in_reply_to == builders.opening(topic)
    assert events()[1] == ("reply_posted", bob.pk, "post", reply.pk)


def test_an_answer_replies_to_no_other_answer(alice):
    first = builders.answer()
    with pytest.raises(Unfit):
        builders.answer(first.topic, alice, in_reply_to=first)


def test_a_reply_stays_in_its_topic(alice):
    elsewhere = builders.opening(builders.discussion())
    with pytest.raises(Unfit):
        builders.answer(builders.discussion(), alice, in_reply_to=elsewhere)


def test_history_keeps_its_time(alice, bob):
    then = timezone.now() - timedelta(days=400)
    topic = builders.question(alice, at=then)
    answer = builders.answer(topic, bob, at=then + timedelta(hours=1))
    topic.refresh_from_db()
    assert (topic.created_at, answer.created_at, topic.active_at) == (then, answer.created_at, answer.created_at)
    assert set(Event.objects.filter(name__contains="answer").values_list("at", flat=True)) == {answer.created_at}


def test_pressing_the_button_twice_posts_once(alice, bob):
    category, tag = builders.category(), builders.tag()
    words = {"title": "Pressed twice?", "body": "The network was slow.", "tags": [tag.name]}
    first, second = (posting.start_topic(author=alice, kind="question", category=category, **words) for _ in range(2))
    assert first == second
    assert Tag.objects.get(pk=tag.pk).topic_count == 1
    assert builders.answer(first, bob, body="The same.") == builders.answer(first, bob, body="The same.")
    assert Post.objects.filter(topic=first).count() == 2


def test_the_same_words_may_be_said_again_later_and_elsewhere(alice, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    one, other = builders.question(), builders.question()
    answers = {
        builders.answer(one, alice, body="See the manual."),
        builders.answer(other, alice, body="See the manual."),
    }
    time_machine.shift(timedelta(minutes=2))
    answers.add(builders.answer(one, alice, body="See the manual."))
    assert len(answers) == 3


@pytest.mark.parametrize("words", [{"title": " "}, {"title": "x" * 201}, {"body": "\n"}, {"body": "x" * 60_001}])
def test_titles_and_texts_have_a_length(alice, words):
    given = {"title": "A title", "body": "A text", **words}
    with pytest.raises(Unfit):
        posting.start_topic(author=alice, kind="article", category=builders.category(), tags=[], **given)


def test_a_question_needs_a_tag_an_article_does_not(alice):
    assert builders.article(alice, tags=[]).tag_ids == []
    with pytest.raises(Unfit):
        builders.question(alice, tags=[])


def test_an_unknown_kind_is_a_mistake(alice):
    with pytest.raises(ValueError, match="poem"):
        builders.topic(alice, kind="poem")


def test_the_suspended_and_the_gone_do_not_post(alice, member_named):
    suspended = member_named("sue", suspended_until=timezone.now() + timedelta(days=1))
    gone = member_named("gwen", is_active=False)
    topic = builders.question(alice)
    for member in (suspended, gone):
        with pytest.raises(Denied):
            builders.question(member)
        with pytest.raises(Denied):
            builders.answer(topic, member)


def test_a_suspension_holds_although_the_session_was_read_before(alice):
    stale = type(alice).objects.get(pk=alice.pk)
    type(alice).objects.filter(pk=alice.pk).update(suspended_until=timezone.now() + timedelta(days=1))
    with pytest.raises(Denied):
        builders.question(stale)


@pytest.mark.parametrize(
    "change", [{"closed_at": timezone.now()}, {"deleted_at": timezone.now()}, {"hidden_at": timezone.now()}]
)
def test_closed_and_gone_topics_take_no_answers(mod, change):
    topic = builders.question()
    Topic.objects.filter(pk=topic.pk).update(**change)
    with pytest.raises(Denied):
        builders.answer(topic, mod)


def test_only_its_posters_post_in_a_category(alice, mod):
    news = builders.category("News", posters="moderators")
    topic = builders.article(mod, place=news)
    with pytest.raises(Denied):
        builders.article(alice, place=news)
    with pytest.raises(Denied):
        builders.answer(topic, alice)


def test_a_title_may_be_a_word_that_addresses_use(alice):
    assert builders.discussion(alice, title="Close").slug == "close-discussion"
    assert builders.discussion(alice, title="怎么办？").slug == "怎么办"
    assert builders.discussion(alice, title="?!").slug == "discussion"


def test_posts_have_limits_but_history_has_not(alice, settings):
    settings.RATE_LIMITS = True
    builders.discussion(alice)
    with pytest.raises(limits.TooMany):
        builders.discussion(alice)
    assert builders.discussion(alice, at=timezone.now() - timedelta(days=3)).pk


def test_a_first_post_earns_points_once_where_the_rules_say_so(alice):
    builders.discussion(alice)
    builders.discussion(alice)
    assert [entry.rule.name for entry in alice.entries.order_by("pk") if entry.rule.name != "joined"] in (
        ["first_post"],
        [],
    )


def test_a_topic_costs_a_fixed_number_of_queries(alice, django_assert_max_num_queries):
    category, tag = builders.category(), builders.tag()
    with django_assert_max_num_queries(30):
        posting.start_topic(
            author=alice, kind="question", category=category, title="How many?", body="Queries.", tags=[tag.name]
        )


def test_a_formula_in_a_title_is_kept_rendered():
    topic = builders.question(title="Why is $|0\\rangle$ up?")
    assert 'alttext="$|0\\rangle$"' in Topic.objects.get(pk=topic.pk).heading
    assert builders.question(title="Why is $5 less than $6?").title_html == ""
