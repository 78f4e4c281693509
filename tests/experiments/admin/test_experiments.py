import pytest
from django.contrib.auth.models import Permission

from experiments.models import Experiment, ExposureDay, Report
from experiments.running import starting, stopping
from tests.experiments import builders

pytestmark = pytest.mark.django_db
LIST = "/admin/experiments/experiment/"


@pytest.fixture
def at_desk(admin, client_of):
    return client_of(admin)


@pytest.fixture
def staff_with(member_named, client_of):
    """A client of somebody on the staff with these permissions."""

    def make(*codes: str):
        member = member_named("staffer", is_staff=True)
        member.user_permissions.set(Permission.objects.filter(codename__in=codes))
        return client_of(member)

    return make


def filled(experiment=None, **given):
    """What a browser sends of the form."""
    metric = given.pop("metric", None) or builders.new_metric(window_hours=24)
    arms = given.pop("arms", (("control", "Control", "false"), ("treatment", "Treatment", "true")))
    sent = {
        **{"name": "Guide", "key": "guide", "kind": "ab", "hypothesis": "If …", "flag": "guide", "tags": "a, b"},
        **{"hash_attribute": "id", "condition": '{"country": "CN"}', "alpha": "0.05", "power": "0.8"},
        **{"planned_units": "2000", "min_days": "7", "auto_stop": "on", "effect": "0.05"},
        **{"variations-TOTAL_FORMS": "3", "variations-INITIAL_FORMS": "0"},
        **{"metrics-TOTAL_FORMS": "2", "metrics-INITIAL_FORMS": "0"},
        **{"metrics-0-version": str(metric.pk), "metrics-0-role": "primary", "variations-2-weight": "1"},
        "act": "save",
    }
    for n, (key, name, value) in enumerate(arms):
        sent |= {f"variations-{n}-{field}": text for field, text in (("key", key), ("name", name), ("value", value))}
        sent[f"variations-{n}-weight"] = "1"
    return {**sent, **given}


def test_the_list_tells_the_state_the_verdict_and_how_many_came(at_desk, admin):
    experiment = builders.running("guide", by=admin)
    ExposureDay.objects.create(
        phase=experiment.phases.get(), variation=0, day=builders.days_ago(0).date(), units=1234, flipped=4
    )
    Report.objects.create(experiment=experiment, as_of=experiment.started_at, verdict="review", body={})

    page = at_desk.get(LIST).content.decode()

    assert "Guide" in page
    assert "1,230" in page
    assert "of 1,000" in page
    assert "verdict review" in page


@pytest.mark.slow
def test_the_list_costs_the_same_for_one_and_for_twenty(at_desk, admin, django_assert_max_num_queries):
    for _ in range(20):
        builders.new_experiment(by=admin)
    at_desk.get(LIST)

    with django_assert_max_num_queries(8):
        at_desk.get(LIST)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("q=newcomers", {"guide"}),
        ("q=onboarding", {"guide"}),
        ("q=newcomer+-guide", set()),
        ("q=nowhere", set()),
        ("status=draft", {"guide", "words"}),
        ("status=running", {"vote"}),
        ("verdict=ship", {"vote"}),
        ("kind=aa", {"words"}),
        ("mine=on", {"words"}),
        ("status=nonsense&kind=&before=x", {"guide", "words", "vote"}),
        ("before=1", set()),
    ],
)
def test_the_list_is_sifted(at_desk, admin, asked, found):
    builders.new_experiment("guide", hypothesis="Guides keep newcomers", tags=["onboarding"])
    builders.new_experiment("words", kind="aa", by=admin)
    Report.objects.create(
        experiment=builders.running("vote"), as_of=builders.days_ago(0), verdict="ship", body={"schema": 1}
    )

    page = at_desk.get(f"{LIST}?{asked}")

    assert {row.key for row in page.context["page"].rows} == found


def test_a_new_experiment_is_made_by_the_form(at_desk, admin):
    builders.new_flag("guide")

    response = at_desk.post(f"{LIST}add/", filled())

    experiment = Experiment.objects.get(key="guide")
    assert response.url.endswith(f"/{experiment.pk}/change/")
    assert (experiment.owner, experiment.tags, experiment.condition) == (admin, ["a", "b"], {"country": "CN"})
    assert list(experiment.variations.values_list("key", "value")) == [("control", False), ("treatment", True)]
    assert experiment.metrics.get().role == "primary"


def test_a_key_comes_out_of_the_name(at_desk):
    builders.new_flag("guide")

    at_desk.post(f"{LIST}add/", filled(key="", name="Bigger vote arrows"))

    assert Experiment.objects.get().key == "bigger-vote-arrows"


