"""What decides among the tests of a family."""

import pytest

from experiments.report.families import deciding_sequence


def row(absolute, relative, adjusted=None):
    def told(p):
        return None if p is None else {"ci": [0.0, 1.0], "p": p, "p_adjusted": adjusted}

    return {"sequential": {"absolute": told(absolute), "relative": told(relative)}}


@pytest.mark.parametrize(
    ("given", "arms", "p"),
    [
        (row(0.04, 0.03), 1, 0.04),
        (row(0.04, 0.06), 1, 0.06),  # shown as an interval with 0 in it: it waits
        (row(0.01, 0.02, adjusted=0.03), 2, 0.03),
        (row(0.01, 0.02), 2, None),
        (row(0.04, None), 1, 0.04),  # of a control whose mean is 0
        (row(None, None), 1, None),
        ({"sequential": None}, 1, None),
    ],
)
def test_a_sequence_decides_when_both_scales_leave_0_out(given, arms, p):
    assert deciding_sequence(given, arms=arms) == p
