"""What the commands of all kinds of reports do: options from the kind's form, one line of JSON, one of refusal."""

from __future__ import annotations

import csv
import json
import time
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any, ClassVar, NoReturn

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.core.management.base import CommandError

from events.commanding import PlainCommand
from events.engine import reading
from growth.reports.commandline import option
from growth.reports.forms import moment, params
from growth.reports.kinds import KINDS, Kind


class ReportCommand(PlainCommand):
    """`kind` is the key of a kind; each field of its form is an option: `as_of` is --as-of.

    Fields whose option is called otherwise are in the kind's `options`.
    """

    kind: ClassVar[str]
    options: ClassVar[Mapping[str, str]] = {}

    def add_arguments(self, parser: ArgumentParser) -> None:
        for name, field in self._kind.form.base_fields.items():
            flag = self._option(name)
            told = str(field.help_text or field.label or "").replace("%", "%%")
            if isinstance(field, forms.BooleanField):
                parser.add_argument(flag, dest=name, action="store_true", help=told)
            else:
                parser.add_argument(flag, dest=name, metavar=name.upper(), help=told)
        parser.add_argument("--format", choices=("json", "csv"), default="json", help="the default is json")

    def handle(self, *, format: str, **options: Any) -> None:
        given = {name: options[name] for name in self._kind.form.base_fields if options[name] is not None}
        form = self._kind.form(given)
        if not form.is_valid():
            _refuse("; ".join(self._faults(form)))
        result = self.told(self._answer(params(form)), given)
        if format == "csv":
            csv.writer(self.stdout, lineterminator="\n").writerows(self._kind.rows(result))
        else:
            self.stdout.write(json.dumps(result, allow_nan=False, ensure_ascii=False))

    def told(self, result: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
        """What is printed of the answer to the options that were given."""
        return result

    @property
    def _kind(self) -> Kind:
        return KINDS[self.kind]

    def _option(self, name: str) -> str:
        return option({**self._kind.options, **self.options}, name)

    def _answer(self, given: dict[str, Any]) -> dict[str, Any]:
        began = time.monotonic()
        with reading(as_of=moment(given, "as_of")) as reader:
            if self.stderr.isatty():
                self.stderr.write(f"reading events until {reader.as_of.isoformat(timespec='seconds')}")
            try:
                result = self._kind.answer(given, reader)
            except ValueError as error:
                _refuse(str(error))
        self.stderr.write(f"done in {time.monotonic() - began:.1f} s")
        return result

    def _faults(self, form: forms.Form) -> list[str]:
        return [
            f"{self._option(name)}: {' '.join(map(str, faults))}"
            if name != NON_FIELD_ERRORS
            else " ".join(map(str, faults))
            for name, faults in form.errors.items()
        ]


def _refuse(reason: str) -> NoReturn:
    raise CommandError(" ".join(reason.split()), returncode=2)
