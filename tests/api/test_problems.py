"""Whatever goes wrong is a problem document (RFC 9457), in the reader's language, and never a fault of ours."""

from types import SimpleNamespace

import pytest
from django.test import Client, override_settings

from community.api import problems
from tests import builders

JSON = "application/json"


def problem(response, status: int, name: str) -> dict:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == problems.CONTENT_TYPE
    document = response.json()
    assert document["type"] == f"http://testserver/api/v1/docs/#problem-{name}"
    assert document["status"] == status
    assert document["title"]
    assert document["detail"]
    return document


def test_no_such_address(anybody):
    problem(anybody.get("nothing/"), 404, "not-found")


def test_an_address_without_its_slash_leads_nowhere_rather_than_losing_the_body(anybody):
    problem(anybody.post("topics", {}), 404, "not-found")


def test_no_such_thing(anybody):
    problem(anybody.get("topics/4711/"), 404, "not-found")
    problem(anybody.get(f"topics/{10**30}/"), 404, "not-found")


def test_a_method_that_is_not_there_names_those_that_are(anybody):
    response = anybody.delete("topics/")
    problem(response, 405, "method-not-allowed")
    assert response["Allow"] == "GET, POST, HEAD"


def test_a_token_and_a_method_that_is_not_there(token_of, alice):
    problem(token_of(alice).delete("topics/"), 405, "method-not-allowed")


def test_other_than_json_is_not_to_be_had(anybody):
    problem(anybody.get("topics/", {"Accept": "text/html"}), 406, "not-acceptable")


def test_other_than_json_is_not_read(client_of, alice):
    response = client_of(alice).post("/api/v1/topics/", {"title": "A form and no JSON"})
    problem(response, 415, "unsupported-media-type")


def test_a_stranger_who_writes_is_asked_who_it_is(anybody):
    response = anybody.post("topics/", {})
    problem(response, 401, "unauthenticated")
    assert response["WWW-Authenticate"] == 'Bearer realm="api"'


def test_a_session_without_the_csrf_token_writes_nothing(alice):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    problem(client.post("/api/v1/topics/", b"{}", content_type=JSON), 403, "forbidden")


def test_a_token_without_the_scope_is_told_which(token_of, alice):
    response = token_of(alice, "read").post("topics/", {})
    assert problem(response, 403, "insufficient-scope")["scope"] == "write:posts"
    assert 'scope="write:posts"' in response["WWW-Authenticate"]


@pytest.mark.parametrize(
    "body",
    [b"{", b"\xff\xfe", b'{"kind": "\xe4"}', b'{"a": 1, "a": 2}', b'{"a": NaN}', b"[" * 100_000, b"9" * 10_000, b"'"],
    ids=["cut", "no-utf8", "latin1", "twice", "nan", "deep", "long", "quote"],
)
def test_a_body_that_cannot_be_read(api_of, alice, body):
    problem(api_of(alice).send("POST", "topics/", body), 400, "bad-request")


@pytest.mark.parametrize("body", [[], "text", 7, None, True], ids=str)
def test_a_body_that_is_no_object(api_of, alice, body):
    problem(api_of(alice).post("topics/", body), 400, "invalid")


def test_each_fault_of_a_body_is_pointed_at(api_of, alice):
    given = {
        "title": "Short",
        "body": "Long enough\x00, but",
        "category": "x",
        "tags": ["ok", 7, "y" * 41],
        "titel": "",
    }
    errors = problem(api_of(alice).post("topics/", given), 400, "invalid")["errors"]
    assert {"pointer": "#/titel", "detail": "There is no such field.", "code": "unknown"} in errors
    del given["titel"]
    errors = problem(api_of(alice).post("topics/", given), 400, "invalid")["errors"]
    assert {(one["pointer"], one["code"]) for one in errors} == {
        ("#/title", "min_length"),
        ("#/body", "null_characters_not_allowed"),
        ("#/tags/2", "max_length"),
    }


def test_a_lone_surrogate_is_no_text(api_of, alice):
    body = b'{"title": "\\ud800 in the title", "body": "Long enough.", "category": "general"}'
    errors = problem(api_of(alice).send("POST", "topics/", body), 400, "invalid")["errors"]
    assert [one["pointer"] for one in errors] == ["#/title"]


@pytest.mark.parametrize(
    "query",
    [{"page_size": 0}, {"page_size": 101}, {"page_size": "x"}, {"feed": "best"}, {"closed": "perhaps"}],
    ids=str,
)
def test_a_parameter_that_does_not_fit_is_named(anybody, query):
    errors = problem(anybody.get("topics/", **query), 400, "invalid")["errors"]
    assert [one["parameter"] for one in errors] == list(query)


def test_a_misspelt_parameter_is_not_passed_over(anybody):
    errors = problem(anybody.get("topics/", tags="redis"), 400, "invalid")["errors"]
    assert errors == [{"parameter": "tags", "detail": "There is no such parameter.", "code": "unknown"}]


@pytest.mark.parametrize("where", ["topics/?tag=a%00b", "tags/a%00b/", "search/?q=%00"])
def test_a_nul_is_refused(anybody, where):
    problem(anybody.get(where), 400, "bad-request")


@pytest.mark.parametrize("where", ["tags/%ff/", "members/%ff%fe/", "categories/%ed%a0%80/", "drafts/%ff/"])
def test_an_address_in_broken_utf8_is_of_nothing(api_of, alice, where):
    problem(api_of(alice).get(where), 404, "not-found")


@override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=1000)
def test_a_body_that_is_too_large_is_not_read(api_of, alice):
    problem(api_of(alice).post("topics/", {"body": "x" * 1000}), 413, "too-large")


def test_a_refusal_says_why_and_in_chinese_too(api_of, alice, bob):
    post = builders.opening(builders.question(bob))
    english = api_of(alice).send("PUT", f"posts/{post.pk}/vote/", {"value": 1})
    document = problem(english, 403, "not-enough-points")
    assert (document["needed"], document["detail"]) == (15, "You need 15 points to vote up; you have 1.")
    chinese = api_of(alice).send("PUT", f"posts/{post.pk}/vote/", {"value": 1}, {"Accept-Language": "zh-Hans"})
    assert "15" in problem(chinese, 403, "not-enough-points")["detail"]
    assert chinese.json()["title"] == "这需要更多积分"
    assert chinese["Content-Language"] == "zh-hans"


def test_what_cannot_be_is_422(api_of, alice):
    builders.category()
    given = {"title": "A question without tags", "body": "Long enough to be one.", "category": "general"}
    assert "tag" in problem(api_of(alice).post("topics/", given), 422, "unfit")["detail"]


def test_a_fault_of_ours_is_a_problem_too(client_of, alice, monkeypatch):
    def broken(*args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("community.api.resources.me.inbox", SimpleNamespace(unread_count=broken))
    client = client_of(alice)
    client.raise_request_exception = False
    problem(client.get("/api/v1/me/"), 500, "server-error")


def test_pages_of_the_site_keep_their_own_errors(client, db):
    assert client.get("/nothing/")["Content-Type"].startswith("text/html")
