"""`manage.py analyze_csv`: known tests to the digit, bad files refused in one line."""

import json
import math

import numpy as np
import pytest
from django.core.management import CommandError, call_command

ASK = ["--variant", "arm", "--control", "a"]


@pytest.fixture
def analyze(tmp_path, capsys):
    def run(text, *options):
        path = tmp_path / "units.csv"
        path.write_text(text)
        call_command("analyze_csv", str(path), *ASK, *options)
        return json.loads(capsys.readouterr().out)

    return run


def table(*rows):
    return "\n".join(["unit,arm,y,x,d", *rows]) + "\n"


def refusal(run, *given):
    with pytest.raises(CommandError) as caught:
        run(*given)
    assert caught.value.returncode == 2
    assert "\n" not in str(caught.value)
    return str(caught.value)


TEN = table(*(f"u{n},{'ab'[n % 2]},{n},{n * 2 + n % 3},{n + 1}" for n in range(10)))


@pytest.mark.reference
def test_cookie_cats_to_the_published_digits(reference, capsys):
    path = reference / "data" / "ab" / "cookie_cats.csv"
    options = ["--variant", "version", "--control", "gate_30", "--unit", "userid", "--sequential", "5000"]
    metrics = ["--metric", "retention_7:proportion", "--metric", "retention_1:proportion"]
    call_command("analyze_csv", str(path), *options, *metrics, "--metric", "sum_gamerounds:mean")
    found = json.loads(capsys.readouterr().out)
    seven = found["metrics"][0]
    assert seven["absolute"] == pytest.approx(-0.0082012983, abs=1e-10)
    assert seven["absolute_ci"] == pytest.approx([-0.0132816207, -0.0031209759], abs=1e-10)
    assert seven["p"] == pytest.approx(0.0015563425, abs=1e-10)
    assert seven["df"] == pytest.approx(90079.829, abs=1e-3)
    assert seven["relative_ci"] == pytest.approx([-0.0692449281, -0.0169931417], abs=1e-10)
    assert seven["relative_p"] == pytest.approx(0.0012175794, abs=1e-10)
    assert found["srm"]["p"] == pytest.approx(0.008608, abs=1e-6)
    assert found["srm"]["status"] == "warn"
    _as_gbstats(reference, found["metrics"])


def _as_gbstats(reference, rows):
    """What gbstats computes on the same file."""
    known = json.loads((reference / "conformance" / "gbstats" / "cookie_cats.json").read_text())["cookie_cats"]
    names = {"retention_7": "retention_7", "retention_1": "retention_1", "sum_gamerounds": "sum_gamerounds_raw"}
    for row in rows:
        for scale in ("absolute", "relative"):
            fixed = known[names[row["metric"]]][f"welch_{scale}"]
            assert row[scale] == pytest.approx(fixed["expected"], rel=1e-9)
            assert row[f"{scale}_ci"] == pytest.approx(fixed["ci"], rel=1e-9)
            looked = known[names[row["metric"]]][f"asymptotic_cs_{scale}_N5000"]
            assert row["sequential"][scale]["ci"] == pytest.approx(looked["ci"], rel=1e-9)
            assert row["sequential"][scale]["p"] == pytest.approx(looked["pValue"], rel=1e-9)


def test_rows_are_metrics_by_arms_and_ratios_come_last(analyze):
    text = TEN + "u10,c,5,1,1\nu11,c,6,2,2\n"
    found = analyze(text, "--ratio", "y/d", "--metric", "y:mean", "--metric", "d:mean")
    assert [(row["metric"], row["arm"]) for row in found["metrics"]] == [
        ("y", "b"), ("y", "c"), ("d", "b"), ("d", "c"), ("y/d", "b"), ("y/d", "c"),
    ]  # fmt: skip
    assert found["metrics"][0]["p_adjusted"] is None


def test_cuped_takes_one_slope_over_all_arms(analyze):
    random = np.random.default_rng(1)
    rows = []
    for n in range(600):
        x = random.normal(10, 3)
        rows.append(f"u{n},{'abc'[n % 3]},{2 * x + random.normal(0, 1) + (n % 3) * 0.2},{x},1")
    found = analyze(table(*rows), "--metric", "y:mean", "--covariate", "x")["metrics"]
    ys, xs = (np.array([float(row.split(",")[place]) for row in rows]) for place in (2, 3))
    for row in found:
        assert row["cuped"]["theta"] == pytest.approx(np.cov(ys, xs)[0, 1] / xs.var(ddof=1))
        assert row["cuped"]["correlation"] == pytest.approx(np.corrcoef(ys, xs)[0, 1])
        assert row["cuped"]["absolute_se"] < row["absolute_se"] / 3
        assert row["cuped"]["variance_reduction"] > 0.9


