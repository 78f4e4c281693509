"""The forum's own experiments: drafted once, asked where they show, and what each variation shows."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from community.forum import ranking, trials
from community.forum.models import Topic
from community.forum.ranking import STANDARD, Weights
from events.collecting import buffering
from events.models import Event
from experiments import snapshot
from experiments.flags import changing
from experiments.models import Experiment, Flag
from experiments.running import changing as experiment_changing
from experiments.running import starting
from tests import builders

pytestmark = pytest.mark.django_db
WAITS = "No answer yet."


@pytest.fixture
def drafted(alice):
    return {experiment.flag.name: experiment for experiment in trials.draft(by=alice)}


@pytest.fixture
def shows():
    """Let a flag have a value for everybody."""

    def show(name, value):
        changing.change(Flag.objects.get(name=name), by=None, why="a test", off_value=value)
        snapshot.refresh()

    return show


def test_all_four_are_drafted_once_with_flags_that_change_nothing(drafted, alice):
    assert {e.key: e.status for e in drafted.values()} == dict.fromkeys(
        ("feed-waiting-questions", "similar-questions", "answer-prompt-copy", "newcomer-welcome-1"), "draft"
    )
    assert {flag.name: flag.off_value for flag in Flag.objects.all()} == {
        "feed-ranking": {},
        "similar-while-asking": 5,
        "answer-prompt": "part",
        "newcomer-welcome": "none",
    }
    Experiment.objects.filter(key="answer-prompt-copy").update(name="Ours")
    assert trials.draft(by=alice) == []
    assert Experiment.objects.get(key="answer-prompt-copy").name == "Ours"


def test_the_command_says_what_it_drafted(capsys):
    call_command("draft_experiments")
    assert "newcomer-welcome-1: " in capsys.readouterr().out
    call_command("draft_experiments")
    assert capsys.readouterr().out == "all are there\n"


def test_each_can_be_started_as_it_is_with_a_size(drafted):
    for experiment in drafted.values():
        experiment_changing.change(experiment, by=None, planned_units=1000)
        starting.start(experiment, by=None)
    assert set(Experiment.objects.values_list("status", flat=True)) == {"running"}


def test_a_newcomer_in_the_welcome_is_exposed_where_it_shows_and_others_are_not(drafted, alice, bob, client_of):
    experiment_changing.change(drafted["newcomer-welcome"], by=None, planned_units=1000)
    starting.start(drafted["newcomer-welcome"], by=None)
    snapshot.refresh()
    bob.date_joined = timezone.now() - timedelta(days=8)
    bob.save()
    browser = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
    welcomed = "Welcome, alice" in client_of(alice).get("/", headers=browser).text
    assert "Welcome, bob" not in client_of(bob).get("/", headers=browser).text
    buffering.flush()
    seen = list(Event.objects.filter(name="exposed").values_list("unit", "value"))
    assert seen == [(alice.pk, float(welcomed))]


@pytest.mark.parametrize(("value", "said"), [("write", "Ask your first question"), ("read", "Follow the tags")])
def test_the_welcome_is_shown_to_those_who_have_done_little(drafted, shows, alice, client_of, value, said):
    browser = client_of(alice)
    assert said not in browser.get("/").text
    shows("newcomer-welcome", value)
    assert said in browser.get("/").text
    assert said not in browser.get("/new/").text
    builders.give_points(alice, 50)
    assert said not in browser.get("/").text


@pytest.mark.parametrize(
    ("value", "said"), [("part", "that is a start"), ("first", "would be the first"), ("told", "is told as soon as")]
)
def test_the_prompt_below_a_question_without_an_answer(drafted, shows, alice, bob, client_of, value, said):
    asked = builders.question(alice)
    shows("answer-prompt", value)
    assert said in client_of(bob).get(asked.get_absolute_url()).text


def test_as_many_similar_questions_are_shown_as_the_flag_says(drafted, shows, alice, client_of):
    for number in range(4):
        builders.question(alice, title=f"How are qubits entangled, part {number}?")
    browser = client_of(alice)

    def shown() -> int:
        return browser.get(reverse("forum:similar"), {"title": "qubits entangled"}).text.count("<li>")

    assert ("hx-trigger" in browser.get("/ask/").text, shown()) == (True, 4)
    shows("similar-while-asking", 3)
    assert shown() == 3
    shows("similar-while-asking", 0)
    assert ('hx-trigger="input changed' in browser.get("/ask/").text, shown()) == (False, 0)


def test_a_question_that_waits_stands_higher_where_the_flag_says_so(drafted, shows, alice, bob, client_of):
    waits, answered = builders.question(alice, title="Nobody knows this"), builders.question(alice, title="Known")
    builders.answer(answered, bob)
    browser = client_of(alice)

    def order() -> bool:
        page = browser.get("/").text
        return page.index("Nobody knows this") < page.index(">Known<")

    assert not order()
    shows("feed-ranking", {"waiting": 3})
    assert order()
    assert Topic.objects.get(pk=waits.pk).hot < Topic.objects.get(pk=answered.pk).hot


def test_the_standard_weights_are_the_stored_order():
    now = timezone.now()
    assert ranking.hot(5, 2, now, waits=True) == ranking.hot(5, 2, now)
    assert ranking.hot(5, 0, now, waits=True, weights=Weights(waiting=1)) == ranking.hot(5, 0, now) + 1


@pytest.mark.parametrize("given", [None, "x", 3, [], {"hours": 0}, {"hours": "22"}, {"other": 1}, {"hours": True}])
def test_weights_that_are_none_are_the_standard(given):
    assert Weights.read(given) == STANDARD
