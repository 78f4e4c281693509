"""Topics, posts, comments, tags and links out of a dump."""

from datetime import UTC, datetime

import pytest

from community.forum import ranking
from community.forum.models import Category, Comment, Post, Revision, Tag, Topic, TopicLink
from tests.imports.dumps import run

pytestmark = pytest.mark.django_db


def test_a_question_becomes_a_topic_with_its_opening(dump):
    ada = dump.user()
    question = dump.question(
        ada,
        Title="What is a qubit?",
        Body="<p>Explain $|0\\rangle$, <em>please</em>.</p><script>x</script>",
        Tags="<qubit><Gates>",
        ViewCount="120",
        LastActivityDate="2018-04-01T00:00:00",
        ClosedDate="2018-05-01T00:00:00",
    )
    run(dump.write())
    topic = Topic.objects.get()
    assert (topic.kind, topic.title, topic.slug, topic.views) == (
        "question",
        "What is a qubit?",
        "what-is-a-qubit",
        120,
    )
    assert (topic.imported_from, topic.imported_id) == ("site", question)
    assert topic.created_at == datetime(2018, 3, 2, 10, 0, 0, 500000, tzinfo=UTC)
    assert topic.active_at == datetime(2018, 4, 1, tzinfo=UTC)
    assert topic.closed_at == datetime(2018, 5, 1, tzinfo=UTC)
    assert [Tag.objects.get(pk=pk).name for pk in topic.tag_ids] == ["qubit", "Gates"]
    post = topic.posts.get()
    assert (post.number, post.author.imported_id, post.format) == (0, ada, "html")
    assert post.body.endswith("<script>x</script>")
    assert "<script" not in post.html
    assert "<math" in post.html
    assert "<em>please</em>" in post.html


def test_a_formula_in_a_title_is_kept_rendered(dump):
    dump.question(Title="What is $|0\\rangle$?")
    run(dump.write())
    topic = Topic.objects.get()
    assert (topic.title, "<math" in topic.title_html) == ("What is $|0\\rangle$?", True)


def test_answers_are_numbered_in_the_order_of_time(dump):
    question = dump.question()
    late = dump.answer(question, CreationDate="2018-03-05T00:00:00")
    early = dump.answer(question, CreationDate="2018-03-03T00:00:00")
    report = run(dump.write())
    assert report["answers"] == 2
    assert list(Post.objects.order_by("number").values_list("imported_id", flat=True)) == [question, early, late]
    topic = Topic.objects.get()
    assert (topic.last_number, topic.reply_count) == (2, 2)
    assert topic.active_at == datetime(2018, 3, 5, tzinfo=UTC)


def test_a_post_of_nobody_known_has_no_author(dump):
    dump.answer(dump.question(-1), 99, OwnerDisplayName="user23")
    run(dump.write())
    assert list(Post.objects.values_list("author", flat=True)) == [None, None]


def test_posts_that_are_none_are_skipped_by_their_kind(dump):
    dump.add("Posts", PostTypeId=6, CreationDate="2018-03-02", Body="vote for me")
    dump.add("Posts", PostTypeId=4, CreationDate="2018-03-02", Body="a tag")
    dump.add("Posts", PostTypeId=5, CreationDate="2018-03-02", Body="<p>a tag</p>")
    dump.answer(999)
    report = run(dump.write())
    assert report["skipped"] == {"site_user": 1, "post_type_6": 1, "tag_wiki": 2, "unknown_post": 1}
    assert not Post.objects.exists()


def test_what_is_about_a_skipped_post_is_skipped_too(dump):
    wiki = dump.add("Posts", PostTypeId=5, CreationDate="2018-03-02", Body="<p>a tag</p>")
    question = dump.question()
    dump.comment(wiki)
    dump.vote(wiki)
    dump.link(question, wiki)
    dump.link(999, question)
    dump.history(wiki, 2, "guid", "a tag")
    report = run(dump.write())
    assert report["skipped"]["unknown_post"] == 5
    assert (report["comments"], report["votes"], report["created"]["links"]) == (0, 0, 0)