def test_a_covariate_that_says_nothing_changes_nothing(analyze):
    text = table(*(f"u{n},{'ab'[n % 2]},{n},7,1" for n in range(10)))
    row = analyze(text, "--metric", "y:mean", "--covariate", "x")["metrics"][0]
    assert (row["cuped"]["theta"], row["cuped"]["correlation"], row["cuped"]["variance_reduction"]) == (0, None, 0)
    assert row["cuped"]["p"] == pytest.approx(row["p"])


def test_a_tenth_for_everyone_is_no_difference_and_no_variance(analyze):
    rows = [f"u{n},{'abb'[n % 3]},0.1,{n},0.3" for n in range(10)]
    plain, ratio = analyze(table(*rows), "--metric", "y:mean", "--ratio", "y/d", "--covariate", "x")["metrics"]
    assert (plain["absolute"], plain["p"], plain["absolute_ci"], plain["cuped"]["theta"]) == (0, 1, [0, 0], 0)
    assert (ratio["absolute"], ratio["p"]) == (0, 1)


def test_a_ratio_that_all_units_share_is_certain(analyze):
    rows = [f"u{n},{'ab'[n % 2]},{n * 0.7},{n * 0.7 + 2 * (n % 2)},{n}" for n in range(1, 12)]
    shared, other = analyze(table(*rows), "--ratio", "y/d", "--ratio", "d/y")["metrics"]
    for row in (shared, other):
        assert (row["absolute"], row["p"], row["relative_ci"], row["status"]) == (0, 1, [0, 0], "ok")


def test_numbers_at_the_ends_of_what_is_read_are_told(analyze):
    rows = [f"u{n},{'ab'[n % 2]},{n}e68,{n + 1}e-69,{n + n % 3}e68" for n in range(1, 12)]
    columns = ["--metric", "y:mean", "--metric", "x:mean", "--ratio", "y/x", "--ratio", "x/y", "--covariate", "d"]
    for row in analyze(table(*rows), *columns, "--sequential", "100")["metrics"]:
        assert (row["status"], row["relative"] is None, row["p"] is None) == ("ok", False, False)


def test_numbers_too_far_apart_to_be_compared_are_refused(analyze):
    rows = table("u0,a,0,0,1e69", "u1,a,1e-69,1,1e69", "u2,b,1e69,1,1e-69", "u3,b,0,1,1e-69")
    assert "too far apart" in refusal(analyze, rows, "--ratio", "y/d")


@pytest.mark.parametrize("kind", ["y:mean", "x:proportion"])
def test_a_metric_and_a_covariate_of_no_rows_tell_nothing(analyze, kind):
    rows = table("u0,a,NA,NA,1", "u1,b,NA,NA,1")
    row = analyze(rows, "--metric", kind, "--covariate", "d", "--missing", "drop")["metrics"][0]
    assert (row["n"], row["status"], row["mean"], row["cuped"]["theta"]) == (0, "too_few", None, 0)


def test_a_missing_covariate_is_the_mean_of_all(analyze):
    text = table("u0,a,1,2,1", "u1,a,2,NA,1", "u2,b,3,4,1", "u3,b,5,6,1")
    row = analyze(text, "--metric", "y:mean", "--covariate", "x")["metrics"][0]
    filled = analyze(text.replace("NA", "4"), "--metric", "y:mean", "--covariate", "x")["metrics"][0]
    assert row["cuped"].pop("imputed") == 1
    assert filled["cuped"].pop("imputed") == 0
    assert row == filled


@pytest.mark.parametrize(("how", "n", "mean"), [("drop", 4, 3.0), ("zero", 5, 2.4)])
def test_missing_values_are_dropped_or_zero_as_told(analyze, how, n, mean):
    text = table("u0,a,1,1,1", "u1,a,3,1,1", "u2,b,,1,1", *(f"u{n},b,{n},1,1" for n in (3, 2, 4, 30))).replace(
        "u30,b,30", "u30,b,3"
    )
    row = analyze(text, "--metric", "y:mean", "--missing", how)["metrics"][0]
    assert (row["n"], row["mean"], row["missing"]) == (n, pytest.approx(mean), 1)


def test_missing_values_are_refused_unless_told(analyze):
    assert "1 rows have no y" in refusal(analyze, TEN + "u77,a,NaN,1,1\n", "--metric", "y:mean")


