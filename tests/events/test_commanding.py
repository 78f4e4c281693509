"""The commands that third parties call, as they call them: a bad option is one line and exit 2."""

import pytest
from django.core.management import ManagementUtility

COMMANDS = ("import_stackexchange", "replay_points", "import_events", "analyze_csv", "retention", "funnel", "lifecycle")


@pytest.mark.parametrize("name", COMMANDS)
def test_an_option_that_there_is_not_is_told_in_one_line(name, capsys):
    with pytest.raises(SystemExit) as ended:
        ManagementUtility(["manage.py", name, "--such-as-this"]).execute()
    said = capsys.readouterr()
    assert (ended.value.code, said.out, said.err.count("\n")) == (2, "", 1)
