"""Flags in the admin: typed, checked beside the field, saved by the verbs with who and why, taken back in one."""

import json

import pytest
from django.contrib import admin as admin_site
from django.contrib.auth.models import Permission
from django.urls import reverse
from waffle.models import Sample, Switch

from experiments.flags import changing
from experiments.models import Environment, Experiment, Flag, Publication

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(admin, client_of):
    return client_of(admin)


def page(name: str, *args: object) -> str:
    return reverse(f"admin:experiments_flag_{name}", args=args)


def typed(flag: Flag | None = None, rules: list[dict] | None = None, **fields: object) -> dict:
    """What a browser sends."""
    here = Environment.objects.get(key="production").pk
    data = {"environments": [here], "why": "Because.", "off_value": "false", "on_value": "true", "everyone": "unknown"}
    if flag is None:
        data |= {"kind": "boolean"}
    else:
        data["seen"] = Flag.objects.get(pk=flag.pk).modified.isoformat()
    rows = rules or []
    data |= {"rules-TOTAL_FORMS": len(rows), "rules-INITIAL_FORMS": sum("id" in one for one in rows)}
    for index, one in enumerate(rows):
        given = {"enabled": "on", "coverage": "100", "hash_attribute": "id", "position": index} | one
        data |= {f"rules-{index}-{name}": value for name, value in given.items()}
    return data | fields


def errors(response) -> dict:
    context = response.context
    found = {name: list(told) for name, told in context["adminform"].form.errors.items()}
    for index, form in enumerate(context["inline_admin_formsets"][0].formset.forms):
        found |= {f"rules-{index}-{name}": list(told) for name, told in form.errors.items()}
    return found


def test_a_flag_is_made_with_its_rules_and_why(desk, admin):
    rules = [
        {"value": "guided", "condition": '{"country": "DE"}', "coverage": "12.5", "description": "Germans"},
        {"value": "rich", "prerequisites": "", "position": ""},
    ]
    response = desk.post(page("add"), typed(name="composer", kind="string", off_value="a", on_value="", rules=rules))
    assert response.status_code == 302, errors(response)
    flag = Flag.objects.get(name="composer")
    assert (flag.off_value, flag.on_value, flag.lifecycle, flag.superusers) == ("a", "", "live", False)
    assert list(flag.rules.values_list("position", "value", "coverage", "condition")) == [
        (0, "guided", 1250, {"country": "DE"}),
        (1, "rich", 10_000, {}),
    ]
    made = flag.changes.get()
    assert (made.by, made.why, made.act) == (admin, "Because.", "created")
    assert Publication.objects.get(flag="composer").body["defaultValue"] == "a"


def test_a_float_stays_one(desk):
    fields = {"kind": "number", "off_value": "1.0", "on_value": "2", "name": "limit"}
    assert desk.post(page("add"), typed(**fields)).status_code == 302
    assert repr(Flag.objects.get().off_value) == "1.0"


