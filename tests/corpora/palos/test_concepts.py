"""What concept pairs change is measured in their sound, as an ear would have it; the other member is the control."""

import itertools

import numpy as np
import pytest

from escucha.corpora.palos import RATE, Pair, PaloSource, counterfactual_pairs
from escucha.corpora.palos.palo import LINE
from escucha.corpora.palos.plan import plan
from escucha.corpora.palos.score import score
from escucha.corpora.rendering.note import Note
from tests.corpora.palos.test_music import chroma, tones
from tests.corpora.rendering.hearing import at, centroid, decibels, strength


def pairs(change: str, *, count: int = 6, duration: float = 6.0) -> list[Pair]:
    return counterfactual_pairs(change, pairs=count, seed=20, duration=duration)


def each(change: str, measure, **asked) -> np.ndarray:
    """A measure of both members, `(pair, 2)`: with the idea, without it."""
    return np.array([[measure(pair.with_), measure(pair.without)] for pair in pairs(change, **asked)])


@pytest.mark.parametrize("source", ["palmas", "castanets", "cajon", "voice", "guitar"])
def test_a_source_switched_off_takes_its_own_sound_away_and_no_more(source):
    for pair in pairs(source, count=2):
        with_, without, stem = pair.with_.clip(), pair.without.clip(), pair.with_.stems()[source]
        np.testing.assert_allclose(with_.wave - without.wave, stem.wave, atol=1e-6)
        assert decibels(without.wave) > -70, "a clip without it is not silent"
        assert sum(map(len, pair.without.annotations()["onsets"].values())) >= 5


@pytest.mark.parametrize(("source", "more"), [("palmas", 1.3), ("castanets", 1.1), ("cajon", 1.1)])
def test_strokes_are_heard_in_the_mix_where_they_are_annotated(source, more):
    grown = []
    for pair in pairs(source):
        times = pair.with_.annotations()["onsets"][source]
        with_, without = (at(strength(member.clip().wave), times) for member in (pair.with_, pair.without))
        assert np.median(with_ / without) > 1
        grown += (with_ / without).tolist()
    assert np.median(grown) > more


def test_contratiempo_claps_between_the_beats():
    for pair in pairs("contratiempo"):
        beats = [time for time, _ in pair.with_.annotations()["beats"]]
        between = [(one + other) / 2 for one, other in itertools.pairwise(beats) if one > 2.5]
        heard = [at(strength(member.stems()["palmas"].wave), between, within=.07).mean()
                 for member in (pair.with_, pair.without)]
        assert heard[0] > 1.5 * heard[1]


def returns(source: PaloSource) -> dict[int, float]:
    """Autocorrelation of the onset strengths of claps and guitar at the beats, at lags of 2 to 12 beats."""
    recipe = source.recipe.change("palmas", True).change("technique", "rasgueado")
    for other in ("voice", "bass", "castanets", "cajon"):
        recipe = recipe.change(other, False)
    clapped = PaloSource(recipe)
    made = clapped.stems()
    beats = [time for time, _ in clapped.annotations()["beats"] if time > 1.2]
    heard = np.sqrt(at(strength(made["palmas"].wave + made["guitar"].wave), beats))
    heard = (heard - heard.mean()) / heard.std()
    return {lag: float(np.mean(heard[:-lag] * heard[lag:])) for lag in range(2, LINE + 1)}


@pytest.mark.parametrize(("change", "cycle", "others"), [
    ("ternary-metre", 3, (2, 4, 5)), ("quaternary-metre", 4, (2, 3, 5)), ("twelve-beat-compas", 12, (4, 5, 7, 8, 11))])
def test_accents_come_back_at_the_cycle_and_only_where_it_is(change, cycle, others):
    with_, without = [], []
    for pair in pairs(change, duration=20.0):
        with_.append(returns(pair.with_))
        without.append(returns(pair.without)[cycle])
    mean = {lag: np.mean([found[lag] for found in with_]) for lag in range(2, LINE + 1)}
    assert mean[cycle] > max(mean[lag] for lag in others) + .2
    if cycle < LINE:  # after twelve beats all three metres come back
        assert mean[cycle] > np.mean(without) + .2


def degrees(source: PaloSource) -> np.ndarray:
    """`(12,)` shares of the sound by semitones above the tonic."""
    heard = chroma(source.clip().wave, .5, 6)
    return np.roll(heard, -source.annotations()["tonic"]) / heard.sum()


@pytest.mark.parametrize(("change", "more", "less"), [
    ("phrygian-mode", 1, 2), ("major-mode", 4, 3), ("minor-mode", 3, 4), ("andalusian-cadence", 3, 4)])
def test_pitch_classes_tell_mode_and_cadence(change, more, less):
    """Phrygian has the semitone above its tonic, minor the small third; the cadence passes over it (the G of A minor's
    fall to E), and rests less on the great one.
    """
    found = np.array([[degrees(pair.with_), degrees(pair.without)] for pair in pairs(change, count=12)]).mean(axis=0)
    assert found[0, more] > 1.5 * found[1, more]
    assert found[0, less] < found[1, less]


