"""The map of overlaps."""

import pytest

from growth.trials.matrix import draw


def answer(**persons):
    return {"experiments": [{"key": key, "persons": count} for key, count in persons.items()], "pairs": []}


def pair(one, other, both, *, same_layer=False):
    return {"pair": [one, other], "both": both, "shares": [0.1, 0.1], "same_layer": same_layer, "same_flag": False}


@pytest.fixture
def three():
    found = answer(alone=900, small=50, large=200, middle=100)
    found["pairs"] = [pair("large", "middle", 20), pair("large", "small", 50, same_layer=True)]
    return found


def test_each_row_tells_of_its_own_people_and_the_largest_come_first(three):
    lines = draw(three)
    assert [(line.number, line.key) for line in lines] == [(1, "large"), (2, "middle"), (3, "small")]
    shares = [[cell.share for cell in line.cells] for line in lines]
    assert shares == [[0, 0.1, 0.25], [0.2, 0, 0], [1, 0, 0]]
    assert [cell.look for cell in lines[2].cells] == ["shade-10", "", ""]
    assert [cell.pair for cell in lines[1].cells] == [["large", "middle"], None, None]
    assert lines[2].cells[0].amiss
    assert not lines[1].cells[0].amiss


def test_for_one_pair_there_is_no_map():
    found = answer(one=5, other=5)
    assert draw({**found, "pairs": [pair("one", "other", 3)]}) == []
    assert draw(found) == []
