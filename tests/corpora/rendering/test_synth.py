"""The soundfont player: in tune, louder when played louder, and without a memory of what it played before."""

import itertools

import numpy as np
import pytest

from escucha.corpora.genres import GENRES, genres_corpus
from escucha.corpora.genres.plan import plan
from escucha.corpora.genres.score import score
from escucha.corpora.palos import RATE
from escucha.corpora.palos.recipe import GUITARS, VOICES
from escucha.corpora.rendering.castanets import click
from escucha.corpora.rendering.levels import DRUMS, LEVELS
from escucha.corpora.rendering.note import CASTANETS, Note
from escucha.corpora.rendering.sound import sound
from escucha.corpora.rendering.synth import SHAPES, Player
from tests.corpora.rendering.hearing import cents, decibels

RANGES = {**{program: range(40, 87, 4) for program in GUITARS}, **{program: range(52, 80, 3) for program in VOICES},
          32: range(33, 46, 3)}
"""The pitches each program is given by the scores of palos."""


REACH = {"bass": (-3, 23), "sing": (-3, 26), "strum": (0, 30), "power": (0, 23), "block": (0, 23), "drums": (0, 0)}
"""Semitones from a part's lowest pitch to the ends of what its hand plays."""


def genre_ranges():
    """Pitches that the scores of genres may give to each program: every fourth, and the ends."""
    pitches: dict[int, set[int]] = {}
    for style in GENRES.values():
        for part in style.parts.values():
            low, high = REACH[part.hand]
            for program in part.programs if high else ():
                pitches.setdefault(program, set()).update(range(part.low + low, part.low + high + 1))
    return {program: sorted({*sorted(own)[::4], max(own)}) for program, own in pitches.items()}


@pytest.mark.parametrize("program", RANGES)
def test_every_program_used_is_within_15_cents(program):
    player = Player()
    for pitch in RANGES[program]:
        tone = player.note(program, pitch, 112, 1.0)[1500:20000]
        assert abs(cents(tone, pitch)) <= 15, (program, pitch)


@pytest.mark.parametrize("program", genre_ranges())
def test_every_program_of_the_genres_is_within_15_cents(program):
    player = Player()
    for pitch in genre_ranges()[program]:
        tone = player.note(program, pitch, 112, 1.0)[1500:20000]
        assert abs(cents(tone, pitch)) <= 15, (program, pitch)


def test_the_ranges_are_those_of_the_scores():
    known = genre_ranges()
    for track in genres_corpus(clips=60, seed=4, duration=8.0):
        for notes in score(plan(track.source.recipe)).values():
            for note in notes:
                assert note.kit or min(known[note.program]) <= note.pitch <= max(known[note.program]), note
                assert (note.program, note.pitch) in DRUMS if note.kit else note.program in LEVELS


def test_the_hearing_of_the_tests_hears_a_shift():
    tone = Player().note(24, 60, 112, 1.0, shift=.3)[1500:20000]
    assert cents(tone, 60) == pytest.approx(30, abs=8)


VOICES_AND_DRUMS = [*((program, 60 if program != CASTANETS else 1, False) for program in LEVELS),
                    *((kit, drum, True) for kit, drum in DRUMS)]


@pytest.mark.parametrize(("program", "pitch", "kit"), VOICES_AND_DRUMS)
def test_velocity_is_loudness(program, pitch, kit):
    notes = [Note(0.0, program, pitch, velocity, .3, kit=kit)
             for velocity in (20, 40, 60, 63, 65, 80, 95, 97, 110, 127)]
    levels = [decibels(sound(note)[:round(.2 * RATE)]) for note in notes]
    assert all(b > a for a, b in itertools.pairwise(levels)), levels


@pytest.mark.parametrize(("program", "pitch", "kit"), [voice for voice in VOICES_AND_DRUMS if voice[0] != CASTANETS])
def test_levels_bring_every_sound_to_a_common_loudness(program, pitch, kit):
    level = decibels(sound(Note(0.0, program, pitch, 112, .4, kit=kit))[:round((.15 if kit else .4) * RATE)])
    assert -37 < level < -12 if kit else -25 < level < -14


def test_any_order_of_calls_gives_the_same_samples():
    calls = [(24, 60, 80, .5, "", False, .0), (53, 70, 112, 1.0, "turn", False, .2), (0, 39, 112, .3, "", True, 2.0),
             (68, 64, 48, .75, "fall", False, -.1), (30, 45, 112, .3, "", False, .1), (25, 36, 112, .5, "", True, .0),
             (39, 30, 112, .75, "", False, .0), (48, 60, 80, 2.0, "", False, .0), (40, 38, 48, .3, "", True, .0),
             (0, 64, 80, .3, "", True, .0), (32, 36, 112, 1.5, "", False, .0)]

    def played(order, limit):
        player = Player(limit)
        return {index: player.note(*calls[index][:4], shape=calls[index][4], kit=calls[index][5],
                                   shift=calls[index][6]) for index in order}

    first = played(range(len(calls)), 2 ** 28)
    for order in (range(len(calls))[::-1], (3, 3, 9, 1, 5, 6, 0, 1, 10, 2, 8, 4, 7, 0)):
        again = played(order, 1)  # a cache for one note only: everything is rendered anew
        for index, wave in again.items():
            np.testing.assert_array_equal(wave, first[index])


def test_the_cache_is_bounded_and_read_only():
    player = Player(limit=300_000)
    for pitch in range(40, 60):
        wave = player.note(24, pitch, 112, 1.0)
    assert sum(note.nbytes for note in player._notes.values()) <= 300_000
    with pytest.raises(ValueError, match="read-only"):
        wave[0] = 1


def test_a_bend_moves_the_pitch():
    fall = Player().note(53, 64, 112, 2.0, shape="fall")
    assert cents(fall[round(.1 * RATE):round(.8 * RATE)], 64) == pytest.approx(0, abs=30)
    assert cents(fall[round(1.93 * RATE):round(2.0 * RATE)], 62) < 0
    assert set(SHAPES) >= {"", "vibrato", "turn", "fall"}


@pytest.mark.parametrize(("shell", "low", "high"), [(0, 900, 1400), (1, 1300, 1700)])
def test_castanets_ring_at_their_shells_and_are_short(shell, low, high):
    wave = click(shell)
    spectrum = np.abs(np.fft.rfft(wave, 8192))
    frequency = np.fft.rfftfreq(8192, 1 / RATE)
    assert low < frequency[int(np.argmax(np.where(frequency < 2200, spectrum, 0)))] < high
    assert decibels(wave[-200:]) < decibels(wave[:200]) - 40
