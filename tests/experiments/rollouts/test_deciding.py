"""When a rollout goes on, is held or is rolled back."""

import pytest

from experiments.rollouts.deciding import Seen, decide

SOUND = {"units": (500, 500), "hours": 25.0, "measured": 24.5, "was_asked": True}


def decided(*, is_last=False, is_held=False, **seen):
    found = decide(Seen(**{**SOUND, **seen}), step_hours=24, is_last=is_last, is_held=is_held)
    return found.act, found.code


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ({}, ("advance", "not_harmed")),
        ({"hours": 23.9}, ("wait", "time")),
        ({"measured": 23.9}, ("hold", "not_measured")),
        ({"measured": None}, ("hold", "not_measured")),
        ({"was_asked": False}, ("hold", "no_traffic")),
        ({"units": (3, 2)}, ("advance", "too_few_yet")),
        ({"units": (3, 2), "is_last": True}, ("hold", "too_few")),
        ({"is_last": True}, ("advance", "not_harmed")),
        ({"unjudged": [7]}, ("advance", "not_harmed")),
        ({"unjudged": [7], "is_last": True}, ("hold", "unjudged")),
        ({"mismatched": True}, ("hold", "mismatch")),
        ({"mismatched": True, "hours": 0.1}, ("hold", "mismatch")),
        ({"harmed": [7], "hours": 0.1, "mismatched": True}, ("roll_back", "harmed")),
        ({"is_held": True}, ("wait", "held")),
        ({"is_held": True, "harmed": [7]}, ("roll_back", "harmed")),
    ],
)
def test_a_look_decides(seen, expected):
    assert decided(**seen) == expected


@pytest.mark.parametrize("missing", [{"was_asked": False}, {"measured": None}])
def test_a_short_step_waits_a_day_for_traffic_and_for_results(missing):
    def at(hours):
        return decide(Seen(**{**SOUND, "hours": hours, **missing}), step_hours=2, is_last=False).act

    assert [at(hours) for hours in (2.0, 23.9, 24.0)] == ["wait", "wait", "hold"]
