"""A dump that is not as it must be: one line of error, nothing changed."""

from pathlib import Path

import pytest
from django.core.management import ManagementUtility
from django.core.management.base import CommandError

from community.forum.models import Category, Post
from community.imports.core.seen import SeenIds
from community.members.models import Member
from community.points.models import Entry
from events.models import Event
from tests.imports.dumps import BOM, Dump, run

ENTITY = '<!DOCTYPE users [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
EXTERNAL = '<!DOCTYPE users SYSTEM "file:///etc/passwd">'
USER = '<row Id="7" CreationDate="2018-03-01T00:00:00" DisplayName="{}" />'


def users(*rows: str, root: str = "users", before: str = "") -> bytes:
    lines = ['<?xml version="1.0" encoding="utf-8"?>', f"{before}<{root}>", *rows, f"</{root}>"]
    return "\n".join(lines).encode()


FAULTS = {
    "truncated": (users(USER.format("Ada"))[:-20], "Users.xml line 3: unclosed token"),
    "without an end": (b"<users>", "Users.xml line 1: no element found"),
    "empty": (b"", "Users.xml line 1: no element found"),
    "a DTD with entities": (users(USER.format("&b;"), before=ENTITY), "Users.xml line 2: a document type declaration"),
    "an external DTD": (users(before=EXTERNAL), "Users.xml line 2: a document type declaration"),
    "an entity that is none": (users(USER.format("&b;")), "Users.xml line 3: undefined entity"),
    "another root": (users(root="posts"), "Users.xml line 2: <posts> where <users> belongs"),
    "another row": (users("<user />"), "Users.xml line 3: <user> where <row> belongs"),
    "rows in rows": (users("<row Id='1' CreationDate='2018-03-01'><row /></row>"), "Users.xml line 3: <row> where"),
    "without an id": (users('<row CreationDate="2018-03-01" />'), "Users.xml line 3: a row without Id"),
    "no number": (users('<row Id="1e3" CreationDate="2018-03-01" />'), "Users.xml line 3: Id '1e3' is no whole"),
    "too large a number": (
        users('<row Id="9223372036854775808" CreationDate="2018-03-01" />'),
        "Users.xml line 3: Id '9223372036854775808' is no whole number",
    ),
    "no date": (users('<row Id="1" CreationDate="2018-02-30T00:00:00" />'), "Users.xml line 3: CreationDate '2018"),
    "the same id twice": (users(*[USER.format("Ada")] * 2), "Users.xml line 4: Id 7 occurs twice"),
    "no UTF-8": (users(USER.format("Ad")).replace(b"Ad", b"\xff\xfe"), "Users.xml line 3: not well-formed"),
    "no XML": (b"PK\x03\x04", "Users.xml line 1: not well-formed"),
}


def state() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Member, Post, Category, Entry, Event))


def refusal(directory: Path, *options: str) -> str:
    """What the command says when it refuses, having changed nothing."""
    before = state()
    with pytest.raises(CommandError) as caught:
        run(directory, *options)
    assert caught.value.returncode == 2
    assert "\n" not in str(caught.value)
    assert state() == before
    return str(caught.value)


@pytest.mark.django_db
@pytest.mark.parametrize(("content", "message"), FAULTS.values(), ids=FAULTS)
def test_a_broken_file_is_refused_with_its_name_and_line(dump, content, message):
    directory = dump.write()
    (directory / "Users.xml").write_bytes(content)
    assert refusal(directory).startswith(message)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("file", "row", "message"),
    [
        ("Posts", {"PostTypeId": 1, "Body": "", "CreationDate": "2018-03-02"}, "a question without Title"),
        ("Posts", {"PostTypeId": 2, "Body": "", "CreationDate": "2018-03-02"}, "an answer without ParentId"),
        ("Posts", {"PostTypeId": "x", "Body": "", "CreationDate": "2018-03-02"}, "PostTypeId 'x' is no whole number"),
        ("Badges", {"UserId": 1, "Name": "a", "Date": "2018-03-02", "Class": 4}, "Class '4' is no class of badges"),
        ("Badges", {"UserId": 1, "Name": "a", "Date": "2018-03-02", "TagBased": 1}, "TagBased '1' is neither True nor"),
        ("Tags", {"TagName": ""}, "TagName '' is not 1 to 40 characters"),
        ("Votes", {"PostId": 1, "VoteTypeId": 2, "CreationDate": "yesterday"}, "CreationDate 'yesterday' is no date"),
        ("PostHistory", {"PostId": 1, "PostHistoryTypeId": 2}, "a row without RevisionGUID"),
    ],
)
def test_a_row_that_cannot_be_is_refused(dump, file, row, message):
    dump.add(file, **row)
    assert refusal(dump.write()).startswith(f"{file}.xml line 3: {message}")


