from datetime import timedelta

import pytest

from community.webhooks import retrying


def test_ten_attempts_are_spread_over_three_days():
    pauses = [retrying.pause(tries) for tries in range(1, 12)]
    assert pauses[9:] == [None, None]
    assert timedelta(seconds=4.5) <= pauses[0] <= timedelta(seconds=5.5)
    assert timedelta(days=2.7) < sum(pauses[:9], timedelta()) < timedelta(days=3.5)


@pytest.mark.parametrize(("failures", "seconds"), [(1, 2), (2, 4), (5, 32), (9, 300), (10_000, 300)])
def test_an_endpoint_rests_longer_with_each_failure_up_to_five_minutes(failures, seconds):
    assert retrying.rest(failures) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("60", 60),
        ("0", 2),
        ("9" * 5000, 3600),
        ("999999999999999999", 3600),
        ("-5", 2),
        ("Fri, 21 Nov 2026 07:28:00 GMT", 2),
        ("1e9", 2),
    ],
)
def test_the_receivers_wish_is_heeded_up_to_an_hour(header, seconds):
    assert retrying.rest(1, header) == timedelta(seconds=seconds)
