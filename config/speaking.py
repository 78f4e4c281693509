"""Jinja2's templates, compiled for each language with its words in them: a topic's page says three hundred."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from django.conf import settings
from django.template.backends.jinja2 import Jinja2
from django.utils.translation import get_language, gettext, override
from jinja2 import Environment
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream


class Speaking(Extension):
    """Reads `_("…")` as the words themselves, in the language of the environment."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        with override(self.environment.language):  # type: ignore[attr-defined]
            for token in stream:
                if not token.test("name:_"):
                    yield token
                    continue
                stream.expect("lparen")
                yield Token(token.lineno, "string", gettext(stream.expect("string").value))
                stream.expect("rparen")


class Templates(Jinja2):
    """An environment for each language that pages are asked for in."""

    @property
    def env(self) -> Environment:
        return self._speaking(get_language() or settings.LANGUAGE_CODE)

    @env.setter
    def env(self, made: Environment) -> None:
        self._speaking = cache(lambda language: _in(language, made))


def _in(language: str, environment: Environment) -> Environment:
    speaking = environment.overlay(extensions=[Speaking])
    speaking.extend(language=language)
    return speaking
