"""The engine says what scoring every remix would say, at a fraction of the passes."""

from dataclasses import replace

import numpy as np
import pytest

from escucha.audio.clip import Clip
from escucha.errors import InputError
from escucha.explain.factorization import Factorization
from escucha.explain.remix import Game, different
from escucha.models.windows import score_clip
from tests.worlds import RATE, Counting, StemListener, Tangled, factorization, mix, stems

FOUR = ("guitar", "palmas", "voice", "castanets")


def every_remix(classifier, parts, masks, label, aggregation):
    """The slow way: render each remix whole and score it as any clip."""
    return np.array([score_clip(classifier, Clip(wave, parts.clip.rate), aggregation=aggregation).value(label)
                     for wave in parts.render(masks)])


def test_a_thousand_remixes_of_four_stems_and_ten_windows_take_at_most_160_passes():
    parts = factorization(stems(10, FOUR))
    masks = np.random.default_rng(0).integers(0, 2, (1000, 40)).astype(bool)
    listener = Counting(Tangled())
    game = Game(listener, parts)
    scored = game.score(masks)
    assert game.asked == sum(listener.batches) <= 160
    assert listener.batches == [32] * 5, "batches cross windows, so that they are full"
    np.testing.assert_allclose(scored.values("yes"), every_remix(Tangled(), parts, masks, "yes", "mean-logit"),
                               atol=1e-5)


@pytest.mark.parametrize("aggregation", ["mean-logit", "mean-probability", "majority-vote"])
@pytest.mark.parametrize("segments", ["windows", 3, ("windows", 2)])
def test_every_aggregate_and_every_kind_of_segment_equals_rendering(aggregation, segments):
    parts = factorization(stems(4.4), segments=segments)
    masks = np.random.default_rng(1).integers(0, 2, (40, len(parts.parts))).astype(bool)
    values = Game(Tangled(), parts, aggregation).values(masks, "perhaps")
    np.testing.assert_allclose(values, every_remix(Tangled(), parts, masks, "perhaps", aggregation), atol=1e-5)


def test_a_model_that_cannot_hear_silence_is_refused_where_a_remix_is_silent():
    class Relative(StemListener):
        """Divides by the loudness of what it hears."""
        def scores(self, waves):
            loud = np.abs(waves).max(axis=1, keepdims=True)
            return super().scores(waves) * np.where(loud > 0, 1, np.nan)

    parts = factorization(stems(2))
    game = Game(Relative(), parts)
    masks = np.array([[True] * len(parts.parts), [False] * len(parts.parts)])
    assert np.isfinite(game.values(masks[:1], "yes")).all()
    with pytest.raises(InputError, match=r"not finite.* cannot hear silence"):
        game.values(masks, "yes")


def test_multi_label_values_are_the_logits():
    tagger = StemListener(link="sigmoid")
    parts = factorization(stems(3))
    on = np.ones((1, len(parts.parts)), dtype=bool)
    assert Game(tagger, parts).score(on).values("no")[0] == 0
    assert Game(tagger, parts).score(on).values("yes")[0] == pytest.approx(
        score_clip(tagger, parts.clip).value("yes"), abs=1e-9)


@pytest.mark.parametrize("length", [RATE - 1, RATE, RATE + 1, 4 * RATE - 1])
def test_the_remix_with_everything_on_is_the_clip_for_every_length(length):
    sources = {name: Clip(stem.wave[:length], RATE) for name, stem in stems(4).items()}
    parts = factorization(sources)
    everything = Game(Tangled(), parts).score(np.ones(len(parts.parts), dtype=bool))
    assert everything.values("yes")[0] == pytest.approx(score_clip(Tangled(), mix(sources)).value("yes"), abs=1e-12)


def test_a_silent_part_is_not_heard_and_costs_nothing():
    sources = stems(4)
    wave = sources["voice"].wave.copy()
    wave[RATE:] = 0
    parts = factorization({**sources, "voice": Clip(wave, RATE)})
    assert [len(window.parts) for window in Game(Tangled(), parts).grid] == [3, 2, 2, 2]
    masks = np.random.default_rng(0).integers(0, 2, (500, len(parts.parts))).astype(bool)
    game = Game(Tangled(), parts)
    game.score(masks)
    assert game.asked == 8 + 4 + 4 + 4


def test_a_silent_clip_has_one_input_a_window():
    parts = factorization({"guitar": Clip(np.zeros(3 * RATE), RATE)})
    game = Game(Tangled(), parts)
    scored = game.score(np.array([[True] * 3, [False] * 3]))
    assert game.asked == 3
    assert np.ptp(scored.values("yes")) == 0


def test_distinct_rows_are_found_and_scattered_back():
    masks = np.random.default_rng(0).integers(0, 2, (300, 5)).astype(bool)
    rows, index = different(masks)
    assert len(rows) == len(np.unique(masks, axis=0)) == 32
    np.testing.assert_array_equal(rows[index], masks)


def test_what_was_told_is_not_asked_again():
    parts, listener = factorization(stems(3)), Counting(Tangled())
    game, masks = Game(listener, parts), np.random.default_rng(2).integers(0, 2, (40, 9)).astype(bool)
    first = game.score(masks)
    asked = sum(listener.batches)
    again = game.score(masks[::-1])
    assert sum(listener.batches) == asked == game.asked
    np.testing.assert_array_equal(first.values("yes"), again.values("yes")[::-1])


def test_log_odds_are_those_of_the_clips_probability():
    parts, on = factorization(stems(3)), np.ones((1, 9), dtype=bool)
    for listener in (Tangled(), Tangled(link="sigmoid")):
        p = score_clip(listener, parts.clip).probabilities["yes"]
        assert Game(listener, parts, value="log-odds").values(on, "yes")[0] == pytest.approx(np.log(p / (1 - p)))
    sure = Game(StemListener(gain=1e4), parts, value="log-odds").values(on, "yes")[0]
    assert 300 < sure < np.inf


def test_what_stands_for_absent_parts_is_heard_in_their_place():
    there, other = stems(2), stems(2, seed=7)
    parts = factorization(there)
    swapped = Factorization(parts.clip, tuple(
        replace(part, absent=other[part.source].wave[part.start : part.end]) for part in parts.parts), "another track")
    masks = np.random.default_rng(3).integers(0, 2, (30, 6)).astype(bool)
    said = Game(Tangled(), swapped).values(masks, "yes")
    np.testing.assert_allclose(said, every_remix(Tangled(), swapped, masks, "yes", "mean-logit"), atol=1e-5)
    nothing = Game(Tangled(), swapped).ends("yes")[1]
    assert nothing == pytest.approx(score_clip(Tangled(), mix(other)).value("yes"), abs=1e-6)
    assert np.abs(said - Game(Tangled(), parts).values(masks, "yes")).max() > 0.1


def test_what_does_not_fit_is_said():
    parts = factorization(stems(2))
    with pytest.raises(InputError, match="one column a part"):
        Game(Tangled(), parts).score(np.ones((1, 3), dtype=bool))
    with pytest.raises(InputError, match="resample"):
        Game(Tangled(rate=900), parts).score(np.ones((1, 6), dtype=bool))
    scored = Game(Tangled(), parts).score(np.ones((1, 6), dtype=bool))
    with pytest.raises(InputError, match="did you mean 'perhaps'"):
        scored.values("perhap")
    with pytest.raises(InputError, match="aggregation"):
        Game(Tangled(), parts, "median")
    with pytest.raises(InputError, match="did you mean 'log-odds'"):
        Game(Tangled(), parts, value="log-odd")
