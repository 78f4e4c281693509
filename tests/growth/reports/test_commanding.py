"""The commands of all kinds: one line of JSON, one line of refusal."""

import io
import json

import pytest
from django.core.management.base import CommandError

from events.record import record
from growth.reports.commanding import ReportCommand

pytestmark = pytest.mark.usefixtures("counting")


class Command(ReportCommand):
    kind = "counting"
    options = {"event": "what"}


def run(*arguments: str) -> tuple[str, str]:
    """As `manage.py counting …` runs it: (stdout, stderr)."""
    command = Command(stdout=io.StringIO(), stderr=io.StringIO(), no_color=True)
    parser = command.create_parser("manage.py", "counting")
    command.execute(**vars(parser.parse_args(arguments)) | {"stdout": command.stdout, "stderr": command.stderr})
    return command.stdout.getvalue(), command.stderr.getvalue()


@pytest.mark.django_db
def test_it_prints_one_line_of_json(alice, bob):
    for member in (alice, alice, bob):
        record("topic_started", unit=member.pk)
    out, err = run()
    assert out.count("\n") == 1
    assert json.loads(out) == {"doers": 2, "times": 3, "loud": False}
    assert "done in" in err


@pytest.mark.django_db
def test_fields_are_options_by_name_or_by_the_name_that_the_command_gives_them(alice):
    record("signed_in", unit=alice.pk)
    out, _err = run("--what", "signed_in", "--loud", "--often", "1", "--tz", "Asia/Shanghai", "--format", "csv")
    assert out == "doers,times\n1,1\n"
    assert json.loads(run("--what", "signed_in", "--as-of", "2020-01-01")[0])["doers"] == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--since", "soon"), "--since: Write a date"),
        (("--what", "never"), "There is no event “never”."),
        (("--often", "0"), "--often: "),
    ],
)
def test_bad_input_is_one_line_and_exit_2(arguments, said):
    with pytest.raises(CommandError) as refused:
        run(*arguments)
    assert refused.value.returncode == 2
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_an_option_that_does_not_exist_is_one_line_too(capsys):
    command = Command()
    command._called_from_command_line = True
    with pytest.raises(SystemExit) as ended:
        command.create_parser("manage.py", "counting").parse_args(["--nonsense", "1"])
    assert ended.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1
