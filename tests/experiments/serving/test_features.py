"""The payload of GrowthBook's clients."""

from __future__ import annotations

import pytest

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


def test_a_clients_payload_names_nobody(client, key_of, published, alice):
    flag = rows.flag("flag", staff=True)
    flag.users.add(alice)
    rows.rule(flag, value=True, condition={"$or": [{"plan": "pro"}, {"$not": {"visitor": "99"}}]})
    rows.rule(flag, value=True, condition={"plan": "pro"}, segments=["writers"])
    published(flag)
    names = {
        kind: [rule["id"] for rule in client.get(f"/api/features/{key_of(kind)}").json()["features"]["flag"]["rules"]]
        for kind in ("client", "server")
    }
    assert len(names["server"]) == 4
    assert [name.split("-")[0] for name in names["client"]] == ["staff", "rule"]


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
