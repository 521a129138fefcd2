"""Components of a layer whose parts are known: found, taken out, told from what is not there."""

from dataclasses import dataclass

import numpy as np
import pytest

from escucha.audio.clip import Clip
from escucha.concepts.discovering.components import fit_components, space_of
from escucha.concepts.discovering.excerpts import batches, clip_means, hear_excerpts, insides, owners, pieces, pieces_of
from escucha.concepts.discovering.removing import Removal, losses
from escucha.concepts.discovering.stability import ladder, rungs, steadiness
from escucha.errors import InputError
from tests.concepts.discovering.ears import LABELS, NAMES, SECONDS, UNITS, corpus, heard, listener, mixing
from tests.worlds import RATE, Additive

TRACKS = corpus().tracks
FITTED, HELD = TRACKS[:72], TRACKS[72:]


@pytest.fixture(scope="module")
def ears():
    return listener()


@pytest.fixture(scope="module")
def rows(ears):
    return hear_excerpts(ears, heard(FITTED), "bands", 1.0)


@pytest.fixture(scope="module")
def held(ears):
    return hear_excerpts(ears, heard(HELD), "bands", 1.0)


@pytest.fixture(scope="module")
def found(rows):
    return fit_components(rows.rows, len(NAMES), space=space_of(rows.rows))


def tone_of(found) -> list[int]:
    """The tone that each component is."""
    mix = mixing() / np.linalg.norm(mixing(), axis=0)
    return (found.parts @ mix).argmax(axis=1).tolist()


def test_the_planted_parts_are_found(found, rows, held):
    mix = mixing() / np.linalg.norm(mixing(), axis=0)
    like = found.parts @ mix
    assert sorted(like.argmax(axis=1)) == [0, 1, 2, 3]
    assert (like.max(axis=1) > 0.98).all()
    assert found.explained(held.rows) > 0.99
    told = ladder(rows.rows, held.rows, rungs(4, UNITS), found, seed=0)
    assert told[1][1] < 0.6 < 0.99 < told[4][1]
    strength = found.strengths(held.rows)
    for component, tone in enumerate(tone_of(found)):
        level = [HELD[clip].source.levels[int(start)][tone] for clip, start in zip(held.clip, held.start)]
        assert np.corrcoef(strength[:, component], level)[0, 1] > 0.98


def test_what_is_there_comes_back_and_what_is_not_does_not(found, rows):
    groups = np.array([FITTED[clip].group for clip in rows.clip])
    for one in steadiness(found, rows.rows, groups, refits=6, seed=0):
        assert one.steady
        assert one.cosine > 0.98
        assert one.neighbour < 0.5
    more = fit_components(rows.rows, len(NAMES) + 4, space=found.space)
    again = steadiness(more, rows.rows, groups, refits=6, seed=0)
    assert sum(one.steady for one in again) <= len(NAMES) + 1  # four parts too many: they fit noise


def test_a_label_loses_what_the_part_is_worth_to_it_and_chance_less(ears, found):
    lost = losses(ears, batches(ears, heard(HELD)), "bands", found, seconds=1.0, controls=2, seed=0)
    palmas = tone_of(found).index(1)
    worth = np.array([10 * np.mean(track.source.levels, axis=0)[1] for track in HELD])
    assert np.allclose(lost.whole[:, 0], worth, atol=0.15)
    assert np.allclose(lost.lost[:, palmas, 0], worth, atol=0.2)
    assert np.allclose(lost.lost[:, palmas, 1], -lost.lost[:, palmas, 0], atol=1e-5)
    others = np.delete(lost.lost[:, :, 0], palmas, axis=1)
    assert np.abs(others).mean() < 0.15 * worth.mean()
    assert np.abs(lost.chance[:, :, palmas, 0].mean(axis=1)).max() < 0.9 * worth.mean()


def test_removal_takes_the_part_and_nothing_below_zero(ears, found, held):
    waves = np.stack([clip.wave for clip in heard(HELD[:8])])
    inside = insides(ears, waves, "bands")
    without = Removal(found, 2, SECONDS, 1.0)(inside)
    assert without.shape == inside.shape
    assert without.min() >= 0
    before, after = (pieces(one, 4).reshape(-1, UNITS) for one in (inside, without))
    part = found.strengths(before)[:, [2]] * found.parts[2]
    assert np.allclose(before - after, np.minimum(part, before), atol=1e-6)
    other = Removal(found, 2, SECONDS, 1.0, np.roll(np.arange(UNITS), 1))(inside)
    size, as_much = (np.linalg.norm(before - pieces(one, 4).reshape(-1, UNITS), axis=1) for one in (without, other))
    assert np.all(as_much <= size + 1e-6)
    assert as_much.sum() > 0.5 * size.sum()  # of units that are silent nothing can be taken
    assert not np.allclose(other, without)


