"""The Simplified Chinese catalogue is complete: what the tree says and what the catalogue holds are the same.

The strings are found without GNU gettext, so that the tests need no more than Python: in Python by its syntax tree,
in templates by Django's `templatize`, which turns every tag into a call, as `makemessages` has it.
"""

import ast
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import allauth
import polib
import pytest
import unfold
import waffle
from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext, override
from django.utils.translation.template import templatize

ROOT = Path(settings.ROOT)
FLOORS = ("config", "growth", "community", "experiments", "events")

Message = tuple[str | None, str, str | None]  # context, msgid, msgid_plural
LITERAL = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""", re.DOTALL)
CALL = re.compile(rf"\b(_|n?p?gettext)\(((?:\s*u?(?:{LITERAL.pattern})\s*,?)+)", re.DOTALL)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|<[^>]+>")
HAN = r"[\u4e00-\u9fff]"


def _message(function: str, words: list[str]) -> Message | None:
    """The message of a call by the name of its function; None when a word is no literal."""
    kind = function.removesuffix("_lazy").removesuffix("_noop").removesuffix("gettext")
    wanted = {"_": 1, "": 1, "n": 2, "p": 2, "np": 3}.get(kind)
    if wanted is None or len(words) < wanted:
        return None
    context, *rest = words if "p" in kind else [None, *words]
    return context, str(rest[0]), rest[1] if "n" in kind else None


def _in_python(path: Path) -> Iterator[Message]:
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        function = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if function != "_" and "gettext" not in function:
            continue
        words = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        if message := _message(function, words):
            yield message


def _in_template(path: Path) -> Iterator[Message]:
    for function, arguments in CALL.findall(templatize(path.read_text(), origin=str(path))):
        words = [ast.literal_eval(literal) for literal in LITERAL.findall(arguments)]
        if message := _message(function, words):
            yield message


@pytest.fixture(scope="module")
def said() -> set[Message]:
    """Every message of the tree."""
    sources = [path for floor in FLOORS for path in (ROOT / floor).rglob("*.py")]
    pages = [path for path in (ROOT / "templates").rglob("*") if path.suffix in {".html", ".txt"}]
    return {m for path in sources for m in _in_python(path)} | {m for path in pages for m in _in_template(path)}


def _catalogue(folder: Path) -> polib.POFile:
    return polib.pofile(str(folder / "zh_Hans" / "LC_MESSAGES" / "django.po"))


@pytest.fixture(scope="module")
def own() -> polib.POFile:
    return _catalogue(Path(settings.LOCALE_PATHS[0]))


@pytest.fixture(scope="module", params=settings.LOCALE_PATHS, ids=lambda folder: folder.name)
def catalogue(request: pytest.FixtureRequest) -> polib.POFile:
    """Our own, and what we say for other packages."""
    return _catalogue(request.param)


def _key(entry: polib.POEntry) -> Message:
    return entry.msgctxt, entry.msgid, entry.msgid_plural or None


def _translations(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def test_everything_said_is_in_the_catalogue(said: set[Message], own: polib.POFile) -> None:
    assert len(said) > 600
    assert said - {_key(entry) for entry in own} == set()


def test_nothing_is_in_the_catalogue_that_is_said_no_more(said: set[Message], own: polib.POFile) -> None:
    assert {_key(entry) for entry in own} - said == set()
    assert own.obsolete_entries() == []


def test_what_is_said_for_other_packages_is_said_by_them() -> None:
    unfold_, allauth_ = (Path(package.__file__).parent for package in (unfold, allauth))
    spoken = {m for path in unfold_.rglob("*.py") for m in _in_python(path)}
    spoken |= {m for path in unfold_.rglob("*.html") for m in _in_template(path)}
    spoken |= {m for path in Path(waffle.__file__).parent.glob("*.py") for m in _in_python(path)}
    spoken |= {_key(entry) for entry in _catalogue(allauth_ / "locale")}
    assert {_key(entry) for entry in _catalogue(Path(settings.LOCALE_PATHS[1]))} - spoken == set()


def test_every_message_is_translated_and_none_is_a_guess(catalogue: polib.POFile) -> None:
    assert [e.msgid for e in catalogue if e.fuzzy or not all(_translations(e)) or not _translations(e)] == []


def test_placeholders_and_markup_agree(catalogue: polib.POFile) -> None:
    """A plural's one Chinese form says what the English plural says."""
    differing = [
        entry.msgid
        for entry in catalogue
        for text in _translations(entry)
        if sorted(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid)) != sorted(PLACEHOLDER.findall(text))
    ]
    assert differing == []


def test_chinese_is_set_by_its_own_rules(catalogue: polib.POFile) -> None:
    """Space between Chinese and Latin or figures, full-width punctuation after Chinese, 你, no exclamation."""
    breach = re.compile(rf"{HAN}[A-Za-z0-9]|[A-Za-z0-9]{HAN}|{HAN}[,;:!?.()]|[！您]")
    texts = [t for e in catalogue if e.msgctxt != "date format" for t in _translations(e)]
    assert [text for text in texts if breach.search(PLACEHOLDER.sub("", text))] == []


def test_the_compiled_catalogue_is_that_of_the_source(catalogue: polib.POFile) -> None:
    compiled = polib.mofile(str(Path(catalogue.fpath).with_suffix(".mo")))
    assert {_key(e): _translations(e) for e in compiled} == {_key(e): _translations(e) for e in catalogue}


def test_django_speaks_from_it() -> None:
    with override("zh-hans"):
        assert gettext("Unanswered") == "待回答"
        assert ngettext("%d h", "%d h", 2) % 2 == "2 小时前"


def test_chinese_dates_have_no_leading_zero() -> None:
    with override("zh-hans"):
        assert date_format(date(2026, 7, 5), "MONTH_DAY_FORMAT") == "7月5日"