@pytest.mark.django_db
@pytest.mark.parametrize("file", ["Users", "Posts", "Comments", "Votes", "Badges", "Tags", "PostLinks"])
def test_a_file_that_is_not_there_is_refused(dump, file):
    directory = dump.write()
    (directory / f"{file}.xml").unlink()
    assert refusal(directory) == f"{file}.xml: not there"


@pytest.mark.django_db
def test_a_folder_that_is_not_there_is_refused(tmp_path):
    assert refusal(tmp_path / "nowhere") == "Users.xml: not there"


@pytest.mark.django_db
def test_a_folder_in_place_of_a_file_is_refused(dump):
    directory = dump.write()
    (directory / "PostHistory.xml").mkdir()
    assert refusal(directory) == "PostHistory.xml: Is a directory"


@pytest.mark.django_db
def test_a_fault_in_the_last_file_changes_nothing_either(dump):
    dump.vote(dump.question(dump.user()))
    directory = dump.write()
    (directory / "PostHistory.xml").write_text("<posthistory>")
    assert refusal(directory).startswith("PostHistory.xml line 1: no element found")


@pytest.mark.django_db
def test_an_unknown_rule_set_is_refused(dump):
    assert refusal(dump.write(), "--rules", "nonsense").startswith("no rule set is called nonsense (there are ")


@pytest.mark.django_db
def test_a_name_of_the_origin_that_is_too_long_is_refused(tmp_path):
    directory = Dump(tmp_path / ("x" * 61)).write()
    assert "--source" in refusal(directory)
    assert run(directory, "--source", "short")["members"] == 0


@pytest.mark.django_db
@pytest.mark.parametrize("mark", [BOM, ""])
def test_a_byte_order_mark_may_be_there_or_not(dump, mark):
    dump.user("Zoë")
    directory = dump.write()
    for path in directory.iterdir():
        path.write_text(mark + path.read_text().removeprefix(BOM))
    assert run(directory)["members"] == 1
    assert Member.objects.filter(display_name="Zoë").exists()


@pytest.mark.django_db
def test_utf_16_is_read_by_its_mark(dump):
    dump.user("Zoë")
    directory = dump.write()
    text = (directory / "Users.xml").read_text().removeprefix(BOM).replace('"utf-8"', '"utf-16"')
    (directory / "Users.xml").write_text(text, encoding="utf-16")
    run(directory)
    assert Member.objects.filter(display_name="Zoë").exists()


@pytest.mark.django_db
def test_rows_may_come_in_any_order_of_ids(dump):
    dump.user("Late", Id=5000)
    dump.user("Early", Id=3)
    assert run(dump.write())["members"] == 2


def test_ids_are_seen_once_wherever_they_lie():
    seen = SeenIds()
    numbers = [5, -1, 1023, 1024, 2**62, -(2**62), 0]
    assert [seen.add(number) for number in numbers] == [True] * 7
    assert [seen.add(number) for number in numbers] == [False] * 7


@pytest.mark.django_db(transaction=True)
def test_the_command_line_says_it_in_one_line_and_leaves_with_two(dump, capsys):
    directory = dump.write()
    (directory / "Posts.xml").write_text("<posts>")
    with pytest.raises(SystemExit) as left:
        ManagementUtility(["manage.py", "import_stackexchange", str(directory)]).execute()
    assert left.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == "CommandError: Posts.xml line 1: no element found\n"
