import pytest
from django.contrib.auth.models import Group

from community.forum import accepting, commenting, editing, keeping, posting, readers, removing
from community.forum.models import Category, Follow, Topic
from community.members.models import Member
from community.notifications.models import Notification
from tests import builders

pytestmark = pytest.mark.django_db


def told() -> set[tuple[str, str]]:
    """Who was told of what kind of thing."""
    return set(Notification.objects.values_list("member__username", "kind"))


def test_an_answer_is_told_to_the_asker_and_the_followers(alice, bob, carol):
    topic = builders.question(alice)
    keeping.follow(topic, member=carol)
    answer = builders.answer(topic, bob)
    assert told() == {("alice", "answered"), ("carol", "answered")}
    assert set(Notification.objects.values_list("source_kind", "source_id", "actor")) == {("post", answer.pk, bob.pk)}


def test_the_asker_is_told_although_they_follow_no_longer(alice, bob):
    topic = builders.question(alice)
    keeping.unfollow(topic, member=alice)
    builders.answer(topic, bob)
    assert told() == {("alice", "answered")}


def test_a_reply_is_told_to_whom_it_replies_and_the_followers(alice, bob, carol):
    topic = builders.discussion(alice)
    first = builders.answer(topic, bob)
    Follow.objects.filter(member__in=[alice, bob]).delete()
    Notification.objects.all().delete()
    builders.answer(topic, carol, in_reply_to=first)
    assert told() == {("bob", "replied")}


def test_a_comment_is_told_to_the_author_of_the_post(alice, bob):
    answer = builders.answer(builders.question(alice), bob)
    Notification.objects.all().delete()
    comment = builders.comment(answer, alice)
    assert told() == {("bob", "commented")}
    assert Notification.objects.get().source_id == comment.pk


def test_who_is_mentioned_is_told_wherever_it_is_written(alice, bob, carol):
    topic = builders.question(alice, body="What does @carol think?")
    assert told() == {("carol", "mentioned")}
    answer = builders.answer(topic, bob, body="Ask @Carol, or @nobody, not `@alice`.")
    assert told() == {("carol", "mentioned"), ("alice", "answered")}
    commenting.comment(answer, author=alice, body="@carol please")
    assert Notification.objects.filter(member=carol, kind="mentioned").count() == 3


def test_nobody_is_told_twice_of_one_post(alice, bob):
    builders.answer(builders.question(alice), bob, body="As @alice says, it fails.")
    assert told() == {("alice", "answered")}


def test_nobody_is_told_of_their_own(alice):
    topic = builders.question(alice, body="I, @alice, ask.")
    builders.comment(builders.answer(topic, alice), alice)
    assert told() == set()


def test_an_edit_tells_only_those_newly_named(alice, bob, carol):
    post = builders.opening(builders.question(alice, body="What does @carol think?"))
    Notification.objects.all().delete()
    editing.edit(post, editor=alice, body="What do @carol and @bob think?", version=1)
    assert told() == {("bob", "mentioned")}


def test_a_long_list_of_names_is_not_called_together(alice):
    names = [builders.member(f"friend{n}").username for n in range(12)]
    builders.question(alice, body=" ".join(f"@{name}" for name in names))
    assert Notification.objects.count() == 10


def test_who_may_not_read_is_not_told(alice, bob, mod):
    staff = builders.category("Staff", readers="moderators")
    topic = builders.discussion(mod, place=staff, body="What of @alice and @bob?")
    Follow.objects.create(member=alice, topic=topic)
    builders.answer(topic, mod, body="Nothing, @bob.")
    assert told() == set()


def test_a_follower_who_may_read_no_longer_is_not_told(alice, bob, mod):
    topic = builders.discussion(alice)
    keeping.follow(topic, member=bob)
    Category.objects.update(readers="moderators")
    builders.answer(Topic.objects.get(pk=topic.pk), mod)
    assert told() == set()


@pytest.fixture
def cast(alice, mod, admin) -> dict[str, Member]:
    insider = builders.member("insider")
    insider.groups.add(Group.objects.create(name="insiders"))
    gone = builders.member("gone", is_active=False)
    return {"alice": alice, "mod": mod, "admin": admin, "insider": insider, "gone": gone}


@pytest.mark.parametrize("readers_of_child", ["everyone", "members", "groups", "moderators"])
@pytest.mark.parametrize("readers_of_parent", ["everyone", "members", "groups", "moderators"])
def test_who_may_be_told_is_who_may_read(cast, readers_of_parent, readers_of_child):
    parent = builders.category("Above", readers=readers_of_parent)
    child = builders.category("Below", readers=readers_of_child, parent=parent)
    for place in (parent, child):
        place.reader_groups.set(Group.objects.all())
    topic = posting.start_topic(
        author=cast["mod"], kind="discussion", category=child, title="For whom?", body="Guess.", tags=[]
    )
    may_read = {member.pk for member in cast.values() if member.is_active and Topic.objects.visible_to(member).exists()}
    assert readers.among([member.pk for member in cast.values()], topic) == may_read


def test_an_acceptance_that_is_taken_back_is_told_no_more(alice, bob, carol):
    topic = builders.question(alice)
    first, second = builders.answer(topic, bob), builders.answer(topic, carol)
    accepting.accept(first, member=alice)
    accepting.accept(second, member=alice)
    assert {name for name, kind in told() if kind == "accepted"} == {"carol"}
    accepting.unaccept(topic, member=alice)
    assert "accepted" not in {kind for _name, kind in told()}


def test_an_author_is_told_when_a_moderator_deletes_and_restores_but_not_of_their_own_deeds(alice, bob, mod):
    answer = builders.answer(builders.question(alice), bob)
    comment = builders.comment(answer)
    removing.delete(comment, by=bob)
    assert "moderated" not in {kind for _name, kind in told()}
    for thing in (answer, builders.comment(answer, alice)):
        removing.delete(thing, by=mod)
        removing.restore(thing, by=mod)
    acts = Notification.objects.filter(kind="moderated")
    assert set(acts.values_list("member__username", "source_kind", "actor")) == {
        ("bob", "post", mod.pk),
        ("alice", "comment", mod.pk),
    }