def test_of_a_text_flag_the_value_is_the_text(at_desk):
    builders.new_flag("guide", kind="string", off_value="a", on_value="a")

    at_desk.post(f"{LIST}add/", filled(arms=(("control", "C", "Ask"), ("warm", "W", '"Get help"'))))

    values = Experiment.objects.get().variations.values_list("value", flat=True)
    assert list(values) == ["Ask", '"Get help"']


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"flag": "nowhere"}, "There is no flag"),
        ({"condition": "{"}, "Enter a valid JSON"),
        ({"condition": '{"country": {"$near": 1}}'}, "no such operator"),
        ({"variations-0-value": "yes"}, "is no value"),
        ({"variations-0-value": "NaN"}, "“NaN” is no value"),
        ({"variations-0-value": "[-Infinity]"}, "is no value"),
        ({"variations-0-value": "1e999"}, "control: This cannot be written as JSON."),
        ({"variations-0-value": '"\\u0000"'}, "control: The character 0 cannot be kept."),
        ({"variations-1-key": "control"}, "same key"),
        ({"metrics-0-margin": "3"}, "margin"),
        ({"alpha": "0.9"}, "experiment_alpha_is_one"),
        ({"variations-TOTAL_FORMS": "nonsense"}, "ManagementForm"),
    ],
)
def test_what_does_not_fit_is_said_and_all_that_was_typed_stays(at_desk, wrong, told):
    builders.new_flag("guide")

    response = at_desk.post(f"{LIST}add/", filled(**wrong))

    page = response.content.decode()
    assert response.status_code == 200
    assert told in page
    assert "Guide" in page
    assert not Experiment.objects.exists()


def test_a_button_adds_a_row_and_saves_nothing(at_desk):
    response = at_desk.post(f"{LIST}add/", filled(act="more_variations"))

    assert len(response.context["editor"].variations.forms) == 4
    assert not Experiment.objects.exists()


def test_a_size_is_priced_from_what_is_typed_and_taken_over(at_desk):
    typed = {"mean": "1.4", "variance": "9", "daily": "800"}

    sized = at_desk.post(f"{LIST}size/", filled(**typed)).content.decode()
    taken = at_desk.post(f"{LIST}add/", filled(act="take_fixed", planned_units="", **typed))

    assert "57,666" in sized  # 2 × 2 × 9 (1.96 + 0.84)² / (0.05 × 1.4)²
    assert "110,424" in sized
    assert 'value="57666"' in taken.content.decode()


def test_a_size_is_that_of_the_smallest_arm(at_desk):
    typed = {"mean": "1.4", "variance": "9", "daily": "800", "variations-0-weight": "9", "variations-1-weight": "1"}

    sized = at_desk.post(f"{LIST}size/", filled(**typed)).content.decode()

    assert "160,183" in sized  # 10 / 9 × (1 + 9) × 9 (1.96 + 0.84)² / (0.05 × 1.4)²
    assert "16,019" in sized


def test_a_running_one_keeps_what_decides_it(at_desk):
    experiment = builders.running("guide")
    metric = experiment.metrics.get().version
    address = f"{LIST}{experiment.pk}/change/"
    assert at_desk.get(address).status_code == 200
    form = at_desk.get(f"{address}?edit").context["editor"].form
    assert "planned_units" not in form.fields

    at_desk.post(address, filled(name="Another name", planned_units="9", metric=metric))

    experiment.refresh_from_db()
    assert (experiment.name, experiment.planned_units) == ("Another name", 1000)


def test_each_act_is_confirmed_with_a_reason(at_desk, admin):
    experiment = builders.new_experiment("guide")
    address = f"{LIST}{experiment.pk}"

    def done(act: str, **sent: object) -> None:
        page = at_desk.get(f"{address}/{act}/")
        assert page.status_code == 200
        assert page.context["deed"].tells
        response = at_desk.post(f"{address}/{act}/", sent)
        assert response.status_code == 302, response.context["form"].errors

    done("start", coverage="10", why="Ready.")
    done("ramp", coverage="50", why="")
    done("restart", weights="1, 3", why="A bug.")
    done("ship", variation="1", why="It won.")
    Experiment.objects.update(measured_until=builders.days_ago(1))
    done("archive", learnings="Guides keep newcomers.")
    experiment.refresh_from_db()
    assert (experiment.status, experiment.winner, experiment.decided_by) == ("archived", 1, admin)
    assert [change.act for change in experiment.changes.order_by("pk")] == [
        *("created", "started", "ramped", "restarted", "shipped", "archived")
    ]
    done("iterate", name="Guide, shorter")
    assert Experiment.objects.get(parent=experiment).name == "Guide, shorter"