def test_a_missing_value_drops_only_its_own_metric(analyze):
    found = analyze(TEN + "u77,b,NA,1,9\n", "--metric", "y:mean", "--metric", "d:mean", "--missing", "drop")
    assert [row["n"] for row in found["metrics"]] == [5, 6]


def test_booleans_are_words_or_digits(analyze):
    text = table("u0,a,true,1,1", "u1,a,0,1,1", "u2,b,TRUE,1,1", "u3,b,1,1,1", "u4,b,FALSE,1,1")
    assert analyze(text, "--metric", "y:proportion")["metrics"][0]["mean"] == pytest.approx(2 / 3)


def test_large_numbers_lose_no_digits(analyze):
    text = table(*(f"u{n},{'ab'[n % 2]},{1e9 + n % 4},1,1" for n in range(40)))
    small = table(*(f"u{n},{'ab'[n % 2]},{n % 4},1,1" for n in range(40)))
    large, expected = (analyze(one, "--metric", "y:mean")["metrics"][0] for one in (text, small))
    assert large["absolute_se"] == pytest.approx(expected["absolute_se"], rel=1e-9)


def test_nothing_to_divide_by_is_too_few(analyze):
    text = table("u0,a,1,1,0", "u1,a,2,1,0", "u2,b,3,1,1", "u3,b,4,1,2")
    row = analyze(text, "--ratio", "y/d")["metrics"][0]
    assert (row["status"], row["control_mean"], row["control_n"], row["p"]) == ("too_few", None, 2, None)


def test_an_arm_that_has_a_weight_and_no_unit_is_there(analyze):
    found = analyze(TEN, "--metric", "y:mean", "--weights", "a=1,b=1,c=1")
    assert found["srm"]["observed"] == {"a": 5, "b": 5, "c": 0}
    assert [(row["arm"], row["status"]) for row in found["metrics"]] == [("b", "ok"), ("c", "too_few")]


def test_adjusting_is_over_all_rows_of_the_call(analyze):
    found = analyze(TEN, "--metric", "y:mean", "--metric", "d:mean", "--adjust", "holm")["metrics"]
    smallest = min(found, key=lambda row: row["p"])
    assert smallest["p_adjusted"] == pytest.approx(min(1, 2 * smallest["p"]))


def test_json_holds_no_nan(analyze):
    found = analyze(table("u0,a,1,1,1", "u1,b,1,1,1"), "--metric", "y:mean", "--sequential", "100")
    assert found["metrics"][0]["status"] == "too_few"
    assert not any(isinstance(value, float) and math.isnan(value) for value in found["metrics"][0].values())


@pytest.mark.parametrize(
    ("text", "options", "reason"),
    [
        (TEN, ["--metric", "nope:mean"], "no column is named 'nope'"),
        (TEN, ["--metric", "y:median"], "COL:mean or COL:proportion"),
        (TEN, [], "give a --metric"),
        (TEN, ["--metric", "y:proportion"], "not a proportion"),
        (TEN, ["--ratio", "y"], "NUM/DEN"),
        (TEN, ["--metric", "y:mean", "--weights", "a=1"], "no weight is given for 'b'"),
        (TEN, ["--metric", "y:mean", "--weights", "a=-1,b=1"], "not negative"),
        (TEN, ["--metric", "y:mean", "--alpha", "2"], "between 0 and 1"),
        (TEN + "u0,a,1,1,1\n", ["--metric", "y:mean", "--unit", "unit"], "'u0' is there twice"),
        (TEN + "u77,,1,1,1\n", ["--metric", "y:mean"], "row 12 has no variant"),
        (TEN + "u77,a,much,1,1\n", ["--metric", "y:mean"], "row 12: y is 'much', not a number"),
        (TEN + "u77,a,inf,1,1\n", ["--metric", "y:mean"], "not finite"),
        (TEN + "u77,a,1e200,1,1\n", ["--metric", "y:mean"], "squared"),
        (TEN + "u77,a,-1e-170,1,1\n", ["--metric", "y:mean"], "squared"),
        (TEN + "u77,a,1\n", ["--metric", "y:mean"], "row 12 has 3 fields"),
        ("unit,arm,y,x,d\n", ["--metric", "y:mean"], "no rows"),
        (TEN.replace(",a,", ",z,"), ["--metric", "y:mean"], "control 'a'"),
        ("", ["--metric", "y:mean"], "no column"),
    ],
)
def test_what_is_bad_is_refused_in_one_line(analyze, text, options, reason):
    assert reason in refusal(analyze, text, *options)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("analyze_csv", str(tmp_path / "none.csv"), *ASK, "--metric", "y:mean")
