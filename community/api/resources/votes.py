"""One's vote on a post: given or changed by PUT, withdrawn by DELETE."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from community.api import scopes
from community.api.base import Resource
from community.api.operations import operation
from community.api.resources import posts
from community.api.shapes import In, Out
from community.forum import voting


class VoteIn(In):
    value = serializers.ChoiceField(choices=[1, -1])


class VoteOut(Out):
    value = serializers.IntegerField()
    score = serializers.IntegerField(help_text="Of the post, with this vote.")


class PostVote(Resource):
    required_scopes = {"PUT": scopes.VOTES, "DELETE": scopes.VOTES}

    @operation("Vote on a post", name="vote", takes=VoteIn, returns=VoteOut)
    def put(self, request: Request, *, post_id: int, given: dict[str, Any]) -> dict[str, int]:
        post = voting.vote(posts.found(request, post_id), member=request.user, value=given["value"])
        return {"value": given["value"], "score": post.score}

    @operation("Withdraw a vote", name="withdrawVote")
    def delete(self, request: Request, *, post_id: int) -> None:
        voting.vote(posts.found(request, post_id), member=request.user, value=0)
