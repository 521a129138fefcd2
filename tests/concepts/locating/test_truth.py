"""What is known of when an idea sounds, as a setting says it."""

import numpy as np
import pytest

from escucha.concepts.locating import judging
from escucha.concepts.locating.truth import Truth, truths
from escucha.concepts.locating.vocabulary import check_told
from escucha.corpora.palos import palos_corpus
from escucha.errors import InputError


@pytest.fixture(scope="module")
def source():
    """A clip with castanets."""
    return palos_corpus(clips=1, seed=3, duration=4.0, changes={"castanets": True, "voice": True}).tracks[0].source


def test_onsets_are_those_of_the_score_and_the_stem_sounds_there(source):
    truth, at = Truth.of("castanets", "castanets"), judging.moments(4.0)
    known = source.annotations()["onsets"]["castanets"]
    there = truth.moments(source, at, 0.05)
    assert all(there[np.abs(at - onset).argmin()] for onset in known)
    assert truth.sounding(source, at)[[np.abs(at - onset - 0.01).argmin() for onset in known]].mean() > 0.9
    assert truth.onsets(source.annotations()) == list(known)


def test_a_stem_is_spans_in_which_it_is_loud(source):
    truth, at = Truth.of("stem:voice", "voice"), judging.moments(4.0)
    there, spans = truth.moments(source, at, 0.05), truth.spans(source, 4.0)
    assert (there == judging.within(at, spans)).all()
    power = np.square(source.stems()["voice"].wave).reshape(-1)
    loud = np.repeat(there, len(power) // len(there))[: len(power)]
    assert power[: len(loud)][loud].sum() > 0.99 * power.sum()


def test_an_annotation_that_changes_gives_spans():
    class Told:
        def annotations(self):
            return {"modes": [[0.0, "phrygian", 4], [2.0, "major", 0], [3.0, "phrygian", 4]]}

    truth = Truth.of("modes:phrygian", "mode")
    assert truth.spans(Told(), 5.0) == [(0.0, 2.0), (3.0, 5.0)]
    assert truth.moments(Told(), judging.moments(5.0), 9.0).mean() == pytest.approx(0.8)
    assert truth.said == "modes:phrygian"
    assert not Truth.of("castanets", "x").known(Told().annotations())


def test_what_is_no_truth_is_refused():
    for wrong in ("", ":major", "modes:", 3):
        with pytest.raises(InputError, match="the truth of 'mode'"):
            Truth.of(wrong, "mode")
    with pytest.raises(InputError, match="castanets"):
        truths({"castanet": "castanets"}, {"castanets": "castanets"})


def test_a_stem_tells_of_a_clip_without_onsets(source):
    class Bare:
        def annotations(self):
            return {"style": "sevillanas"}

        def stems(self):
            return source.stems()

    truth, at = Truth.of("stem:voice", "voice"), judging.moments(4.0)
    check_told(truth, [Bare().annotations()])
    assert truth.told_by(Bare())
    assert (truth.moments(Bare(), at, 0.05) == truth.moments(source, at, 0.05)).all()
    assert not Truth.of("voice", "voice").told_by(Bare())  # whose strokes nobody wrote down
    assert not Truth.of("stem:trumpet", "x").told_by(Bare())
