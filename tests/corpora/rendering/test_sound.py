"""Notes added to stems: linear, exact at the edges of a clip, and the same stretch whenever it is cut out."""

import numpy as np
import pytest

from escucha.corpora.rendering.note import Note, strokes
from escucha.corpora.rendering.sound import Place, Voice, add, played, render
from escucha.corpora.rendering.synth import RATE

NOTES = [Note(.0, 24, 60, 100, .4), Note(.2, 33, 40, 90, .8), Note(.4, 8, 38, 112, .3, kit=True)]
PLACE = Place(seed=1, duration=1.0, loudness=-6.0, brightness=2.0, room=3, wet=.3, noise=2)


def test_a_clip_that_begins_later_holds_what_still_rings():
    whole = played(NOTES, 2 * RATE)
    later = played([note._replace(time=note.time - .3) for note in NOTES], RATE)
    cut = round(.3 * RATE)
    np.testing.assert_allclose(later, whole[cut:cut + RATE], atol=1e-7)
    assert np.abs(later[:200]).max() > .01
    assert not played([Note(-5.0, 24, 60, 100, .4)], 100).any()


def test_stems_are_linear_in_their_notes_and_in_loudness():
    one, two = (render([Voice("a", NOTES[:cut], 0.0)], PLACE)["a"] for cut in (1, 2))
    rest = render([Voice("a", NOTES[1:2], 0.0)], PLACE)["a"]
    np.testing.assert_allclose(one + rest, two, atol=1e-5)
    louder = render([Voice("a", NOTES[:1], 6.0)], PLACE)["a"]
    np.testing.assert_allclose(louder, one * 10 ** (6 / 20), rtol=1e-4, atol=1e-6)


def test_a_voice_without_notes_has_no_stem_and_the_rest_comes_last():
    made = render([Voice("a", [], 0.0), Voice("b", NOTES, 0.0), Voice("c", NOTES, 0.0, 1)], PLACE)
    assert list(made) == ["b", "c", "rest"]
    assert not np.array_equal(made["b"], made["c"]), "a vowel is heard"
    with pytest.raises(ValueError, match="nothing to add"):
        add([])


def test_a_strum_is_one_stroke():
    assert strokes(tuple(Note(time, 24, 60, 100, .1) for time in (.0, .01, .02, .5, .52, .9))) == [.0, .5, .9]
