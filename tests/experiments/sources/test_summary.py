"""Means over groups: what they come to, how often their intervals hold the truth, and that no group is split."""

from dataclasses import replace

import numpy as np
import pytest

from escucha.experiments.clips.apart import Apart
from escucha.experiments.clips.clip_reasons import ClipReasons, Place
from escucha.experiments.sources.moments import moments
from escucha.experiments.sources.summary import EVERY, Summary
from tests.experiments.bands import explainer, tracks
from tests.worlds import RATE, Additive, StemListener


def summed(classifier, rows, tmp_path, **how) -> Summary:
    found = tuple(explainer(classifier, tmp_path, **how).all(rows))
    assert all(isinstance(row, ClipReasons) for row in found)
    return Summary(found, classifier.labels)


def level(track, source) -> float:
    return dict(track.source.levels).get(source, 0.0)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """`yes` have palmas and `no` none; the listener hears guitar for yes, palmas for no, and no voice."""
    return summed(Additive((("guitar", 5.0), ("palmas", -3.0))), tracks(48), tmp_path_factory.mktemp("cache"))


def test_a_mean_weight_is_what_the_source_adds_to_the_mean_clip(found):
    rows = tracks(48)
    for label, sign in (("yes", 1), ("no", -1)):
        mine = [track for track in rows if track.label == label]
        for source, weight in (("guitar", 5.0), ("palmas", -3.0), ("voice", 0.0)):
            cell = found.cell(label, label, source)
            assert cell.weight.value == pytest.approx(
                sign * weight * np.mean([level(track, source) for track in mine]), abs=1e-4)
            assert cell.clips == 24
        assert found.gains[label, label].value == pytest.approx(
            sum(cell.weight.value for cell in found.of(label, label)), abs=1e-5)  # efficiency, on the mean
    of_no = found.cell("no", "yes", "guitar")
    assert of_no.weight.value == pytest.approx(-found.cell("no", "no", "guitar").weight.value, abs=1e-6)


def test_a_source_that_does_not_sound_weighs_nothing_there(found):
    cell, rows = found.cell(EVERY, "yes", "palmas"), tracks(48)
    assert cell.sounds_in == 0.5
    assert cell.where_it_sounds.value == pytest.approx(2 * cell.weight.value)
    assert cell.where_it_sounds.value == pytest.approx(
        -3 * np.mean([level(track, "palmas") for track in rows if track.label == "yes"]), abs=1e-4)
    never = found.cell("no", "no", "palmas")
    assert (never.weight.value, never.sounds_in) == (0.0, 0.0)
    assert np.isnan(never.where_it_sounds.value)


def test_what_speaks_is_shown_and_what_does_not_is_not(found):
    assert found.cell("yes", "yes", "guitar").speaks == "for"
    assert found.cell("yes", "yes", "palmas").speaks == "against"
    assert found.cell("no", "no", "guitar").speaks == "against"
    assert found.cell("yes", "yes", "voice").speaks == ""
    assert found.cell("no", "no", "palmas").speaks == ""
    assert np.isnan(found.cell(EVERY, "yes", "guitar").p)  # not tested
    assert found.headlines == (("yes", "yes"), ("no", "no"))


def test_among_hundreds_of_tests_what_speaks_in_every_group_is_still_shown(found):
    """The least p of a drawn test times the number of tests has to stay below .05."""
    crowd = tuple(Place(f"hum {at}@0-2s", f"hum {at}", 0.0, 2.0, sounds=True) for at in range(297))
    clips = tuple(replace(clip, parts=(*clip.parts, *crowd), reasons=tuple(
        replace(one, weights=(*one.weights, *np.zeros(len(crowd)))) for one in clip.reasons)) for clip in found.clips)
    many = Summary(clips, found.known)
    assert many.tests == 2 * 300
    assert many.cell("yes", "yes", "guitar").speaks == "for"
    assert many.cell("yes", "yes", "voice").speaks == ""


def test_the_clearest_clip_is_the_one_in_which_the_leading_source_weighs_most(found):
    source, row = found.clearest("yes", "yes")
    loudest = max((track for track in tracks(48) if track.label == "yes"), key=lambda track: level(track, "guitar"))
    assert (source, row.name) == ("guitar", loudest.name)
    assert found.clearest("no", "no") is None  # nothing speaks for it but rounding


def test_clips_without_a_label_that_the_model_knows_count_under_its_answer(tmp_path):
    rows = [*tracks(4), *(type(track)("un-" + track.name, ("rumba",), track.group, track.source)
                          for track in tracks(4))]
    found = summed(Additive(), rows, tmp_path)
    assert found.by_answer == 4
    for labels, clip in zip(found.counted, found.clips):
        assert labels == (clip.labels if "un-" not in clip.name else (clip.answer,))


def test_where_no_explained_label_has_clips_it_is_told_of_every_clip(tmp_path):
    listener = StemListener(labels=("yes", "no", "perhaps"))
    made = explainer(listener, tmp_path)
    rows = tuple(type(made)(made.classifier, made.mark, made.workbench, made.how, ("perhaps",)).all(tracks(6)))
    found = Summary(rows, listener.labels)
    assert found.headlines == ((EVERY, "perhaps"),)
    assert found.of(EVERY, "perhaps")[-1].source == "palmas"


def test_a_mean_is_over_all_clips_of_a_label_or_is_not_told(found, tmp_path):
    """Of fifteen labels each clip has its own and the answer explained: `yes` of those answered so, a chosen set."""
    assert {(EVERY, "yes"), (EVERY, "no"), ("no", "yes"), ("yes", "no")} < set(found.pairs)

    class Undecided(StemListener):
        def scores(self, waves):
            return super().scores(waves) + 1.25 * np.eye(len(self.labels))[1]  # half of the guitars are louder

    many = Undecided("guitar", labels=("yes", "no", *(f"label {at}" for at in range(13))))
    some = summed(many, tracks(24), tmp_path)
    assert {clip.answer for clip in some.clips if clip.labels == ("no",)} == {"yes", "no"}
    assert set(some.pairs) == {("yes", "yes"), ("no", "no")}


def test_weights_over_time_are_told_by_segment(tmp_path):
    early = StemListener("palmas", last=RATE // 2)  # of each window
    found = summed(early, tracks(6), tmp_path, apart=Apart("stems", "windows/2"))
    told = [moment for moment in moments(found) if (moment.label, moment.source) == ("yes", "palmas")]
    assert [moment.segment for moment in told] == [1, 2, 3, 4]
    assert [(moment.start, moment.end) for moment in told[:2]] == [(0.0, 0.5), (0.5, 1.0)]
    heard = [moment.weight.value for moment in told]
    loud = np.mean([level(track, "palmas") for track in tracks(6) if track.label == "yes"])
    np.testing.assert_allclose(heard, [10 * loud / 2 / 2, 0, 10 * loud / 2 / 2, 0], atol=1e-4)
    assert sum(heard) == pytest.approx(found.cell("yes", "yes", "palmas").weight.value)


def test_clips_that_are_one_segment_have_no_curve(tmp_path):
    found = summed(Additive(window=8000), tracks(4), tmp_path)
    assert moments(found) == ()
