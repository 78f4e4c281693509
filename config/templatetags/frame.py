"""The frame of every page, for those written in Django's language; the frame itself is templates/jinja2/base.html."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context, Node, NodeList, loader
from django.template.base import Parser, Token
from django.utils.safestring import SafeString

register = template.Library()


class PartNode(Node):
    def __init__(self, name: str, nodelist: NodeList) -> None:
        self.name = name
        self.nodelist = nodelist


class FrameNode(Node):
    """Its parts, rendered, in the places of that name in the frame. An empty one leaves the frame's own."""

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        parts = {part.name: part.nodelist.render(context) for part in self.nodelist if isinstance(part, PartNode)}
        names: dict[str, Any] = {str(name): value for name, value in context.flatten().items()}
        return loader.render_to_string("framed.html", {**names, "parts": parts}, context.request)  # type: ignore[attr-defined]


@register.tag
def frame(parser: Parser, token: Token) -> FrameNode:
    nodes = parser.parse(["endframe"])
    parser.delete_first_token()
    return FrameNode(nodes)


@register.tag
def part(parser: Parser, token: Token) -> PartNode:
    _tag, name = token.split_contents()
    nodes = parser.parse(["endpart"])
    parser.delete_first_token()
    return PartNode(name, nodes)
