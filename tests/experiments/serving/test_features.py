"""The payload of GrowthBook's clients."""

from __future__ import annotations

import pytest

from experiments import asked
from tests.experiments import rows

pytestmark = pytest.mark.django_db


def test_the_payload_is_what_the_specification_says(client, key_of, published):
    flag = rows.flag("copy", kind="string", off_value="old", on_value="new")
    asked = rows.experiment("copy-1", values=("a", "b"))
    rows.rule(flag, experiment=asked)
    published(flag)
    answer = client.get(f"/api/features/{key_of()}").json()
    assert answer["status"] == 200
    assert answer["features"]["copy"].keys() == {"defaultValue", "rules"}
    (rule,) = answer["features"]["copy"]["rules"]
    assert (rule["key"], rule["variations"], rule["phase"]) == ("copy-1", ["a", "b"], str(asked.phases.get().pk))
    assert answer["dateUpdated"].startswith("20")


def test_its_length_is_told_so_that_connections_stay(client, key_of, published):
    published(rows.flag("a"))
    path = f"/api/features/{key_of()}"
    whole, head = client.get(path), client.head(path)
    assert whole["Content-Length"] == head["Content-Length"] == str(len(whole.content))


def shown(client, secret, name):
    return [
        rule["id"].split("-")[0] for rule in client.get(f"/api/features/{secret}").json()["features"][name]["rules"]
    ]


@pytest.mark.parametrize(
    "hidden",
    [
        {"condition": {"$or": [{"country": "DE"}, {"$not": {"visitor": "99"}}]}},
        {"condition": {"email": {"$in": ["alice@example.org"]}}},
        {"condition": {"groups": {"$in": [4]}}},
        {"segments": ["writers"]},
    ],
)
def test_a_clients_payload_names_nobody_and_gives_nothing_to_whom_a_hidden_rule_excludes(
    client, key_of, published, hidden
):
    flag = rows.flag("flag", staff=True)
    rows.rule(flag, value=True, condition={"country": "DE"})
    rows.rule(flag, value=False, **hidden)
    rows.rule(flag, value=True)
    published(flag)
    assert shown(client, key_of("server"), "flag") == ["staff", "rule", "rule", "rule"]
    assert shown(client, key_of("client"), "flag") == ["staff", "rule"]


def test_a_clients_payload_does_not_rest_on_a_flag_that_was_cut_short(client, key_of, published, alice):
    parent, child, other = (rows.flag(name) for name in ("parent", "child", "other"))
    parent.users.add(alice)
    rows.rule(child, value=True, prerequisites=[{"flag": "parent", "condition": {"value": False}}])
    rows.rule(other, value=True)
    rows.rule(other, value=True, prerequisites=[{"flag": "child", "condition": {"value": False}}])
    published(parent, child, other)
    secret = key_of("client")
    assert [shown(client, secret, name) for name in ("parent", "child", "other")] == [[], [], ["rule"]]


def test_what_is_known_already_is_not_sent_again(client, key_of, published):
    published(rows.flag("a"))
    path = f"/api/features/{key_of('client')}"
    first = client.get(path)
    again = client.get(path, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert "must-revalidate" in first["Cache-Control"]
    published(rows.flag("b"))
    assert client.get(path, headers={"if-none-match": first["ETag"]}).json()["features"].keys() == {"a", "b"}


def test_pages_of_any_origin_may_read_a_clients_payload(client, key_of):
    assert client.get(f"/api/features/{key_of('client')}")["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Origin" not in client.get(f"/api/features/{key_of()}")


@pytest.mark.parametrize("secret", ["sdk-nothing", "fwc_" + "0" * 48])
def test_a_key_that_does_not_stand_is_refused(client, secret, db):
    response = client.get(f"/api/features/{secret}")
    assert response.status_code == 401
    assert response.json() == {"status": 401, "error": "A standing key is needed."}


@pytest.mark.parametrize("again", [False, True])
def test_flags_that_are_told_all_at_once_are_asked_for_too(client, key_of, published, monkeypatch, again):
    monkeypatch.setattr(asked, "names", set())
    published(rows.flag("a"), rows.flag("b"))
    path = f"/api/features/{key_of('client')}"
    known = {"if-none-match": client.get(path)["ETag"]} if again else {}
    asked.names.clear()
    client.get(path, headers=known)
    assert asked.names == {"a", "b"}
