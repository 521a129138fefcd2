"""Listening to the clips: pitches, interval sizes, chords, scales, accents and tempi are what the annotations say."""

import itertools

import numpy as np
import pytest

from escucha.corpora.palos import RATE
from escucha.corpora.rendering.chord import NOTES
from escucha.corpora.rendering.levels import LEVELS
from escucha.corpora.rendering.synth import Player
from escucha.corpora.theory import INSTRUMENTS, TOPICS, theory_corpus
from escucha.corpora.theory.figure import placed
from escucha.corpora.theory.score import score
from escucha.corpora.theory.topic import CHORDS, INTERVALS, SCALES
from tests.corpora.palos.test_music import chroma
from tests.corpora.rendering.hearing import HOP, cents, decibels, strength

DRY = {"wet": 0.0, "noise": 0, "loudness": 0.0}


def tracks(about, clips, seed=11, **settings):
    return theory_corpus(about=about, clips=clips, seed=seed, changes=DRY, **settings).tracks


def spectrum(wave):
    """Power at each MIDI pitch from 36 to 108: the largest within a third of a semitone."""
    power = np.abs(np.fft.rfft(wave * np.hanning(len(wave)), 1 << 17)) ** 2
    frequency = np.fft.rfftfreq(1 << 17, 1 / RATE)
    edges = [440 * 2 ** ((pitch - 69 + side) / 12) for pitch in range(36, 109) for side in (-.33, .33)]
    low, high = np.searchsorted(frequency, edges).reshape(-1, 2).T
    return np.array([power[start:end + 1].max() for start, end in zip(low, high)])


def pitch_of(wave, candidates):
    """The pitch whose first harmonics stand out most: each harmonic's level, softened, less that halfway between."""
    level = np.log(spectrum(wave) + 1e-9)
    at = [0, 12, 19, 24]

    def harmonic(pitch):
        return sum(level[min(pitch - 36 + step, 72)] for step in at)
    return max(candidates, key=harmonic)


@pytest.mark.parametrize("program", INSTRUMENTS)
def test_every_instrument_is_in_tune_and_as_loud_as_the_others(program):
    player, levels = Player(), []
    for pitch in (48, 61, 74, 84):
        tone = player.note(program, pitch, 112, .75)
        assert abs(cents(tone[1500:15000], pitch)) <= 15, pitch
        levels.append(decibels(tone[:round(.4 * RATE)]) + LEVELS[program])
        assert decibels(tone[:round(.15 * RATE)]) + LEVELS[program] > levels[-1] - 3.5, "it speaks at once"
    assert np.mean(levels) == pytest.approx(-19, abs=3.5)


def test_notes_have_the_annotated_pitch():
    for track in tracks("notes", 360)[::12]:
        note = track.source.annotations()
        pitch = 12 * (note["octave"] + 1) + NOTES.index(note["pitch_class"])
        start = round((note["onsets"]["instrument"][2] + .03) * RATE)
        wave = track.source.stems()["instrument"].wave[start:start + round(.33 * RATE)]
        assert abs(cents(wave, pitch)) <= 15
        assert abs(cents(wave, pitch + .5)) > 25, "a quarter tone is heard"


def test_interval_sizes_and_directions_are_heard():
    """The second note, by its pitch from the first: up, down; together, both stand out from all between."""
    right = []
    for track in tracks("intervals", 36 * 5, instruments=(24, 0, 71, 56, 11))[::7]:
        note, notes = track.source.annotations(), score(track.source.recipe)
        wave = track.source.stems()["instrument"].wave
        played = [n for n in notes if n.time > 1][:2] if note["direction"] == "together" else _pair(notes)
        parts = [wave[round((n.time + .02) * RATE):round((n.time + n.length - .02) * RATE)] for n in played]
        if note["direction"] == "together":
            low, high = sorted(n.pitch for n in played)
            assert high - low == note["semitones"]
            heard = spectrum(parts[0])
            others = [heard[p - 36] for p in range(low + 1, high) if abs(p - low) > 1 and abs(p - high) > 1]
            right.append(not others or min(heard[low - 36], heard[high - 36]) > max(others))
        else:
            first, second = (pitch_of(part, range(44, 88)) for part in parts)
            sign = 1 if note["direction"] == "up" else -1
            right.append(second - first == sign * note["semitones"])
    assert np.mean(right) > .9, right


def _pair(notes):
    """The two notes of a repetition."""
    later = [n for n in notes if n.time > 1]
    gaps = [b.time - a.time for a, b in itertools.pairwise(later)]
    begin = int(np.argmax(gaps[:2])) + 1
    return later[begin:begin + 2]


def test_chroma_is_the_chord_and_no_other():
    hits = []
    for track in tracks("chords", 24 * 5, instruments=(24, 0, 71, 56, 11))[::5]:
        note = track.source.annotations()
        heard = chroma(track.source.stems()["instrument"].wave, 0, 6)
        root = note["tonic"]
        fits = {(name, at): np.sqrt(heard[[(at + step) % 12 for step in steps]]).sum() / np.sqrt(len(steps))
                for name, steps in CHORDS.items() for at in range(12)}
        best = max(fits, key=fits.get)
        same = {(step + root) % 12 for step in CHORDS[note["chord"]]}
        hits.append({(step + best[1]) % 12 for step in CHORDS[best[0]]} == same)
    assert np.mean(hits) > .8, hits


