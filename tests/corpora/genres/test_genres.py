"""What tells one genre from another, by measurement: feel, harmony, instruments, and not loudness."""

import itertools
import warnings

import numpy as np
import pytest

from escucha.corpora.genres import GENRES, GenreSource, Recipe, genres_corpus
from escucha.corpora.genres.plan import plan
from escucha.corpora.genres.score import score
from escucha.corpora.genres.style import SCALES
from tests.corpora.palos.test_music import chroma, tones
from tests.corpora.rendering.hearing import HOP, RATE, at, strength

PITCHED = ("guitar", "keys", "strings", "bass", "lead")


def clips(genre, count=3, duration=8.0, **changes):
    return [track.source for track in genres_corpus(clips=count, seed=31, genres=(genre,), duration=duration,
                                                    changes=changes)]


def within_beats(curve, known, share, *, reach=.02):
    """Onset strength at a share of every beat: `(beat, count)` rows."""
    return [(float(at(curve, [one + share * (other - one)], within=reach)[0]), count)
            for (one, count), (other, _) in itertools.pairwise(known["beats"])]


def by_count(curve, known, share=0.0):
    """The median by count: a crash or a fill now and then does not move it."""
    rows = within_beats(curve, known, share)
    return {count: np.median([strong for strong, own in rows if own == count]) for count in (1, 2, 3, 4)}


def band(wave, low, high):
    """The wave between two frequencies."""
    spectrum = np.fft.rfft(wave)
    frequency = np.fft.rfftfreq(len(wave), 1 / RATE)
    return np.fft.irfft(np.where((frequency >= low) & (frequency < high), spectrum, 0), len(wave))


@pytest.mark.parametrize("genre", GENRES)
def test_onsets_keep_the_annotated_tempo(genre):
    """What is struck stands on the beats as annotated, and not a tenth of a beat beside them."""
    on = off = 0.0
    for source in clips(genre):
        known = source.annotations()
        times = np.array([time for time, _ in known["beats"]])
        assert 60 / np.mean(np.diff(times)) == pytest.approx(known["tempo"], rel=.04)
        curve = strength(sum(stem.wave for name, stem in source.stems().items() if name in known["sources"]))
        on += np.mean([strong for strong, _ in within_beats(curve, known, 0.0)])
        off += np.mean([strong for strong, _ in within_beats(curve, known, .12, reach=.01)])
    assert on > 1.3 * off


@pytest.mark.parametrize("genre", GENRES)
def test_chroma_follows_the_chords_in_the_annotated_key(genre):
    inside, keyed, elsewhere = [], [], []
    for source in clips(genre, lead=False):
        wave = np.sum([stem.wave for name, stem in source.stems().items() if name in PITCHED], axis=0)
        known = source.annotations()
        for (start, name, _), (end, _, _) in itertools.pairwise(known["chords"]):
            if end - start > .7:
                heard = chroma(wave, start + .1, end - .05)
                inside.append(heard[tones(name)].sum() / heard.sum())
        heard = chroma(wave, 0, known["duration"])
        scale = np.array(SCALES[known["mode"] if known["mode"] == "major" else "minor"])
        keyed.append(heard[(known["tonic"] + scale) % 12].sum() / heard.sum())
        elsewhere.append(heard[(known["tonic"] + 6 + scale) % 12].sum() / heard.sum())
    assert np.mean(inside) > .6
    assert np.mean(keyed) > .8 > np.mean(elsewhere) + .1


def ratios(genre, changes):
    """Where the second of two eighths is heard in the drums' stem, as a share of the beat, and as annotated."""
    found = []
    for source in clips(genre, 4, **changes):
        known, curve = source.annotations(), strength(source.stems()["drums"].wave)
        beats = np.array([time for time, _ in known["beats"]])
        for one, other in itertools.pairwise(beats):
            first, last = (int((one + share * (other - one)) * RATE / HOP) for share in (.4, .8))
            places = np.arange(first, last)
            best = places[np.argmax(curve[places])]
            if curve[best] > 8 * np.median(curve):
                found.append(((best * HOP / RATE - one) / (other - one), known["swing"]))
    return np.median(found, axis=0)