def test_a_comment_keeps_its_text_and_is_rendered(dump):
    ada = dump.user()
    dump.comment(dump.question(ada), ada, Text="See `x < y`, **really**; <b>no</b>", Score="4")
    run(dump.write())
    comment = Comment.objects.get()
    assert comment.body == "See `x < y`, **really**; <b>no</b>"
    assert "<code>x &lt; y</code>" in comment.html
    assert "<strong>really</strong>" in comment.html
    assert "<b>" not in comment.html
    assert (comment.score, comment.author.imported_id) == (4, ada)
    assert comment.post.comment_count == 1


def test_a_mention_leads_to_whom_it_means(dump):
    ada, adam = dump.user("Ada B. Lovelace"), dump.user("Ada")
    question = dump.question(ada)
    dump.comment(question, adam, Text="@AdaB thanks")
    dump.comment(question, ada, Text="@ada and @nobody: right")
    run(dump.write())
    first, second = Comment.objects.order_by("pk").values_list("html", flat=True)
    assert '<a href="/members/ada-b.-lovelace/" class="mention">@AdaB</a> thanks' in first
    assert '<a href="/members/ada/" class="mention">@ada</a> and @nobody: right' in second


def test_a_mention_that_could_be_two_people_leads_nowhere(dump):
    one, other = dump.user("Ada Lovelace"), dump.user("Ada Byron")
    question = dump.question(one)
    dump.comment(question, other, Text="@Ada you & I")
    run(dump.write())
    assert "@Ada you &amp; I" in Comment.objects.get().html
    assert "<a" not in Comment.objects.get().html


def test_counts_scores_and_orders_are_those_the_verbs_would_keep(dump):
    question = dump.question()
    answer = dump.answer(question)
    for post, kind, times in ((question, 2, 3), (question, 3, 1), (answer, 2, 5), (answer, 3, 2)):
        for _ in range(times):
            dump.vote(post, kind)
    run(dump.write())
    topic = Topic.objects.get()
    opening, reply = topic.posts.order_by("number")
    assert (opening.up, opening.down, opening.score) == (3, 1, 2)
    assert (reply.up, reply.down, reply.score) == (5, 2, 3)
    assert reply.confidence == ranking.confidence(5, 2)
    assert topic.score == 2
    assert topic.hot == ranking.hot(2, 1, topic.created_at)


def test_a_topic_without_votes_has_its_place_in_the_hot_feed(dump):
    dump.question()
    run(dump.write())
    topic = Topic.objects.get()
    assert topic.hot == ranking.hot(0, 0, topic.created_at)


def test_posts_are_found_by_their_words(dump):
    question = dump.question(Title="Entangled pairs", Body="<p>Teleportation</p>", Tags="<gates>")
    run(dump.write())
    for word in ("entangled", "teleportation", "gate"):
        assert Post.objects.extra(where=["search @@ %s::tsquery"], params=[word]).get().imported_id == question


def test_tags_come_with_their_wikis(dump):
    excerpt = dump.add("Posts", PostTypeId=4, CreationDate="2018-03-02", Body="Operations on <i>qubits</i>.")
    wiki = dump.add("Posts", PostTypeId=5, CreationDate="2018-03-02", Body="<p>A <b>gate</b> acts.</p>")
    dump.tag("gates", ExcerptPostId=excerpt, WikiPostId=wiki)
    dump.tag("unused")
    dump.question(Tags="<gates>")
    report = run(dump.write())
    gates = Tag.objects.get(name="gates")
    assert gates.excerpt == "Operations on qubits."
    assert gates.wiki_html == "<p>A <b>gate</b> acts.</p>"
    assert "**gate**" in gates.wiki
    assert gates.topic_count == 1
    assert report["tags"] == report["created"]["tags"] == 2


