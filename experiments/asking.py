"""One unit that asks for flags, in one request or task: each answer is given once and stays for its length."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from django.http import HttpRequest

from events import consent
from experiments import asked, attributes, exposing, qa, snapshot, sticking
from experiments.bodies import OVERRIDES
from experiments.evaluation import Context
from experiments.exposing import Exposure
from experiments.results import Evaluation

logger = logging.getLogger(__name__)
OWN = ("id", "member")  # attributes that are the unit's own number


class Asker:
    """`settle` is called when all is asked: it writes what the unit was exposed to, and what is to stick."""

    __slots__ = (
        *("_above", "_answers", "_attributes", "_context", "_exposed", "_exposures", "_kept", "_snapshot"),
        "differs",
    )

    def __init__(self, known: Mapping[str, Any]) -> None:
        self._snapshot = snapshot.current()
        self._attributes = known
        self._context = Context(self._snapshot.program, known)
        self._kept = sticking.Kept(known) if self._snapshot.sticky else None
        self._context.documents = self._kept
        self._answers: dict[str, Evaluation] = {}
        self._above: dict[str, tuple[Evaluation, ...]] = {}  # what a flag was told by those that it depends on
        self._exposed: set[str] = set()
        self._exposures: list[tuple[Exposure, int]] = []
        self.differs = False  # whether a flag was asked for whose value depends on who asks

    def answer(self, key: str) -> Evaluation:
        found = self._answers.get(key)
        if found is None:
            flag = self._snapshot.program.flags.get(key)
            found = self._answers[key] = self._forced(key) or self._context.flag(key)
            if flag is not None:
                if flag.depends:
                    self._above[key], self._context.above = self._context.above, ()
                self.differs |= not flag.is_constant
                asked.names.add(key)
        return found

    def expose(self, key: str, answer: Evaluation) -> None:
        """At the point of use; once a request. To what the flags that it depends on have drawn too: the value follows
        from it."""
        if key in self._exposed:
            return
        self._exposed.add(key)
        if answer.rule in OVERRIDES:
            return
        told = (answer, *self._above.get(key, ()))
        found = [*(one for each in told for one in self._own(each)), *self._of_holdouts(key)]
        if found and not self._is_silent(key):
            now = exposing.now_us()
            self._exposures.extend((exposure, now) for exposure in found)

    def settle(self) -> None:
        """Nothing of it is a fault of the page: what could not be written is told in the log."""
        try:
            if self._kept is not None and self._context.documents is not self._kept:
                sticking.write(self._kept, self._context.documents or {})
        except Exception:
            logger.exception("what should stick does not")
        try:
            if self._exposures:
                exposing.send(self._exposures, path=self._attributes.get("path") or "")
        except Exception:
            logger.exception("exposures are lost")
        self._exposures = []

    def _own(self, answer: Evaluation) -> list[Exposure]:
        drawn = answer.exposure
        phase = self._snapshot.phases.get(drawn.experiment) if drawn else None
        unit = self._number(drawn.attribute, drawn.unit) if drawn else None
        return [Exposure(unit, phase, drawn.variation)] if drawn and unit and phase else []

    def _of_holdouts(self, key: str) -> list[Exposure]:
        """A holdout covers what experiments a flag has, whether they would ask this unit or not: both of its arms are
        exposed alike."""
        found = []
        experiments = frozenset(self._experiments(key))
        for holdout in self._snapshot.holdouts if experiments else ():
            text = self._attributes.get(holdout.attribute) or ""
            arm = holdout.arm(text) if holdout.covers(experiments) else None
            unit = self._number(holdout.attribute, text)
            if arm is not None and unit:
                found.append(Exposure(unit, holdout.phase, arm))
        return found

    def _experiments(self, key: str) -> Iterator[str]:
        """Of a flag and of all that it depends on, near and far."""
        seen, waiting = {key}, [key]
        while waiting:
            flag = self._snapshot.program.flags.get(waiting.pop())
            if flag is not None:
                yield from flag.experiments
                parents = {parent.flag for rule in flag.rules for parent in rule.parents} if flag.depends else set()
                waiting.extend(parents - seen)
                seen |= parents

    def _number(self, attribute: str, text: str) -> int | None:
        """The unit as events have it."""
        if attribute == "visitor":
            return -int(text) if text else None
        own = text if attribute in OWN else self._attributes.get("id")
        return int(own) if own else None

    def _is_silent(self, key: str) -> bool:  # noqa: ARG002
        return False

    def _forced(self, key: str) -> Evaluation | None:
        return None


class RequestAsker(Asker):
    """A request's. Staff may ask for a variation by the address (`?composer-2=1`): it is forced, so not exposed."""

    __slots__ = ("_chosen", "_qa", "_request")

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        super().__init__(attributes.of_request(request))
        chooses = request.GET and getattr(getattr(request, "user", None), "is_staff", False)
        self._chosen = self._snapshot.phases.keys() & request.GET if chooses else ()
        if self._chosen:
            self._context.choose_by(request.get_full_path())
        chosen = qa.forced(request)
        self._qa = qa.values(chosen) if chosen else {}

    def _is_silent(self, key: str) -> bool:
        if self._qa or consent.refusal(self._request):
            return True
        return bool(self._chosen) and any(experiment in self._chosen for experiment in self._experiments(key))

    def _forced(self, key: str) -> Evaluation | None:
        return Evaluation(self._qa[key], "force", "qa") if key in self._qa else None


def of_request(request: Any) -> Asker:
    request = getattr(request, "_request", request)  # REST framework's wraps Django's
    found: Asker | None = getattr(request, "asker", None)
    if found is None:
        found = request.asker = RequestAsker(request)
    return found


def of_member(member_id: int) -> Asker:
    return Asker(attributes.of_member(member_id))
