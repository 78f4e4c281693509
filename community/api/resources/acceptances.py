"""The answer that solved a question, chosen by who asked."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from rest_framework.request import Request

from community.api import scopes
from community.api.base import Resource
from community.api.operations import operation
from community.api.resources import posts, topics
from community.api.resources.topics import TopicOut
from community.api.shapes import Id, In
from community.forum import accepting
from community.forum.models import Topic


class Acceptance(In):
    post = Id(help_text="An answer to this question.")


class TopicAcceptance(Resource):
    required_scopes = {"PUT": scopes.VOTES, "DELETE": scopes.VOTES}

    @operation("Accept an answer", name="acceptAnswer", takes=Acceptance, returns=TopicOut)
    def put(self, request: Request, *, topic_id: int, given: dict[str, Any]) -> Topic:
        """In place of the one accepted before."""
        topic = topics.found(request, topic_id)
        accepting.accept(get_object_or_404(posts.shown(request), topic=topic, pk=given["post"]), member=request.user)
        return topics.shown(request, topic_id)

    @operation("Take an acceptance back", name="unacceptAnswer")
    def delete(self, request: Request, *, topic_id: int) -> None:
        accepting.unaccept(topics.found(request, topic_id), member=request.user)
