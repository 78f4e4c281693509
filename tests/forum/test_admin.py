import pytest
from django.urls import reverse

from community.forum.models import Category, LogEntry, Post, Tag, Topic
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(admin, client_of):
    return client_of(admin)


@pytest.fixture
def written(alice, bob) -> Topic:
    topics = [builders.question(alice) for _ in range(3)]
    for topic in topics:
        builders.comment(builders.answer(topic, bob))
    return topics[0]


@pytest.mark.parametrize("model", ["topic", "post", "comment"])
def test_what_members_wrote_is_looked_at_but_not_changed(desk, written, model):
    thing = {"topic": written, "post": written.posts.last(), "comment": written.posts.last().comments.last()}[model]
    page = desk.get(reverse(f"admin:forum_{model}_change", args=[thing.pk]))
    assert page.status_code == 200
    assert desk.post(reverse(f"admin:forum_{model}_change", args=[thing.pk]), {"title": "x"}).status_code == 403
    assert desk.get(reverse(f"admin:forum_{model}_add")).status_code == 403


def test_deleting_and_restoring_go_through_the_verbs(desk, written, admin):
    url = reverse("admin:forum_topic_changelist")
    asked = desk.post(url, {"action": "delete_chosen", "_selected_action": [written.pk]})
    assert Topic.objects.get(pk=written.pk).deleted_by is None
    assert 'name="confirmed"' in asked.content.decode()
    desk.post(url, {"action": "delete_chosen", "_selected_action": [written.pk], "confirmed": "1", "reason": "Spam"})
    assert Topic.objects.get(pk=written.pk).deleted_by == admin
    assert Tag.objects.get(name="python").topic_count == 2
    desk.post(url, {"action": "restore_chosen", "_selected_action": [written.pk]})
    assert Post.objects.get(topic=written, number=0).deleted_at is None
    assert list(LogEntry.objects.order_by("pk").values_list("verb", flat=True)) == ["delete", "restore"]


def test_a_tag_made_a_synonym_in_the_admin_takes_its_topics_along(desk, alice):
    topic, python = builders.question(alice, tags=["py"]), builders.tag("python")
    py = Tag.objects.get(name="py")
    url = reverse("admin:forum_tag_change", args=[py.pk])
    values = {"name": "py", "synonym_of": python.pk, "excerpt": "A language", "wiki": ""}
    assert desk.post(url, values).status_code == 302
    assert Topic.objects.get(pk=topic.pk).tag_ids == [python.pk]
    assert desk.post(url, {**values, "synonym_of": "", "name": "py3"}).status_code == 302
    tag = Tag.objects.get(pk=py.pk)
    assert (tag.name, tag.synonym_of, tag.excerpt) == ("py3", None, "A language")


def test_a_tag_is_made_in_the_admin(desk):
    values = {"name": "Fortran", "synonym_of": "", "excerpt": "", "wiki": "Old *but* good"}
    desk.post(reverse("admin:forum_tag_add"), values)
    assert "<em>but</em>" in Tag.objects.get(name="fortran").wiki_html


def test_a_category_is_made_in_the_admin(desk):
    values = {"name": "Databases", "slug": "databases", "position": 1, "colour": "#0f766e"}
    desk.post(reverse("admin:forum_category_add"), {**values, "readers": "everyone", "posters": "members"})
    assert Category.objects.get(slug="databases").name == "Databases"


def test_categories_nest_one_level_deep(desk):
    child = builders.category("Below", parent=builders.category("Above"))
    values = {"name": "Deeper", "slug": "deeper", "position": 1, "colour": "#0f766e", "parent": child.pk}
    page = desk.post(reverse("admin:forum_category_add"), {**values, "readers": "everyone", "posters": "members"})
    assert page.status_code == 200
    assert not Category.objects.filter(slug="deeper").exists()
