"""Differences, intervals and what perturbations moved, in sentences that a newcomer reads."""

import pytest

from escucha.experiments.wording import apart, between, higher, points, survived
from escucha.models.resampling import Interval


def row(change, moved, clips=24):
    return {"change": change, "moved": moved, "moved_low": moved / 2, "moved_high": min(1, 2 * moved),
            "accuracy": 1 - moved, "clips": clips}


@pytest.mark.parametrize(("difference", "signed", "words"), [
    (-0.5, "−50.0", "50.0 points below"), (0.096, "+9.6", "9.6 points above"), (0.0, "+0.0", "level with"),
])
def test_a_difference_of_shares_is_points_and_no_percentage_of_one(difference, signed, words):
    assert (points(difference), apart(difference)) == (signed, words)


def test_bounds_have_the_sign_that_the_word_gives():
    assert higher(0.152, 0.121, 0.18) == "15.2 points higher (12.1 to 18.0)"
    assert higher(-0.02, -0.05, 0.01) == "2.0 points lower (−1.0 to 5.0)"
    assert higher(0.5, 0.5, 0.5) == "50.0 points higher"


def test_groups_that_all_read_alike_give_no_interval():
    assert between(Interval(0.5, 0.5, 0.5, 2, "")) == "2 groups, too much alike for an interval"
    assert between(Interval(0.5, 0.25, 0.75, 9, "")) == "95 % interval 25.0% to 75.0% over 9 groups"


def test_only_what_moves_answers_is_named():
    quiet = [row(f"shift-{at}ms", at / 1000) for at in range(9)]
    said = survived([*quiet, row("noise-10dB", 0.16)], "answers")
    assert len(said) == 1
    assert "nothing moves more than 5% of answers but noise-10dB 16% (8% to 32%), with 84.0% right" in said[0]
    assert "shift" not in said[0]
    assert survived(quiet, "answers")[0].endswith("most does shift-8ms, 0.8%.")


def test_where_much_moves_the_worst_are_named_and_the_rest_counted():
    said = survived([row(f"noise-{at}dB", at / 10) for at in range(1, 8)], "tags")[0]
    assert said.startswith("7 of 7 changes")
    assert said.index("noise-7dB") < said.index("noise-6dB") < said.index("noise-5dB")
    assert "noise-4dB" not in said


def test_what_no_clip_hears_is_said_once_and_nothing_asked_says_nothing():
    assert survived([row("gain-6dB", 0, 0), row("gain+6dB", 0, 0)], "answers") == [
        "No clip sounds different under gain-6dB, gain+6dB."]
    assert survived([], "answers") == []
    assert survived([row("gain-6dB", 0), row("mp3", 0)], "answers") == [
        "None of the 2 changes that happen to recordings every day moves any of its answers."]
