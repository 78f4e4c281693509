"""A question as one would put it on the command line."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from django import forms

from growth.reports.asking import Question
from growth.reports.forms import differing


def option(names: Mapping[str, str], name: str) -> str:
    """The option of a field; `names` has those that are called otherwise."""
    return "--" + names.get(name, name).replace("_", "-")


def command_line(question: Question) -> str:
    kind = question.kind
    words = ["manage.py", kind.command or kind.key]
    for name, value in differing(kind.form, question.params).items():
        words.append(option(kind.options, name))
        if not isinstance(kind.form.base_fields[name], forms.BooleanField):
            words.append(",".join(value) if isinstance(value, list) else value)
    return shlex.join(words)