def test_a_layer_that_goes_below_zero_is_told_from_both_sides():
    ears = listener(signed=True)
    rows = hear_excerpts(ears, heard(FITTED), "shifted", 1.0)
    space = space_of(rows.rows)
    told = space.told(rows.rows)
    assert space.sided
    assert told.min() >= 0
    assert told.shape[1] == 2 * UNITS
    assert np.allclose(space.directions(told) * space.scale + space.middle, rows.rows)
    found = fit_components(rows.rows, 5, space=space)
    inside = insides(ears, np.stack([clip.wave for clip in heard(HELD[:4])]), "shifted")
    before = pieces(inside, 4).reshape(-1, UNITS)
    after = pieces(Removal(found, 1, SECONDS, 1.0)(inside), 4).reshape(-1, UNITS)
    push = found.strengths(before)[:, [1]] * space.directions(found.parts)[1] * space.scale
    assert np.allclose(before - after, push, atol=1e-6)


@dataclass(frozen=True)
class Table:
    """Features as they are: a FeatureClassifier that adds the first two."""

    labels: tuple[str, ...] = LABELS
    rate: int = RATE
    window: int = SECONDS * RATE
    link: str = "sigmoid"
    feature_names: tuple[str, ...] = ("a", "b", "c")

    def features(self, waves):
        power = np.square(waves, dtype=np.float64)
        columns = (power.mean(axis=1), 1000 * power[:, :RATE].mean(axis=1), -power[:, -RATE:].mean(axis=1))
        return np.stack(columns, axis=1)

    def scores_of(self, features):
        return np.stack([features[:, 0], features[:, 1]], axis=1)

    def scores(self, waves):
        return self.scores_of(self.features(waves))


def test_features_are_told_in_their_spreads_and_taken_out_of_the_rows():
    table = Table()
    rows = hear_excerpts(table, heard(FITTED), "features", 1.0)
    assert rows.seconds == SECONDS
    assert len(rows.rows) == len(FITTED)
    space = space_of(rows.rows, own_units=True)
    assert space.sided
    assert space.told(rows.rows).std() < 3
    found = fit_components(rows.rows, 4, space=space)
    lost = losses(table, batches(table, heard(HELD)), "features", found, seconds=1.0, controls=1, seed=0)
    total = lost.lost.sum(axis=1)  # all parts together are the distance from the mean, but for what is left over
    away = lost.whole - space.middle[:2]
    assert np.corrcoef(total[:, 1], away[:, 1])[0, 1] > 0.95


def test_excerpts_know_where_they_are_from():
    ears = listener()
    tail = Clip(np.concatenate([heard(HELD[:1])[0].wave, np.full(2 * RATE + RATE // 4, 0.1)]), RATE)
    found = hear_excerpts(ears, [heard(HELD[1:2])[0], tail], "bands", 1.0)
    assert found.seconds == 1.0
    assert found.start[found.clip == 0].tolist() == [0, 1, 2, 3]
    assert found.start[found.clip == 1].tolist() == [0, 1, 2, 3, 4, 5]  # the seventh would be mostly padding
    assert np.allclose(clip_means(found.start, found.clip), [1.5, 2.5])
    assert hear_excerpts(ears, [Clip(np.full(9, 0.1), RATE)], "bands", 1.0).start.tolist() == [0]
    assert pieces_of((1, 3, 16), 4.0, 9.0) == 1
    assert np.bincount(owners(10, 4)).tolist() == [2, 3, 2, 3]


def test_what_makes_no_sense_is_said(rows, found):
    with pytest.raises(InputError, match="fewer components"):
        fit_components(rows.rows, 40, space=found.space)
    with pytest.raises(InputError, match="the same of every excerpt"):
        fit_components(np.ones((50, 4)), 2, space=space_of(np.ones((50, 4))))
    with pytest.raises(InputError, match="changed while it listens"):
        losses(Additive(), [], "bands", found, seconds=1.0, controls=1, seed=0)
    with pytest.raises(InputError, match="resample"):
        hear_excerpts(listener(), [Clip(np.zeros(800), 8000)], "bands", 1.0)
