"""Where code and templates ask for flags."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from waffle.models import Switch

from experiments.flags import changing, solidifying
from experiments.flags.references import in_python, in_template, references

PYTHON = """
import experiments
import waffle as w
from experiments import peek as look
from experiments.assignment import for_member
from waffle.decorators import waffle_flag
from other import variation

NAME = "constant"

@waffle_flag("decorated")
def view(request):
    experiments.variation(request, "called")
    experiments.variation(request, key=NAME)
    look(request, "peeked", default=1)
    for_member(7, "member")
    w.flag_is_active(request, "waffled")
    w.switch_is_active("switched")
    experiments.variation(request, f"{view}")
    variation(request, "of another module")
    request.variation("of an object")
    "experiments.variation(request, 'in a text')"

class View:
    waffle_flag = "!mixed"
"""
TEMPLATE = """{% load experiments %}
{% variation "tagged" as v %} {% flag 'waffled' %}{% endflag %} {%- switch "switched" %}{% endswitch %}
variation("in prose") {{ variation("called") }} {% if variation('asked') == 1 %}{{ waffle.flag("helped") }}{% endif %}
{% variation name as v %} {{ flag("a macro") }}
"""


def test_python_is_read_by_its_syntax_and_its_imports():
    code = in_python(PYTHON, "app/a.py")
    assert code.constants == {"app.a.NAME": "constant"}
    assert [(one.what, one.name or one.symbol, one.how) for one in sorted(code.references)] == [
        ("flag", "decorated", "waffle_flag"),
        ("flag", "called", "variation"),
        ("flag", "app.a.NAME", "variation"),
        ("flag", "peeked", "peek"),
        ("flag", "member", "for_member"),
        ("flag", "waffled", "flag_is_active"),
        ("switch", "switched", "switch_is_active"),
        ("flag", "", "variation"),
        ("flag", "mixed", "waffle_flag"),
    ]


def test_templates_of_both_kinds_are_read_with_their_lines():
    assert [(one.line, one.what, one.name) for one in sorted(in_template(TEMPLATE, "a.html"))] == [
        (2, "flag", "tagged"),
        (2, "flag", "waffled"),
        (2, "switch", "switched"),
        (3, "flag", "asked"),
        (3, "flag", "called"),
        (3, "flag", "helped"),
        (4, "flag", ""),
    ]


@pytest.mark.parametrize("text", ["def broken(:", "\x00", "", "import waffle\nwaffle()\nx()()"])
def test_what_is_no_python_asks_for_nothing(text):
    assert in_python(text, "a.py").references == []


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "app" / "templates").mkdir(parents=True)
    (tmp_path / "app" / "views.py").write_text('import experiments\nexperiments.peek(None, "composer")\n')
    (tmp_path / "app" / "templates" / "a.html").write_text('{% variation "guide" as v %}')
    for skipped in ("tests", ".hidden", "env"):
        (tmp_path / skipped).mkdir()
        (tmp_path / skipped / "a.py").write_text('import experiments\nexperiments.peek(None, "no")\n')
    (tmp_path / "env" / "pyvenv.cfg").touch()
    return tmp_path


def test_only_the_trees_own_code_is_read(tree):
    assert [(one.path, one.name) for one in references(tree)] == [
        ("app/templates/a.html", "guide"),
        ("app/views.py", "composer"),
    ]


def test_a_constant_of_another_module_is_followed(tmp_path):
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__init__.py").write_text('FIRST = "first"\n')
    (tmp_path / "app" / "trials.py").write_text('SECOND = "second"\n')
    (tmp_path / "views.py").write_text(
        "from experiments import variation\nfrom app import FIRST, trials\n"
        "variation(None, FIRST)\nvariation(None, trials.SECOND)\nvariation(None, trials.THIRD)\n"
    )
    assert [(one.line, one.name) for one in references(tmp_path)] == [(3, "first"), (4, "second"), (5, "")]


def told(tree, **options) -> str:
    out = StringIO()
    call_command("flag_references", str(tree), stdout=out, **options)
    return out.getvalue()


@pytest.mark.django_db
def test_code_is_reconciled_with_the_flags_that_there_are(tree):
    changing.create("composer", by=None)
    changing.create("lonely", by=None)
    solidifying.solidify(changing.create("guide", by=None), True, by=None, why="It won.")
    found = json.loads(told(tree, format="json"))
    assert {one["name"]: (one["lifecycle"], len(one["references"])) for one in found["flags"]} == {
        "composer": ("live", 1),
        "guide": ("completed", 1),
        "lonely": ("live", 0),
    }
    assert (found["unknown"], found["unasked"], found["completed"]) == ([], ["lonely"], ["guide"])
    text = told(tree)
    assert "composer  live       app/views.py:2 (peek)" in text
    assert "Asked for by no code:\n  lonely" in text


@pytest.mark.django_db
def test_code_that_asks_for_what_there_is_not_fails(tree):
    changing.archive(changing.create("composer", by=None), by=None, why="Gone.")
    (tree / "b.py").write_text('from waffle import switch_is_active\nswitch_is_active("power")\n')
    with pytest.raises(CommandError, match="composer, guide, power") as failed:
        told(tree)
    assert failed.value.returncode == 1
    Switch.objects.create(name="power")
    with pytest.raises(CommandError, match="composer, guide$"):
        told(tree)


@pytest.mark.django_db
def test_a_tree_that_there_is_not_is_one_line(tree):
    with pytest.raises(CommandError) as failed:
        told(tree / "nowhere")
    assert failed.value.returncode == 2
