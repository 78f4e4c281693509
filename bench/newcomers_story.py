"""Two rounds of an experiment on newcomers, day by day, by the site's own verbs, pages, refreshes and guard.

The clock of the process is moved (time-machine), so that whatever is written is of the day on which it is done.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from django.test import Client
from django.utils import timezone

import experiments
from bench.newcomers_truth import ERRORS, NONE, READ, WRITE, Newcomer, newcomers, retained
from community.forum import trials
from community.members.models import Member
from events.collecting import buffering
from events.context import within
from events.lake import background as lake
from events.models import Event
from events.record import record_all
from experiments import snapshot
from experiments.loop import moving
from experiments.measuring import background
from experiments.models import Experiment, Idea, Insight, Metric, MetricVersion, Report
from experiments.report.groups import Groups
from experiments.report.slicing import slices
from experiments.running import archiving, changing, iterating, starting

DAY = timedelta(days=1)
MOST_DAYS = 60  # of a round, lest a story without an end goes on for ever
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
BACKEND = "django.contrib.auth.backends.ModelBackend"
PANEL, STEPS = 'class="panel welcome', '<ol class="short">'  # templates/jinja2/forum/_welcome.html
Tell = Callable[[str], object]


class Site:
    """The days go by: newcomers come, do what is theirs to do, and at midnight the site counts."""

    def __init__(self, clock: Any, *, daily: int, through_pages: int, chance: random.Random, tell: Tell) -> None:
        self.clock, self.daily, self.through_pages = clock, daily, through_pages
        self.own: list[int] = []  # experiments of this story
        self.is_alone = not Experiment.objects.measured().exists()
        self.chance, self.tell = chance, tell
        self.start = self.midnight = timezone.now()
        self.pending: list[Event] = []
        self.seen_in_pages = 0

    @property
    def day(self) -> int:
        return (self.midnight - self.start).days

    def pass_day(self) -> None:
        came = newcomers(self.daily, self.midnight, self.chance)
        for place, (newcomer, member) in enumerate(zip(came, self._joined(came), strict=True)):
            self.clock.move_to(newcomer.at)
            welcome = self._welcomed(newcomer, member, in_page=place < self.through_pages)
            self.pending += newcomer.acts(member.pk, welcome, self.chance)
        self.midnight += DAY
        self.clock.move_to(self.midnight)
        self._record()
        lake.seal()
        background.refresh(as_of=self.midnight, only=None if self.is_alone else self.own)
        snapshot.refresh()  # as each process does within a second of what the guard did

    def _joined(self, came: list[Newcomer]) -> list[Member]:
        number = self.day * self.daily
        made = [
            Member(username=f"newcomer-{number + place}", date_joined=one.at, language=one.language)
            for place, one in enumerate(came)
        ]
        for member in made:
            member.set_unusable_password()
        return Member.objects.bulk_create(made)

    def _welcomed(self, newcomer: Newcomer, member: Member, *, in_page: bool) -> str:
        if in_page:
            self._open(member)
        with within(newcomer.context):
            return str(experiments.for_member(member.pk, trials.WELCOME, NONE))

    def _open(self, member: Member) -> None:
        """What the page shows is what the member was drawn for."""
        client = Client()
        client.force_login(member, backend=BACKEND)
        page = client.get("/", headers={"User-Agent": BROWSER, "Accept-Language": "en"}).content.decode()
        shown = NONE if PANEL not in page else READ if STEPS in page else WRITE
        drawn = experiments.for_member(member.pk, trials.WELCOME, NONE, expose=False)
        if shown != drawn:
            raise AssertionError(f"{member} is shown {shown} and was drawn for {drawn}")
        self.seen_in_pages += 1

    def _record(self) -> None:
        """What has happened by now."""
        buffering.flush()
        record_all(one for one in self.pending if one.at < self.midnight)
        self.pending = [one for one in self.pending if one.at >= self.midnight]

    def begin(self, experiment: Experiment) -> Experiment:
        starting.start(experiment, by=None)
        snapshot.refresh()
        self.own.append(experiment.pk)
        return Experiment.objects.get(pk=experiment.pk)

    def run(self, experiment: Experiment, until: Callable[[Experiment], bool]) -> Experiment:
        for _ in range(MOST_DAYS):
            if until(experiment):
                return experiment
            self.pass_day()
            experiment = Experiment.objects.get(pk=experiment.pk)
            report = Report.objects.get(experiment=experiment)
            self.tell(f"day {self.day}: {experiment.key} {experiment.status}, {report.verdict}")
        raise AssertionError(f"{experiment.key} has not ended in {MOST_DAYS} days")


def play(
    *, daily: int, planned: int, seed: int, start: datetime, through_pages: int = 2, tell: Tell = print
) -> dict[str, Any]:
    """`daily` newcomers, of whom some open the feed in a page; each round is planned for so many units."""
    with time_machine.travel(start.astimezone(UTC), tick=False) as clock:
        site = Site(clock, daily=daily, through_pages=through_pages, chance=random.Random(seed), tell=tell)
        first = site.run(site.begin(first_round(planned)), _has_stopped)
        second = site.run(site.begin(second_round(first, planned)), _has_stopped)
        shipped = site.midnight
        second = site.run(second, lambda one: one.measured_until is None)  # until the last windows have closed
        last = _conclude(first, second)
        return {
            "seed": seed,
            "newcomers": site.daily * site.day,
            "in_pages": site.seen_in_pages,
            "rounds": [_round(first, WRITE), _round(second, READ)],
            "slices": {name: _sliced(second, name, shipped) for name in ("device", "language")},
            "afterwards": _afterwards(),
            "loop": _loop(last),
        }


def _has_stopped(experiment: Experiment) -> bool:
    return experiment.status != Experiment.Status.RUNNING


def first_round(planned: int) -> Experiment:
    """The draft that a site begins with, for an idea."""
    idea = moving.note(
        "Welcome newcomers", by=None, evidence="Of those who sign up, most are not there on day 3.", impact=4, effort=1
    )
    draft = next((one for one in trials.draft(by=None) if one.flag and one.flag.name == trials.WELCOME), None)
    draft = draft or Experiment.objects.get(key="newcomer-welcome-1")
    idea = moving.suppose(idea, hypothesis=draft.hypothesis)
    moving.change(idea, state=Idea.State.TESTED)
    return changing.change(draft, by=None, idea=idea, planned_units=planned, effect=0.09, auto_stop=True)


def second_round(first: Experiment, planned: int) -> Experiment:
    """The next one out of the first: other words, and shipped by itself if it wins."""
    insight = moving.learn(
        first, by=None, text="Asked to write at once, newcomers write what is refused. They have to read first."
    )
    idea = moving.note("Welcome newcomers with what to read", by=None, insight=insight, impact=4, effort=1)
    hypothesis = "If newcomers are shown what to follow and read, then more of them are there again on day 3."
    idea = moving.suppose(idea, hypothesis=hypothesis)
    draft = iterating.iterate(
        first, by=None, name="A welcome that shows what to read", idea=idea, hypothesis=hypothesis, auto_ship=True
    )
    arms = [{"key": NONE, "name": "None", "value": NONE}, {"key": READ, "name": "Read", "value": READ}]
    return changing.change(draft, by=None, variations=arms, planned_units=planned)


def _conclude(first: Experiment, second: Experiment) -> Insight:
    """What both have taught, and what comes next."""
    archiving.archive(first, by=None, learnings="Not to ask newcomers to write at once: they make more errors.")
    insight = moving.learn(second, by=None, text="Shown what to read, newcomers come back; most of all on phones.")
    moving.note("A welcome of their own for newcomers at a desk", by=None, insight=insight, impact=3, effort=2)
    return insight


def _round(experiment: Experiment, welcome: str) -> dict[str, Any]:
    experiment = Experiment.objects.get(pk=experiment.pk)
    body = Report.objects.get(experiment=experiment).body
    assert experiment.started_at
    assert experiment.stopped_at
    return {
        "key": experiment.key,
        "parent": experiment.parent and experiment.parent.key,
        "ran_days": (experiment.stopped_at - experiment.started_at).days,
        "decision": experiment.decision,
        "by": "the site" if experiment.decided_by is None else str(experiment.decided_by),
        "reason": experiment.decision_reason,
        "units": body["outlook"]["exposed"],
        "srm_p": round(body["health"]["srm"]["p"], 3),
        "estimates": _estimates(body, welcome),
    }


def _estimates(body: dict[str, Any], welcome: str) -> dict[str, Any]:
    """Beside what is true: of retention relative, of errors in percentage points."""
    keys = dict(Metric.objects.values_list("versions", "key"))
    truth = {f"seen-day-{day}": retained(welcome) for day in (2, 3, 7)}
    truth["error-rate"] = ERRORS[welcome] - ERRORS[NONE]
    found = {}
    for metric in body["metrics"]:
        key, (row,) = keys[metric["version"]], metric["arms"]
        if key in truth:
            scale = "absolute" if key == "error-rate" else "relative"
            low, high = row[f"{scale}_ci"]
            found[key] = {"truth": truth[key], "estimate": row[scale], "low": low, "high": high, "scale": scale}
            found[key]["inside"] = low <= truth[key] <= high
    return found


def _sliced(experiment: Experiment, dimension: str, as_of: datetime) -> dict[str, Any]:
    phase = experiment.phases.get()
    version = MetricVersion.objects.get(metric__key="seen-day-3", uses__experiment=experiment)
    found: Groups = slices(phase, version, dimension, as_of)
    best = found.most_gaining()
    rows = {
        str(one.group): {
            "units": found.units[one.group],
            "relative": one.effect.relative,
            "ci": one.effect.relative_ci,
            "p_adjusted": one.p_adjusted,
        }
        for one in found.contrasts
    }
    return {"most": best and best.group, "differ_p": found.differ[1].p, "groups": rows}


def _afterwards() -> dict[str, int]:
    """What some newcomers of the last day are given, who never were in it, and all who were in it still are."""
    given: dict[str, int] = {}
    for pk in (
        Member.objects.filter(username__startswith="newcomer-").order_by("-pk").values_list("pk", flat=True)[:200]
    ):
        value = experiments.for_member(pk, trials.WELCOME, NONE, expose=False)
        given[value] = given.get(value, 0) + 1
    return given


def _loop(insight: Insight) -> list[str]:
    """Backwards from the last insight to the first idea, and forwards to the next one."""
    told = [f"idea: {idea.title}" for idea in insight.ideas.all()]
    found: Insight | None = insight
    while found:
        idea = found.experiment.idea
        told += [f"insight: {found.text}", f"experiment: {found.experiment.key}", f"idea: {idea}"]
        found = idea.insight if idea else None
    return told[::-1]