def test_scales_are_walked_as_their_style_says():
    for track in tracks("scales", 27 * 5, instruments=(24, 0, 71, 73, 11))[::11]:
        note, notes = track.source.annotations(), score(track.source.recipe)
        steps = [0, *(SCALES[note["scale"]][1:]), 12]
        up = [(note["tonic"] + step) % 12 for step in steps]
        wanted = {"up": up, "down": up[::-1], "up-and-down": up + up[-2::-1]}[note["style"]]
        assert [n.pitch % 12 for n in notes[:len(wanted)]] == wanted
        heard = chroma(track.source.stems()["instrument"].wave, 0, 6)
        share = [heard[sorted({(tone + turn) % 12 for tone in up})].sum() / heard.sum() for turn in range(12)]
        assert share[0] > .85
        assert share[0] > max(share[turn] for turn in range(1, 12) if turn not in (5, 7)), "fifths are harmonics too"


@pytest.mark.parametrize("sound", ["clicks", "chords"])
def test_onsets_come_at_the_tempo(sound):
    """The autocorrelation of onset strength peaks at the beat; a tenth beside it there is less."""
    for track in tracks("tempi", 40, manners=(sound,), instruments=(24, 0, 71, 56, 11))[::3]:
        tempo = track.source.annotations()["tempo"]
        curve = strength(track.source.clip().wave)
        curve = curve - curve.mean()
        same = np.correlate(curve, curve, "full")[len(curve) - 1:]
        beat = 60 / tempo * RATE / HOP
        near = range(round(beat * .9), round(beat * 1.1) + 1)
        assert max(near, key=lambda lag: same[lag]) == pytest.approx(beat, abs=1.6)
        assert same[round(beat)] > 3 * same[round(beat * 1.35)]


def test_accents_group_the_strokes():
    """Loudness at a bar's first stroke, at its beats and between: in that order, in every signature."""
    for signature in TOPICS["time-signatures"].values:
        track = tracks("time-signatures", 1, values=(signature,), manners=("clicks",), instruments=(24, 0, 71, 56, 11))
        notes, wave = score(track[0].source.recipe), track[0].source.stems()["instrument"].wave
        heard: dict[float, list[float]] = {}
        for note in notes:
            if note.time > .05:
                part = wave[round(note.time * RATE):round((note.time + .12) * RATE)]
                heard.setdefault(round(note.velocity, 3), []).append(decibels(part))
        between, beats, first = (np.median(heard[velocity]) for velocity in sorted(heard))
        assert between + 3 < beats < first


@pytest.mark.parametrize("about", TOPICS)
def test_no_clip_is_silent_clipped_or_short(about):
    turn = len(TOPICS[about].values) * len(TOPICS[about].manners)
    for track in theory_corpus(about=about, clips=20 * turn, seed=12).tracks[::turn - 1]:
        clip, loudness = track.source.clip(), track.source.annotations()["loudness"]
        assert len(clip.wave) == 6 * RATE
        assert np.abs(clip.wave).max() < 1
        seconds = [decibels(part) for part in np.split(clip.wave, 3)]
        assert min(seconds) > loudness - 40, "two seconds hear it"
        assert max(seconds) < loudness - 10


def test_sound_without_harmony_does_not_tell_a_chord():
    """Mean pitch and loudness, by nearest mean on other instruments: chance. Unplaced, an interval's would be told."""
    corpus = theory_corpus(about="chords", clips=168, seed=13)
    hints = np.array([[np.mean([n.pitch for n in score(t.source.recipe)]), decibels(t.source.clip().wave)]
                      for t in corpus])
    assert _told(hints, [t.label for t in corpus], [t.group for t in corpus]) < .125 + .1
    rng = np.random.default_rng(0)
    names = [name for name in INTERVALS for _ in range(24)]
    groups = [str(turn % 8) for turn in range(len(names))]
    roots = rng.integers(12, size=len(names))

    def middles(place):
        return np.array([[np.mean(place((0, INTERVALS[name]), int(root)))] for name, root in zip(names, roots)])
    assert _told(middles(lambda offsets, root: placed(offsets, root, 60)), names, groups) < 1 / 12 + .05
    assert _told(middles(lambda offsets, root: [60 + root + step for step in offsets]), names, groups) > 1 / 12 + .05


def test_shares_of_accents_tell_signatures_but_not_the_two_of_five_in_twelve():
    """Order thrown away: how many strokes there are, begin a bar, are accented."""
    corpus = theory_corpus(about="time-signatures", clips=16 * 25, seed=14)
    hints = np.array([_shares(score(track.source.recipe)) for track in corpus])
    labels, groups = (np.array(each) for each in zip(*((track.label, track.group) for track in corpus)))
    assert .7 < _told(hints, labels, groups) < .875

    def told(*asked):
        among = np.isin(labels, asked)
        return _told(hints[among], labels[among], groups[among])
    assert told("compas", "12-8") > .95
    assert abs(told("compas", "even-twelve") - .5) < .1


def _shares(notes):
    loud = np.array([velocity for _, velocity in sorted({n.time: n.velocity for n in notes if n.time >= 0}.items())])
    level = loud / loud.max()
    return len(level), (level > .85).mean(), (level > .5).mean()


def _told(hints, labels, groups):
    """Accuracy of the nearest class mean, each group answered from the others."""
    labels, groups = np.array(labels), np.array(groups)
    hints = (hints - hints.mean(axis=0)) / hints.std(axis=0)
    names, right = np.unique(labels), []
    for group in np.unique(groups):
        means = np.array([hints[(groups != group) & (labels == name)].mean(axis=0) for name in names])
        away = np.linalg.norm(hints[groups == group][:, None] - means, axis=2)
        right += list(names[away.argmin(axis=1)] == labels[groups == group])
    return float(np.mean(right))