def test_jazz_swings_as_annotated_and_rock_does_not():
    heard, annotated = ratios("jazz", {"tempo": 120, "drums": True})
    assert heard == pytest.approx(annotated, abs=.03)
    assert .6 < heard < .69
    assert ratios("blues", {"tempo": 100, "drums": True})[0] == pytest.approx(.65, abs=.04)
    assert ratios("rock", {"tempo": 120})[0] == pytest.approx(.5, abs=.03)


def test_jazz_walks_and_takes_the_ride():
    for source in clips("jazz"):
        made = plan(source.recipe)
        notes = [note for note in score(made)["bass"]]
        assert len(notes) / len(source.annotations()["beats"]) == pytest.approx(1, abs=.1)
        steps = np.abs(np.diff([note.pitch for note in notes]))
        assert np.mean((steps > 0) & (steps <= 7)) > .75
        assert set(source.annotations()["drums"]) & {"ride"}


def test_reggae_skanks_between_the_beats_and_drops_the_one():
    dropped = 0
    for source in clips("reggae", 8):
        known, made = source.annotations(), source.stems()
        guitar = strength(made["guitar"].wave)
        between = np.mean([strong for strong, _ in within_beats(guitar, known, .5, reach=.04)])
        on = np.mean([strong for strong, _ in within_beats(guitar, known, 0.0)])
        assert between > 5 * on
        if known["groove"].startswith("one-drop"):
            kick = by_count(strength(band(made["drums"].wave, 30, 110)), known)
            assert min(kick[2], kick[4]) > 4 * max(kick[1], kick[3])
            dropped += 1
    assert dropped >= 2


def test_disco_has_four_on_the_floor_open_hats_between_and_octaves_below():
    for source in clips("disco"):
        known, drums = source.annotations(), source.stems()["drums"].wave
        kick, top = strength(band(drums, 30, 110)), strength(band(drums, 6000, 11000))
        floor, between = by_count(kick, known), by_count(kick, known, .5)
        assert min(floor.values()) > .6 * max(floor.values())
        assert min(floor.values()) > 4 * max(between.values())
        on, hats = by_count(top, known), by_count(top, known, .5)
        assert min(hats.values()) > max(on[1], on[3])
        pitches = [note.pitch for note in score(plan(source.recipe))["bass"]]
        assert np.mean(np.abs(np.diff(pitches)) == 12) > .3


def ringing(wave, known):
    """The level of a wave 30 to 130 ms after every beat, the median by count: what a click is too short for."""
    pieces = [(wave[round((time + .03) * RATE):round((time + .13) * RATE)], count) for time, count in known["beats"]
              if time + .13 < known["duration"]]
    return {count: np.median([np.std(piece) for piece, own in pieces if own == count]) for count in (1, 2, 3, 4)}


@pytest.mark.parametrize(("genre", "loud"), [("blues", {2, 4}), ("hiphop", {2, 4}), ("pop", {2, 4}), ("rock", {2, 4})])
def test_the_backbeat_is_on_two_and_four(genre, loud):
    for source in clips(genre, drums=True, tempo=120):
        known = source.annotations()
        snare = ringing(band(source.stems()["drums"].wave, 1500, 6000), known)
        assert min(snare[count] for count in loud) > 1.2 * max(snare[count] for count in {1, 2, 3, 4} - loud)


def test_blues_goes_through_twelve_bars():
    known = GenreSource(Recipe("blues", 3, 3, 60.0, (("tempo", 120), ("mode", "major"), ("tonic", 4)))).annotations()
    assert {name for _, name, _ in known["chords"]} == {"E7", "A7", "B7"}
    returns = [start for (_, name, _), (start, after, _) in itertools.pairwise(known["chords"])
               if (name, after) == ("B7", "A7")]
    assert np.diff(returns) == pytest.approx(12 * 4 * .5, rel=.02)


