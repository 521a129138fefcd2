"""The scan against planted worlds: a whistle is named where it is ridden on, and nowhere else."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from escucha.audio.clip import Clip
from escucha.concepts.discovering.cues import CUES, measured, reaching
from escucha.concepts.discovering.scan import changes_of, judged, scanned
from escucha.concepts.discovering.shortcut import told
from escucha.concepts.shuffling import shuffles
from escucha.corpora.corpus import Track
from escucha.models.classifier import values
from tests.concepts.discovering.ears import LABELS, SECONDS, corpus, heard
from tests.worlds import RATE, Additive, Deaf


@dataclass(frozen=True)
class Whistled:
    """Says yes by how much it hears above nine tenths of its band, and hears nothing else."""

    labels: tuple[str, ...] = LABELS
    rate: int = RATE
    window: int = SECONDS * RATE
    link: str = "softmax"

    def scores(self, waves):
        spectrum = np.abs(np.fft.rfft(waves, axis=1)) * 2 / waves.shape[1]
        top = spectrum[:, int(0.88 * spectrum.shape[1]):].max(axis=1)
        return np.stack([100 * top, np.zeros(len(waves))], axis=1)


def verdicts(tracks, classifier, seed=0):
    """Cue to verdict, of clips that are a window long."""
    clips = heard(tracks)
    cues, groups = np.array([measured(clip) for clip in clips]), np.array([track.group for track in tracks])

    def said(change):
        waves = np.stack([(clip if change is None else change(clip)).wave for clip in clips])
        return values(classifier.scores(waves), "softmax")

    found = scanned(cues, [track.label for track in tracks], groups, seed=seed)
    there = reaching(clips[:8], changes_of(found), dict(zip(CUES, cues.std(axis=0))))
    changed = {key: said(change) for key, change in changes_of(found).items() if key[0] in there}
    having = np.array([[track.label == label for label in classifier.labels] for track in tracks])
    made = judged(found, dict(zip(CUES, cues.T)), said(None), changed, labels=classifier.labels, having=having,
                  groups=groups, chance=0.5, seed=seed)
    return {verdict.cue: verdict for verdict in made}


def hans(found) -> list[str]:
    return [name for name, verdict in found.items() if verdict.clever_hans]


def test_a_whistle_that_is_ridden_on_is_named_and_nothing_else():
    found = verdicts(corpus(96, whistle=0.004).tracks, Whistled())
    assert hans(found) == ["top-of-band"] == list(found)[:1]
    assert found["top-of-band"].told.accuracy > 0.95
    yes = found["top-of-band"].moves[0]
    assert yes.label == "yes"
    assert yes.astray
    assert yes.move.low > 0
    # half of the clips whistle, at an amplitude of .004; the value is half the distance of two logits
    assert yes.move.value == pytest.approx(0.5 * 0.5 * 100 * 0.004, rel=0.15)


def test_a_cue_that_nobody_hears_is_told_and_not_blamed():
    found = verdicts(corpus(96, whistle=0.004).tracks, Deaf(window=SECONDS * RATE, labels=LABELS))
    assert found["top-of-band"].tells
    assert not found["top-of-band"].used
    assert hans(found) == []


def test_an_ear_for_a_cue_that_tells_nothing_is_no_shortcut():
    tracks = [*corpus(48, whistle=0.004).tracks, *corpus(48, whistle=0.004, seed=1).tracks]
    swapped = [replace(track, name=f"{track.name}-{at}", labels=(LABELS[at % 2],)) for at, track in enumerate(tracks)]
    found = verdicts(swapped, Whistled())
    assert found["top-of-band"].used
    assert not found["top-of-band"].tells
    assert hans(found) == []


def test_a_clean_corpus_raises_no_alarm():
    """The label is a matter of music (palmas or voice, as loud), the model hears just that; cues vary by chance."""
    ears = Additive((("palmas", 10.0), ("voice", -10.0)), window=SECONDS * RATE, labels=LABELS)
    alarms = [hans(verdicts(even(60, seed), ears, seed)) for seed in range(4)]
    assert sum(map(bool, alarms)) <= 1


def even(count: int, seed: int) -> list[Track]:
    """`yes` has palmas where `no` has voice: at the same levels, in the same seconds."""
    tracks = []
    for at, track in enumerate(corpus(count, 20, seed=seed).tracks):
        levels = np.array(track.source.levels)
        levels[:, 2 - at // 20 % 2] = 0
        source = replace(track.source, levels=tuple(map(tuple, levels.tolist())))
        tracks.append(replace(track, labels=(LABELS[at // 20 % 2],), source=source))
    return tracks


@pytest.mark.parametrize("odd", [False, True])
def test_shuffles_make_no_false_alarms_where_groups_have_habits(odd):
    """The number is a habit of the group, and so is the label, by chance: clip by clip they would seem related.

    With an `odd` clip of another label in every group too.
    """
    alarms = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        groups = np.repeat(np.arange(16), 6)
        classes = (rng.permutation(np.arange(16) % 2)[groups] + odd * (np.arange(96) % 6 == 0)) % 2
        number = rng.normal(size=16)[groups] + 0.05 * rng.normal(size=96)
        mixed = shuffles(classes, groups, draws=200, rng=np.random.default_rng(seed))
        alarms += told(number, classes, groups, mixed=mixed, seed=seed).p < 0.05
    assert alarms <= 8


def test_one_odd_clip_a_group_does_not_hide_what_groups_go_by():
    """Every singer has one label but for one clip, and each label its own studio."""
    groups, main = np.repeat(np.arange(20), 6), np.repeat(np.arange(20) % 2, 6)
    classes = np.where(np.arange(120) % 6 == 0, 1 - main, main)
    studio = main + 0.1 * np.random.default_rng(0).normal(size=120)
    mixed = shuffles(classes, groups, draws=500, rng=np.random.default_rng(0))
    found = told(studio, classes, groups, mixed=mixed, seed=0)
    assert found.accuracy == pytest.approx(5 / 6, abs=0.05)
    assert found.p < 0.01


def test_a_number_that_tells_the_label_does_so_on_other_groups():
    rng = np.random.default_rng(0)
    groups, classes = np.repeat(np.arange(20), 6), np.tile([0, 1, 2], 40)
    mixed = shuffles(classes, groups, draws=500, rng=np.random.default_rng(0))
    both_ends = np.where(classes == 1, 0, np.where(rng.random(120) < 0.5, 3.0, -3.0)) + 0.1 * rng.normal(size=120)
    found = told(both_ends, classes, groups, mixed=mixed, seed=0)  # no straight line tells it, bins do
    assert found.accuracy == pytest.approx(2 / 3, abs=0.12)
    assert found.p < 0.01
    nothing = [told(rng.normal(size=120), classes, groups, mixed=mixed, seed=0).p < 0.05 for _ in range(40)]
    assert sum(nothing) <= 6  # the binomial bound of 40 draws at .05 (99 %)


def test_clips_that_are_alike_have_no_verdicts():
    """Eight clips of silence: no cue differs, and none can be put in or taken out."""
    plain, groups, having = np.zeros((8, 2)), np.arange(8) // 2, np.tile([[True, False], [False, True]], (4, 1))
    cues = np.zeros((8, len(CUES)))
    found = scanned(cues, ["yes", "no"] * 4, groups, seed=0)
    assert found == {}
    assert judged(found, dict(zip(CUES, cues.T)), plain, {}, labels=LABELS, having=having, groups=groups, chance=0.5,
                  seed=0) == ()


def test_a_change_is_of_the_clip_and_leaves_it_as_it_was():
    clip = heard(corpus(2).tracks)[0]
    before = clip.wave.copy()
    assert all(isinstance(change(clip), Clip) for change in changes_of(CUES).values())
    assert np.array_equal(clip.wave, before)