@pytest.mark.parametrize(
    ("fields", "rule", "beside"),
    [
        ({"name": "a/b"}, {}, "name"),
        ({"off_value": "maybe"}, {}, "off_value"),
        ({"kind": "number", "off_value": "1", "on_value": '"two"'}, {"value": "1"}, "on_value"),
        ({"schema": '{"type": "nothing"}'}, {}, "schema"),
        ({"schema": "{"}, {}, "schema"),
        ({"why": ""}, {}, "why"),
        ({"percent": "120"}, {}, "percent"),
        ({}, {"value": "7"}, "rules-0-value"),
        ({}, {"value": ""}, "rules-0-value"),
        ({}, {"condition": '{"a": {"$nope": 1}}'}, "rules-0-condition"),
        ({}, {"condition": "{"}, "rules-0-condition"),
        ({}, {"condition": '{"a": NaN}'}, "rules-0-condition"),
        ({}, {"condition": '{"a": 1e999}'}, "rules-0-condition"),
        ({}, {"condition": '{"a": "\\ud800"}'}, "rules-0-condition"),
        ({}, {"condition": '{"a": "\\u0000"}'}, "rules-0-condition"),
        ({}, {"condition": '{"$not":' * 9000 + "{}" + "}" * 9000}, "rules-0-condition"),
        ({}, {"prerequisites": "[" * 9000 + "]" * 9000}, "rules-0-prerequisites"),
        ({"schema": '{"not":' * 9000 + "{}" + "}" * 9000}, {}, "schema"),
        ({"schema": '{"not":' * 150 + "{}" + "}" * 150}, {}, "schema"),
        ({"kind": "json", "off_value": "[" * 9000 + "]" * 9000, "on_value": "{}"}, {"value": "{}"}, "off_value"),
        ({}, {"coverage": "101"}, "rules-0-coverage"),
        ({}, {"segments": "moon"}, "rules-0-segments"),
        ({}, {"environments": "moon"}, "rules-0-environments"),
        ({}, {"prerequisites": '[{"flag": 1}]'}, "rules-0-prerequisites"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(desk, fields, rule, beside):
    response = desk.post(page("add"), typed(rules=[{"value": "true"} | rule], **{"name": "composer"} | fields))
    assert response.status_code == 200
    assert list(errors(response)) == [beside]
    assert not Flag.objects.exists()


def test_a_circle_is_told_of_the_rules(desk):
    rule = {"value": "true", "prerequisites": '[{"flag": "composer", "condition": {"value": true}}]'}
    response = desk.post(page("add"), typed(name="composer", rules=[rule]))
    assert "composer → composer" in str(response.context["inline_admin_formsets"][0].formset.non_form_errors())


@pytest.fixture
def flag():
    rules = [{"value": True, "description": "one"}, {"value": False, "description": "two"}]
    return changing.create("composer", by=None, rules=rules, note="Old")


def existing(flag: Flag) -> list[dict]:
    return [
        {"id": one.pk, "flag": flag.pk, "value": json.dumps(one.value), "description": one.description}
        for one in flag.rules.order_by("position")
    ]


def test_a_change_says_only_what_changed(desk, flag, admin):
    response = desk.post(page("change", flag.pk), typed(flag, existing(flag), note="New"))
    assert response.status_code == 302, errors(response)
    made = flag.changes.first()
    differ = {name for name in made.after if made.after[name] != made.before[name]}
    assert (differ, made.by, made.why) == ({"note"}, admin, "Because.")


def test_rules_are_ordered_and_deleted(desk, flag):
    first, second = existing(flag)
    rows = [first | {"position": 5}, second | {"position": 1}, {"value": "true", "description": "three", "position": 3}]
    assert desk.post(page("change", flag.pk), typed(flag, rows)).status_code == 302
    assert list(flag.rules.values_list("description", flat=True)) == ["two", "three", "one"]
    rows = existing(flag)
    rows[0]["DELETE"] = "on"
    assert desk.post(page("change", flag.pk), typed(flag, rows)).status_code == 302
    assert list(flag.rules.values_list("description", flat=True)) == ["three", "one"]


def test_the_rule_of_an_experiment_stays_what_it_is(desk, flag):
    experiment = Experiment.objects.create(key="e", name="E", flag=flag)
    changing.change(flag, by=None, rules=[{"experiment": experiment, "description": "E"}])
    row = {"id": flag.rules.get().pk, "flag": flag.pk, "description": "Renamed", "value": "true", "coverage": "5"}
    response = desk.post(page("change", flag.pk), typed(flag, [row]))
    assert response.status_code == 302, errors(response)
    rule = flag.rules.get()
    assert (rule.description, rule.experiment, rule.value, rule.coverage) == ("Renamed", experiment, None, 10_000)


def test_two_do_not_overwrite_each_other(desk, flag):
    sent = typed(flag, existing(flag), note="Mine")
    changing.change(flag, by=None, note="Theirs")
    response = desk.post(page("change", flag.pk), sent)
    assert "changed it meanwhile" in response.content.decode()
    assert Flag.objects.get().note == "Theirs"


@pytest.mark.parametrize(("name", "act"), [("kill", "killed"), ("archive", "archived")])
def test_an_act_asks_why_and_is_done(desk, flag, admin, name, act):
    assert desk.get(page(name, flag.pk)).status_code == 200
    assert "why" in desk.post(page(name, flag.pk), {"why": ""}).context["form"].errors
    assert desk.post(page(name, flag.pk), {"why": "Pages fail."}).status_code == 302
    made = flag.changes.first()
    assert (made.act, made.by, made.why) == (act, admin, "Pages fail.")


def test_a_flag_is_solidified_in_one_click_and_taken_back(desk, flag):
    assert desk.post(page("solidify", flag.pk), {"value": "true", "why": "It won."}).status_code == 302
    flag.refresh_from_db()
    assert (flag.off_value, flag.lifecycle, flag.rules.count()) == (True, "completed", 0)
    history = desk.get(page("changes", flag.pk)).content.decode()
    newest = flag.changes.first()
    assert page("take_back", newest.pk) in history
    assert "It won." in history
    assert "was:" in desk.get(page("take_back", newest.pk)).content.decode()
    assert desk.post(page("take_back", newest.pk), {"why": "It did not."}).status_code == 302
    flag.refresh_from_db()
    assert (flag.off_value, flag.lifecycle, flag.rules.count()) == (False, "live", 2)


def test_what_cannot_be_done_says_so(desk, flag):
    Experiment.objects.create(key="e", name="E", flag=flag, status="running", started_at="2026-01-01T00:00Z")
    response = desk.post(page("archive", flag.pk), {"why": "Done."})
    assert "An experiment runs on it" in response.content.decode()


def test_the_preview_tells_what_a_unit_gets_and_why(desk):
    changing.create("parent", by=None, rules=[{"value": True, "condition": {"country": "DE"}}])
    needs = [{"flag": "parent", "condition": {"value": True}}]
    flag = changing.create(
        "composer", kind="string", off_value="a", by=None, rules=[{"value": "b", "prerequisites": needs}]
    )
    asked = {"environment": "production", "attributes": '{"id": "7", "country": "DE"}'}
    found = desk.get(page("preview", flag.pk), asked).context["found"]
    assert (found.value, found.rule) == ("b", "Rule 1")
    found = desk.get(page("preview", flag.pk), asked | {"attributes": "{}"}).context["found"]
    assert (found.value, found.rule) == ("a", "")
    for wrong in ("[", "[1]", '{"id": "\\ud800"}', "[" * 9000 + "]" * 9000, '{"id": NaN}'):
        form = desk.get(page("preview", flag.pk), asked | {"attributes": wrong}).context["form"]
        assert "attributes" in form.errors


def test_the_list_marks_stale_flags_and_finds_them(desk, flag):
    changing.create("old", by=None, expires_on="2020-01-01")
    assert "expired" in desk.get(page("changelist")).content.decode()
    names = [one.name for one in desk.get(page("changelist"), {"stale": "any"}).context["cl"].queryset]
    assert names == ["old"]


def test_the_lists_actions_are_kept_in_the_history(desk, flag, admin):
    desk.post(page("changelist"), {"action": "disable_for_all", "_selected_action": [flag.pk]})
    made = flag.changes.first()
    assert (made.by, made.after["everyone"]) == (admin, False)


def test_who_may_only_look_changes_nothing(member_named, client_of, flag):
    reader = member_named("dora", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_flag", content_type__app_label="experiments"))
    desk = client_of(reader)
    for seen in ("change", "changes", "preview"):
        assert desk.get(page(seen, flag.pk)).status_code == 200
    changing.change(flag, by=None, note="x")
    refused = [page(name, flag.pk) for name in ("kill", "solidify", "archive", "revive")]
    for address in [*refused, page("take_back", flag.changes.first().pk)]:
        assert desk.post(address, {"why": "Mine."}).status_code == 403
    assert desk.post(page("change", flag.pk), typed(flag, existing(flag))).status_code == 403
    assert "Take back" not in desk.get(page("changes", flag.pk)).content.decode()


def test_to_solidify_takes_the_permission_to_decide_besides(member_named, client_of, flag):
    editor = member_named("dora", is_staff=True)
    mine = Permission.objects.filter(content_type__app_label="experiments", codename__in=["view_flag", "change_flag"])
    editor.user_permissions.set(mine)
    sent = {"value": "true", "why": "It won."}
    assert client_of(editor).post(page("solidify", flag.pk), sent).status_code == 403
    editor.user_permissions.add(
        Permission.objects.get(codename="decide_experiment", content_type__app_label="experiments")
    )
    assert client_of(editor).post(page("solidify", flag.pk), sent).status_code == 302


def test_what_is_random_at_each_look_is_no_more_in_the_admin():
    assert Sample not in admin_site.site._registry
    assert Switch in admin_site.site._registry


def test_a_new_environment_has_its_edition_and_keeps_its_key(desk):
    assert desk.post(reverse("admin:experiments_environment_add"), {"key": "staging", "name": "S"}).status_code == 302
    made = Environment.objects.get(key="staging")
    assert made.edition is not None
    desk.post(reverse("admin:experiments_environment_change", args=[made.pk]), {"key": "other", "name": "T"})
    made.refresh_from_db()
    assert (made.key, made.name) == ("staging", "T")
