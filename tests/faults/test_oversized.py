"""More than anybody would send: refused, before it costs much."""

from __future__ import annotations

import pytest
from django.test import Client

from community.forum.models import Comment, Post
from community.forum.wording import BODY_MAX
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def writer(client_of, alice) -> Client:
    client = client_of(alice)
    client.raise_request_exception = False
    return client


def test_a_form_larger_than_ten_megabytes_is_not_read(writer):
    topic = builders.question()
    answer = writer.post(f"/t/{topic.pk}/reply/", "body=" + "x" * 11_000_000, "application/x-www-form-urlencoded")
    assert answer.status_code == 400
    assert topic.posts.count() == 1


def test_a_form_of_more_than_a_thousand_fields_is_not_read(writer):
    assert writer.post("/ask/", {f"field{n}": "x" for n in range(1001)}).status_code == 400


def test_a_form_of_more_than_a_hundred_files_is_not_read(writer):
    part = b'--x\r\nContent-Disposition: form-data; name="f%d"; filename="a"\r\n\r\n.\r\n'
    body = b"".join(part % n for n in range(101)) + b"--x--"
    assert writer.post("/write/upload/", body, "multipart/form-data; boundary=x").status_code == 400


def test_a_post_longer_than_may_be_comes_back_with_its_reason_and_its_text(writer):
    topic = builders.question()
    answer = writer.post(f"/t/{topic.pk}/reply/", {"body": "x" * (BODY_MAX + 1)})
    assert answer.status_code == 200
    assert "x" * BODY_MAX in answer.content.decode()
    assert Post.objects.filter(topic=topic).count() == 1


def test_a_comment_longer_than_may_be_is_not_kept(writer, alice):
    post = builders.opening(builders.question(alice))
    assert writer.post(f"/p/{post.pk}/comment/", {"body": "x" * 2001}).status_code == 200
    assert not Comment.objects.exists()


@pytest.mark.parametrize("unit", ["> ", "- ", "[", "*", "$"])
def test_the_longest_post_of_nothing_but_nesting_is_posted_and_read(writer, client, unit):
    topic = builders.question()
    answer = writer.post(f"/t/{topic.pk}/reply/", {"body": (unit * BODY_MAX)[: BODY_MAX - 5] + " end."})
    assert answer.status_code == 302
    assert len(client.get(topic.get_absolute_url()).content) < 1_000_000
