"""Names for the people whom one can sign in as in the demo: they take the place of some who have been active."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from .actions import Action, Commented, Followed, Joined, Posted, TopicStarted, Visited
from .people import Person
from .plan import Plan

MEMBERS = {"alice": "Alice", "bob": "Bob"}  # username: display name
MODERATOR = "mod"
SEEN = timedelta(days=2)  # those who have been here since then are still around
WEIGHTS = {TopicStarted: 2, Posted: 1, Commented: 1}  # somebody who asks, answers and comments


def with_logins(plan: Plan) -> Plan:
    """The same plan, in which `alice` and `bob` are active members who write English, and `mod` is a moderator.

    Their pages follow the language and the time zone of the browser. Raises ValueError where too few people fit.
    """
    people = {action.username: action.person for action in plan.actions if isinstance(action, Joined)}
    names = _moderator(people) | _members(plan, people)
    return replace(plan, actions=tuple(_renamed(action, names) for action in plan.actions))


def _moderator(people: Mapping[str, Person]) -> dict[str, str]:
    moderators = [name for name, person in people.items() if person.moderator]
    return {min(moderators, key=lambda name: people[name].reads[0] != "en"): MODERATOR}


def _members(plan: Plan, people: Mapping[str, Person]) -> dict[str, str]:
    written: Counter[str] = Counter()
    for action in plan.actions:
        written[action.username] += WEIGHTS.get(type(action), 0)
    around = {action.username for action in plan.actions if isinstance(action, Visited) and action.at > plan.end - SEEN}
    fit = [name for name, _ in written.most_common() if name in around and _may_stand_for_us(people[name])]
    behind = fit[1:]  # whoever leads the boards has nobody to catch up with
    if len(behind) < len(MEMBERS):
        raise ValueError("too few active members to sign in as")
    return dict(zip(behind, MEMBERS, strict=False))


def _may_stand_for_us(person: Person) -> bool:
    return person.reads[0] == "en" and not person.moderator


def _renamed(action: Action, names: Mapping[str, str]) -> Action:
    if isinstance(action, Followed) and action.kind == "member":
        action = replace(action, target=names.get(action.target, action.target))
    if action.username not in names:
        return action
    action = replace(action, username=names[action.username])
    return replace(action, person=_as_login(action.person, action.username)) if isinstance(action, Joined) else action


def _as_login(person: Person, username: str) -> Person:
    display = MEMBERS.get(username, person.display_name)
    return replace(person, username=username, display_name=display, language="", time_zone="")
