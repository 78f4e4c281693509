"""Rules are versioned rows: who changes one appends, in code and in the admin."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from community.points import privileges, rules
from community.points.models import Chore, Entry, Privilege, Rule, RuleSet


def rule(name="answer_accepted", of="default"):
    return Rule.objects.newest().get(set__name=of, name=name)


def test_a_site_starts_with_three_sets_of_which_default_holds(db):
    assert dict(RuleSet.objects.values_list("name", "active")) == {
        "default": True,
        "stackexchange": False,
        "stackexchange-2018": False,
    }
    assert rules.of_set("default").keys() - rules.of_set("stackexchange").keys() == {
        "first_post",
        "streak",
        "topics_read",
        "share",
        "invited_active",
    }


def test_a_revision_is_a_new_version_and_the_old_stays(admin):
    old = rule()
    new = rules.revise(old, points=20, by=admin)

    assert (new.version, new.points, new.created_by) == (2, 20, admin)
    old.refresh_from_db()
    assert (old.version, old.points) == (1, 15)
    assert rules.current("answer_accepted") == new
    assert rules.of_set("default")["answer_accepted"] == new


def test_a_revision_of_an_old_version_follows_the_newest(db):
    old = rule()
    rules.revise(old, points=20)

    assert rules.revise(old, points=25).version == 3


def test_exactly_one_set_is_active(db):
    rules.activate(RuleSet.objects.get(name="stackexchange"))

    assert list(RuleSet.objects.filter(active=True).values_list("name", flat=True)) == ["stackexchange"]
    with pytest.raises(IntegrityError), transaction.atomic():
        RuleSet.objects.update(active=True)


@pytest.mark.parametrize(
    "terms",
    [
        {"points": 5, "pool": "votes", "cap": None},
        {"points": 5, "pool": "", "cap": 10},
        {"points": -5, "pool": "votes", "cap": 10},
    ],
)
def test_a_cap_needs_a_pool_and_points_that_are_not_negative(db, terms):
    with pytest.raises(IntegrityError), transaction.atomic():
        rules.revise(rule(), **terms)


def test_everyone_starts_with_one_point_whatever_an_admin_wants(db):
    joined = rule("joined")
    joined.points = 5
    with pytest.raises(ValidationError, match="one point"):
        joined.validate_constraints()
    with pytest.raises(IntegrityError), transaction.atomic():
        rules.revise(joined, points=5)


class TestAdmin:
    @pytest.fixture
    def client(self, admin, client_of):
        return client_of(admin)

    def change(self, client, name="answer_accepted", **fields):
        address = reverse("admin:points_rule_change", args=[rule(name).pk])
        return client.post(address, {"points": 15, "pool": "", "cap": "", **fields})

    def test_saving_a_change_leads_to_its_preview_and_holds_not_yet(self, client):
        response = self.change(client, points=30)

        chore = Chore.objects.get()
        assert response.headers["Location"] == reverse("admin:points_chore_change", args=[chore.pk])
        assert (chore.rule, chore.terms) == (rule(), {"points": 30, "pool": "", "cap": None})
        assert (rule().version, rule().points) == (1, 15)

    def test_saving_without_a_change_appends_nothing(self, client):
        self.change(client)

        assert rule().version == 1

    def test_a_cap_without_a_pool_is_explained(self, client):
        response = self.change(client, cap=50)

        assert "A capped rule has a pool" in response.content.decode()
        assert rule().version == 1

    def test_a_rule_of_ones_own_can_be_added(self, client, admin, alice, give):
        default = RuleSet.objects.get(name="default")
        client.post(reverse("admin:points_rule_add"), {"set": default.pk, "name": "helped", "points": 7, "pool": ""})

        assert rule("helped").created_by == admin
        assert give(alice, "helped").granted == 7

    def test_a_set_is_made_active(self, client):
        chosen = RuleSet.objects.get(name="stackexchange")
        data = {"action": "make_active", "_selected_action": [chosen.pk]}
        client.post(reverse("admin:points_ruleset_changelist"), data)

        assert RuleSet.objects.get(active=True) == chosen

    def test_of_two_sets_neither_is_made_active(self, client):
        data = {"action": "make_active", "_selected_action": list(RuleSet.objects.values_list("pk", flat=True))}
        client.post(reverse("admin:points_ruleset_changelist"), data)

        assert RuleSet.objects.get(active=True).name == "default"

    def test_a_privilege_is_edited_and_holds_at_once(self, client, alice):
        assert not privileges.may(alice, "comment")
        client.post(reverse("admin:points_privilege_change", args=["comment"]), {"points": 1})

        assert Privilege.objects.get(name="comment").points == 1
        assert privileges.may(alice, "comment")

    @pytest.mark.parametrize("page", ["ruleset", "rule", "privilege", "entry"])
    def test_a_list_costs_the_same_for_many_rows_as_for_few(
        self, client, alice, bob, give, page, django_assert_num_queries
    ):
        address = reverse(f"admin:points_{page}_changelist")
        client.get(address)
        for member in (alice, bob):
            for name in ("answer_upvoted", "answer_accepted", "first_post"):
                give(member, name)
        with django_assert_num_queries(QUERIES[page]):
            response = client.get(address)

        assert response.status_code == 200

    def test_the_ledger_is_read_and_searched_but_not_written(self, client, alice, give):
        entry = give(alice, key="vote:5:6")
        listing = reverse("admin:points_entry_changelist")

        for sought in ("vote:5:6", "ALICE"):
            assert str(entry.pk) in client.get(listing, {"q": sought}).content.decode()
        assert client.get(reverse("admin:points_entry_add")).status_code == 403
        assert client.post(reverse("admin:points_entry_delete", args=[entry.pk])).status_code == 403
        client.post(reverse("admin:points_entry_change", args=[entry.pk]), {"granted": 1000})
        assert Entry.objects.get(pk=entry.pk).granted == 10


QUERIES = {"ruleset": 4, "rule": 6, "privilege": 4, "entry": 6}
