"""Definitions as forms of rows and groups."""

from hypothesis import given
from hypothesis import strategies as st

from growth.segments import building
from growth.segments.building import act, blank, definition, drafted, received
from growth.segments.conditions import write
from growth.segments.forms import built, opened
from tests.growth.segments.definitions import definitions
from tests.growth.segments.test_conditions import ATTRIBUTES, read

ROW = {"event": "active"}


def posted(draft):
    """What a browser sends of a form."""
    sent = {}
    for node in draft.walk():
        sent |= {f"{node.path}.not": "1"} if node.negated else {}
        if node.join:
            sent[f"{node.path}.join"] = node.join
        sent |= {f"{node.path}.{name}": value for name, value in node.said.items()}
    return sent


def said(draft):
    return definition(draft, ATTRIBUTES)


def test_a_new_form_asks_who_was_active():
    assert write(read(said(blank()))) == {"all": [ROW]}


def test_buttons_add_and_remove_rows_and_groups():
    draft = act(act(blank(), "add:0"), "group:0")
    assert write(read(said(draft))) == {"all": [ROW, ROW, {"any": [ROW]}]}
    draft = act(act(draft, "add:0-2"), "remove:0-0")
    assert write(read(said(draft))) == {"all": [ROW, {"any": [ROW, ROW]}]}
    assert write(read(said(act(draft, "remove:0-1")))) == {"all": [ROW]}


@given(st.text(max_size=12))
def test_an_action_that_is_none_changes_nothing(action):
    before = said(blank())
    if action.partition(":")[0] not in ("add", "group", "remove"):
        assert said(act(blank(), action)) == before


@given(definitions)
def test_a_form_sends_back_what_it_was_given(meant):
    draft = drafted(read(meant))
    assert said(received(posted(draft))) == said(draft)


@given(definitions)
def test_what_is_opened_and_saved_untouched_means_the_same(meant):
    """In rows where rows can say it, else as JSON: nothing is lost on the way."""
    found = opened(read(meant))
    sent = {"mode": "json", "json": found.text} if found.as_json else posted(found.draft)
    again = built(sent).checked()
    plain = {"all": [write(read(meant))]}
    assert again in (write(read(meant)), plain) or _unwrapped(again) == _unwrapped(meant)


def _unwrapped(node):
    """Without groups of one and double negations."""
    tree = write(read(node))
    if "not" in tree:
        inner = _unwrapped(tree["not"])
        return inner.get("not", {"not": inner})
    for join in ("all", "any"):
        if join in tree:
            items = [_unwrapped(item) for item in tree[join]]
            return items[0] if len(items) == 1 else {join: items}
    return tree


def test_faults_hang_on_the_row_that_has_them():
    sent = posted(act(blank(), "add:0")) | {"0-1.event": "nope", "0-1.not": "1", "0-0.at_least": "many"}
    made = built(sent)
    assert made.checked() is None
    assert [[fault.code for fault in node.faults] for node in made.draft.walk()] == [
        [],
        ["number_expected"],
        ["unknown_event"],
    ]


def test_bad_json_is_kept_and_said_to_be_bad():
    for text, code in (("{", "not_json"), ("[" * 100_000, "not_json"), ('{"all": []}', "empty")):
        made = built({"mode": "json", "json": text})
        assert made.checked() is None
        assert [fault.code for fault in made.faults] == [code]
        assert made.text == text


def test_a_form_of_thousands_of_rows_is_cut_short():
    sent = {"0.join": "all"} | {f"0-{at}.what": "event" for at in range(5000)}
    assert len(list(received(sent).walk())) <= building.MOST