def pitch(wave: np.ndarray) -> float:
    """The pitch of a short sound in semitones (MIDI), by the first strong peak of its autocorrelation."""
    wave = wave - wave.mean()
    power = np.square(np.abs(np.fft.rfft(wave * np.hanning(len(wave)), 1 << 14)))
    alike = np.fft.irfft(power)[:RATE // 120]
    alike[:RATE // 1100] = 0
    peaks = np.flatnonzero((alike[1:-1] > alike[:-2]) & (alike[1:-1] >= alike[2:])) + 1
    best = next(lag for lag in peaks if alike[lag] > .85 * alike[peaks].max())
    return 69 + 12 * np.log2(RATE / best / 440)


def sung(wave: np.ndarray, start: float, end: float) -> np.ndarray:
    """Pitches of a voice every 20 ms of a stretch, 60 ms at a time."""
    return np.array([pitch(wave[round(time * RATE):round((time + .06) * RATE)]) for time in np.arange(start, end, .02)])


def test_a_stepwise_melody_moves_by_seconds_and_a_leaping_one_by_more():
    steps: dict[bool, list[float]] = {True: [], False: []}
    for pair in pairs("stepwise-melody"):
        for member in (pair.with_, pair.without):
            notes = [note for note in score(plan(member.recipe))["voice"] if note.shape != "grace"]
            wave = member.stems()["voice"].wave
            heard = [float(np.median(sung(wave, note.time + .1, note.time + min(note.length, .3))))
                     for note in notes if note.time < 5.6 and note.length > .2]
            steps[member is pair.with_] += np.abs(np.diff(heard)).tolist()
    assert np.median(steps[True]) < 2.5
    assert np.median(steps[False]) > 4.5


def test_melisma_moves_the_pitch_within_a_syllable_and_adds_no_stroke():
    moves = []
    for pair in pairs("melisma"):
        one, other = (score(plan(member.recipe))["voice"] for member in (pair.with_, pair.without))
        waves = [member.stems()["voice"].wave for member in (pair.with_, pair.without)]
        assert [note[:5] for note in one] == [note[:5] for note in other]
        for note in [note for note in one if note.shape.startswith("melisma") and note.time + note.length < 6][:2]:
            tracks = [sung(wave, note.time + .08, note.time + note.length - .06) for wave in waves]
            moves.append([np.percentile(track, 90) - np.percentile(track, 10) for track in tracks])
    with_, without = np.median(moves, axis=0)
    assert len(moves) >= 8
    assert with_ > 1.5
    assert without < .8


def alone(notes: list[Note]) -> list[Note]:
    """The notes that are struck alone."""
    return [note for note in notes if sum(abs(other.time - note.time) < .05 for other in notes) == 1]


def outside(source: PaloSource) -> float:
    """Share of the guitar's sound, where one string is struck alone, that does not belong to the chord."""
    wave, track = source.stems()["guitar"].wave, source.annotations()["chords"]
    shares = []
    for note in alone([note for note in score(plan(source.recipe))["guitar"] if not note.kit]):
        heard = chroma(wave, note.time, min(note.time + .15, 6.0))
        chord = [name for start, name, _ in track if start <= note.time][-1]
        shares.append(1 - heard[tones(chord)].sum() / heard.sum())
    return float(np.mean(shares))


def test_a_scale_has_notes_that_the_chord_has_not():
    with_, without = each("scale-melody", outside).mean(axis=0)
    assert with_ > 1.5 * without
    picado, arpegio = (np.mean([outside(getattr(pair, member)) for pair in pairs("picado", count=12)
                                if pair.without.annotations()["technique"] == "arpegio"])
                       for member in ("with_", "without"))
    assert picado > 1.5 * arpegio


def strings(source: PaloSource) -> float:
    """Notes to a stroke of the guitar between its accents."""
    notes = [note for note in score(plan(source.recipe))["guitar"] if not note.kit]
    known = source.annotations()
    plain = [time for time in known["onsets"]["guitar"] if np.abs(np.subtract(known["accents"], time)).min() > .1]
    return float(np.mean([sum(abs(note.time - time) < .028 for note in notes) for time in plain]))


def test_a_rasgueado_sweeps_strings_that_an_arpegio_and_a_picado_touch_one_by_one():
    found = each("rasgueado", strings)
    assert (found[:, 0] > 3).all()
    assert (found[:, 0] > found[:, 1] + .5).all()
    assert found[:, 1].mean() < 2.2
    single = each("arpegio", strings, count=3)  # against rasgueado, as in the first of every two scores
    assert (single[:, 0] < single[:, 1] - .5).all()


def quietest(source: PaloSource, *, lowest: float = 0.0) -> float:
    """The level of the softest twentieth of a clip above a frequency in Hz, dB: its pauses."""
    frames = np.lib.stride_tricks.sliding_window_view(source.clip().wave, 1024)[::512] * np.hanning(1024)
    power = np.square(np.abs(np.fft.rfft(frames)))[:, round(lowest * 1024 / RATE):].sum(axis=1)
    return float(10 * np.log10(np.percentile(power, 5)))


def test_sound_is_bright_loud_reverberant_or_noisy():
    bright = each("brightness", lambda source: centroid(source.clip().wave))
    assert (bright[:, 0] > 1.15 * bright[:, 1]).all()
    loud = each("loud", lambda source: decibels(source.clip().wave))
    assert np.diff(loud, axis=1) == pytest.approx(-12, abs=.01)
    room = each("reverberant", quietest)
    assert np.mean(room[:, 0] - room[:, 1]) > 3, "pauses fill up, where there are any"
    hiss = each("noise-floor", lambda source: quietest(source, lowest=6000))
    assert (hiss[:, 0] > hiss[:, 1]).all()
    assert np.mean(hiss[:, 0] - hiss[:, 1]) > 6, "between the strokes there is a hiss"
    for change in ("reverberant", "noise-floor"):
        level = each(change, lambda source: decibels(source.clip().wave))
        assert abs(np.diff(level, axis=1).mean()) < 1.0, "and it is no louder"
    rest = each("noise-floor", lambda source: decibels(source.stems()["rest"].wave))
    assert np.diff(rest, axis=1) == pytest.approx(-24, abs=.01)
