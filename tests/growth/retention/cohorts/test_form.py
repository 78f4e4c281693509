"""What may be asked of retention, on a page and at the command line."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from growth.reports.forms import params
from growth.retention.cohorts.form import RetentionForm


def test_what_is_not_said_has_its_default():
    form = RetentionForm({})
    assert form.is_valid(), form.errors
    said = params(form)
    assert {name: said[name] for name in ("start", "back", "period", "periods", "mode", "kind", "rolling")} == {
        "start": "signed_up",
        "back": "active",
        "period": "week",
        "periods": 12,
        "mode": "first_time",
        "kind": "on",
        "rolling": False,
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"start": "signed_upp"}, "start"),
        ({"back": "vote_cast|"}, "back"),
        ({"period": "year"}, "period"),
        ({"periods": "0"}, "periods"),
        ({"periods": "401"}, "periods"),
        ({"kind": "bracket"}, "brackets"),
        ({"kind": "bracket", "brackets": "3-1"}, "brackets"),
        ({"kind": "bracket", "brackets": "0-99999999999"}, "brackets"),
        ({"did": "voted"}, "did"),
        ({"did": "vote_cast", "breakdown": "device"}, "did"),
        ({"did_days": "x"}, "did_days"),
        ({"tz": "Mars/Olympus"}, "tz"),
    ],
)
def test_what_makes_no_sense_is_refused_where_it_was_written(wrong, field):
    assert list(RetentionForm(wrong).errors) == [field]


@pytest.mark.django_db
def test_the_command_says_one_line_of_json_and_refuses_with_2():
    out = StringIO()
    call_command("retention", "--start", "signed_up", "--return", "active", "--period", "week", stdout=out)
    (line,) = out.getvalue().splitlines()
    assert json.loads(line)["rows"] == []
    with pytest.raises(CommandError, match="--return") as refused:
        call_command("retention", "--return", "nothing_like_it")
    assert refused.value.returncode == 2