def test_a_tag_that_is_here_is_used_and_a_synonym_followed(dump):
    here = Tag.objects.create(name="Gates", excerpt="ours")
    canonical = Tag.objects.create(name="qubits")
    Tag.objects.create(name="qbit", synonym_of=canonical)
    dump.tag("gates")
    dump.question(Tags="<gates><qbit><new-one>")
    report = run(dump.write())
    new = Tag.objects.get(name="new-one")
    assert Topic.objects.get().tag_ids == [here.pk, canonical.pk, new.pk]
    assert report["created"]["tags"] == 1
    here.refresh_from_db()
    assert (here.excerpt, here.topic_count) == ("ours", 1)


def test_tags_between_bars_are_read_too(dump):
    dump.question(Tags="|gates|qubit|")
    run(dump.write())
    assert list(Tag.objects.order_by("name").values_list("name", flat=True)) == ["gates", "qubit"]


def test_links_stand_between_topics(dump):
    one, other = dump.question(), dump.question()
    answer = dump.answer(other)
    dump.link(one, other, 3)
    dump.link(answer, one)
    dump.link(answer, other)
    report = run(dump.write())
    found = TopicLink.objects.order_by("pk").values_list("topic__imported_id", "to__imported_id", "kind")
    assert list(found) == [(one, other, "duplicate"), (other, one, "related")]
    assert report["created"]["links"] == 2


def test_topics_go_into_the_category_named(dump):
    dump.question()
    here = Category.objects.create(name="Questions", slug="questions")
    run(dump.write(), "--category", "questions")
    assert Topic.objects.get().category == here


def test_without_a_category_named_one_is_made_and_found_again_under_a_new_name(dump):
    dump.question()
    run(dump.write())
    category = Topic.objects.get().category
    assert (category.name, category.slug) == ("Site", "site")
    Category.objects.update(name="Renamed")
    dump.question()
    run(dump.write())
    assert list(Category.objects.values_list("name", flat=True)) == ["Renamed"]
    assert Topic.objects.filter(category=category).count() == 2


def test_without_history_there_is_one_revision_of_the_text_as_it_is(dump):
    question = dump.question(dump.user(), LastEditDate="2018-06-01T00:00:00", LastEditorUserId=-1)
    report = run(dump.write())
    revision = Revision.objects.get()
    assert (revision.version, revision.format, revision.body, revision.title) == (1, "html", "<p>Why?</p>", "Why?")
    assert (revision.tag_names, revision.post.imported_id) == (["gates"], question)
    assert revision.post.edited_at == datetime(2018, 6, 1, tzinfo=UTC)
    assert report["created"]["revisions"] == 1


def test_history_becomes_revisions_that_carry_over_what_they_do_not_change(dump):
    ada, bob = dump.user("Ada"), dump.user("Bob")
    question = dump.question(ada)
    first, later = {"UserId": ada}, {"UserId": bob, "CreationDate": "2018-04-01T00:00:00"}
    dump.history(question, 2, "a", "Why\r\nso?", **first)
    dump.history(question, 1, "a", "First title", **first)
    dump.history(question, 3, "a", "<gates><qubit>", **first)
    dump.history(question, 4, "b", "Second title", Comment="clearer", **later)
    dump.history(question, 8, "c", "Back", **{**later, "UserId": None, "CreationDate": "2018-05-01T00:00:00"})
    dump.history(question, 10, "d", "101", **later)
    report = run(dump.write())
    found = list(Revision.objects.order_by("version").values_list("version", "title", "body", "author__imported_id"))
    assert found == [
        (1, "First title", "Why\nso?", ada),
        (2, "Second title", "Why\nso?", bob),
        (3, "Second title", "Back", None),
    ]
    assert Revision.objects.get(version=2).summary == "clearer"
    assert Revision.objects.get(version=3).tag_names == ["gates", "qubit"]
    assert set(Revision.objects.values_list("format", flat=True)) == {"markdown"}
    assert Post.objects.get().version == 3
    assert report["created"]["revisions"] == 3