def test_nobody_drums_in_classical_and_nobody_is_silent():
    for track in genres_corpus(clips=40, seed=6, genres=("classical",), duration=6.0):
        known = track.source.annotations()
        assert "drums" not in known["sources"]
        assert known["groove"] == ""
        assert {"keys", "strings"} & set(known["sources"])


def test_country_alternates_root_and_fifth_and_chicks_between():
    for source in clips("country", bass=True):
        made = plan(source.recipe)
        notes = [(made.time(bar.first + place), bar) for bar in made.bars for place in (0, 2)]
        played = score(made)["bass"]
        pitches = [[note.pitch for note in played if abs(note.time - time) < .05] for time, _ in notes]
        leaps = [abs(one[0] - other[0]) for one, other in zip(pitches[::2], pitches[1::2]) if one and other]
        assert len(leaps) >= 3
        assert set(leaps) <= {5, 7}
        assert source.annotations()["programs"]["guitar"] == 25


def test_metal_is_fast_fifths_through_distortion():
    for source in clips("metal"):
        known, made = source.annotations(), score(plan(source.recipe))
        assert known["programs"]["guitar"] in (29, 30)
        assert {name[-1] for _, name, _ in known["chords"]} == {"5"}
        by_time: dict[float, set[int]] = {}
        for note in made["guitar"]:
            by_time.setdefault(round(note.time, 1), set()).add(note.pitch)
        chords = [sorted(pitches) for pitches in by_time.values() if len(pitches) == 3]
        assert np.mean([(b - a, c - a) == (7, 12) for a, b, c in chords]) > .8
    kicks = [len([note for note in score(plan(source.recipe))["drums"] if note.pitch == 36]) / source.recipe.duration
             for source in clips("metal", 12)]
    rock = [len([note for note in score(plan(source.recipe))["drums"] if note.pitch == 36]) / source.recipe.duration
            for source in clips("rock", 12)]
    assert np.mean(kicks) > 2 * np.mean(rock)


def test_hiphop_is_slow_and_low():
    low = {genre: [np.sum(band(wave, 25, 120) ** 2) / np.sum(wave ** 2)
                   for wave in (source.clip().wave for source in clips(genre, 6))] for genre in ("hiphop", "country")}
    assert np.mean(low["hiphop"]) > 1.5 * np.mean(low["country"])
    assert max(source.annotations()["tempo"] for source in clips("hiphop", 6)) <= 108


@pytest.fixture(scope="module")
def heard():
    """Genre to the level in LUFS and the peak of ten clips, at the loudness they were drawn with and at 0 dB."""
    import pyloudnorm

    meter, out = pyloudnorm.Meter(RATE), {}
    for genre in GENRES:
        rows = []
        for source in clips(genre, 10, 6.0):
            wave, gain = source.clip().wave.astype(float), source.annotations()["loudness"]
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                rows.append((meter.integrated_loudness(wave), gain, np.abs(wave).max()))
        out[genre] = np.array(rows)
    return out


def nearest(heard, genre, index):
    """The genre whose mean loudness, without this clip, is nearest to this clip's."""
    own = heard[genre][index, 0]
    means = {other: np.mean(np.delete(rows[:, 0], index) if other == genre else rows[:, 0])
             for other, rows in heard.items()}
    return min(means, key=lambda other: abs(means[other] - own))


def test_no_genre_is_given_away_by_loudness(heard):
    level = {genre: rows[:, 0] - rows[:, 1] for genre, rows in heard.items()}
    means = [np.mean(levels) for levels in level.values()]
    assert np.ptp(means) < 3.5
    assert all(np.std(levels) < 4 for levels in level.values())
    guesses = [nearest(heard, genre, index) == genre for genre, rows in heard.items() for index in range(len(rows))]
    assert np.mean(guesses) < .25, "the nearest mean loudness guesses the genre about as well as a die"


def test_no_clip_is_silent_or_far_above_one(heard):
    rows = np.concatenate(list(heard.values()))
    assert rows[:, 0].min() > -45
    assert rows[:, 2].max() < 1.5