@pytest.mark.parametrize(("act", "given"), [("restart", {"weights": "1, 3"}), ("ramp", {"coverage": "50"})])
def test_the_longest_reason_is_kept_with_the_phase_it_began(at_desk, act, given):
    experiment = builders.running()
    at_desk.post(f"{LIST}{experiment.pk}/{act}/", {**given, "why": "x" * 500})
    assert experiment.phases.get(number=2).reason == "x" * 500


def test_without_a_reason_it_is_not_stopped(at_desk):
    experiment = builders.running("guide")

    response = at_desk.post(f"{LIST}{experiment.pk}/stop/", {"why": ""})

    assert response.status_code == 200
    experiment.refresh_from_db()
    assert experiment.status == "running"


def test_what_a_draft_lacks_is_said_where_it_is_started(at_desk):
    experiment = builders.new_experiment("guide", planned_units=None)

    page = at_desk.get(f"{LIST}{experiment.pk}/start/").content.decode()
    refused = at_desk.post(f"{LIST}{experiment.pk}/start/", {"coverage": "100"})

    assert "how many units it needs" in page
    assert refused.status_code == 200


def test_an_act_that_does_not_fit_the_state_is_not_offered(at_desk):
    experiment = stopping.stop(builders.running("guide"), by=None, why="Full.", decision="inconclusive")

    page = at_desk.get(f"{LIST}{experiment.pk}/change/")

    assert [act.key for act in page.context["acts"]] == ["archive", "iterate"]


def test_a_guarded_rollout_is_not_stopped_past_its_own_rules(at_desk):
    metrics = [{"version": builders.new_metric(), "role": "guardrail"}]
    rollout = builders.running("guide", kind="rollout", metrics=metrics)

    assert at_desk.get(f"{LIST}{rollout.pk}/change/").context["acts"] == []
    at_desk.post(f"{LIST}{rollout.pk}/stop/", {"why": "I want to."})

    rollout.refresh_from_db()
    assert rollout.status == "running"


def test_what_the_report_says_to_ship_is_chosen_already(at_desk):
    experiment = builders.running("guide")
    body = {"verdict": {"arm": 1}}
    Report.objects.create(experiment=experiment, as_of=experiment.started_at, verdict="ship", body=body)

    form = at_desk.get(f"{LIST}{experiment.pk}/ship/").context["form"]

    assert form["variation"].initial == 1


def test_to_decide_takes_its_permission(staff_with):
    experiment = builders.running("guide")
    client = staff_with("view_experiment", "change_experiment")

    assert client.get(f"{LIST}{experiment.pk}/change/").context["acts"] == []
    for act in ("start", "ramp", "restart", "stop", "ship", "decide"):
        assert client.post(f"{LIST}{experiment.pk}/{act}/", {"why": "I want to."}).status_code == 403


def test_who_may_not_look_sees_nothing(staff_with):
    experiment = builders.running("guide")
    client = staff_with()

    for address in ("", "new/", "add/", f"{experiment.pk}/change/", f"{experiment.pk}/iterate/"):
        assert client.get(f"{LIST}{address}").status_code == 403


def test_against_the_report_it_takes_a_reviewer(staff_with):
    experiment = builders.running("guide")
    Report.objects.create(experiment=experiment, as_of=experiment.started_at, verdict="collecting", body={})
    client = staff_with("view_experiment", "decide_experiment")

    response = client.post(f"{LIST}{experiment.pk}/ship/", {"variation": "1", "why": "I like it."})

    assert "reviewer" in response.content.decode()
    experiment.refresh_from_db()
    assert experiment.status == "running"


@pytest.mark.parametrize("point", ["ab", "copy", "newcomers", "guarded", "aa", "nonsense"])
def test_every_starting_point_fills_the_form(at_desk, point):
    page = at_desk.get(f"{LIST}add/?from={point}")

    assert page.status_code == 200
    assert len(page.context["editor"].variations.forms) >= 3


@pytest.mark.parametrize("address", ["99999999/change/", "nonsense/change/", f"{10**30}/change/", "add/?idea=x"])
def test_what_is_not_there_is_not_found(at_desk, address):
    assert at_desk.get(f"{LIST}{address}").status_code == 404


def test_a_flag_in_a_layer_is_started_with_a_share(at_desk):
    flag = builders.new_flag(layer=builders.new_layer())
    experiment = builders.new_experiment("guide", flag=flag)
    starting.start(builders.new_experiment(flag=flag), by=None, share=9_000)

    refused = at_desk.post(f"{LIST}{experiment.pk}/start/", {"coverage": "100", "share": "20"})
    at_desk.post(f"{LIST}{experiment.pk}/start/", {"coverage": "100", "share": "10"})

    assert "widest free range" in refused.content.decode()
    lease = experiment.leases.get()
    assert (lease.low, lease.high) == (9_000, 10_000)
