"""The music, by measurement: compás, cadence, cycle, strums, remates, and every source heard."""

import itertools

import numpy as np
import pytest

from escucha.corpora.palos import PALOS, PaloSource, Recipe
from escucha.corpora.palos.family import family
from escucha.corpora.palos.guitar import guitar
from escucha.corpora.palos.palo import METRES, SOURCES
from escucha.corpora.palos.plan import plan
from escucha.corpora.rendering.chord import NOTES, QUALITIES
from tests.corpora.rendering.hearing import at, decibels, strength

COMPAS = {"bulerias": {12, 3, 6, 8, 10}, "alegrias": {3, 6, 8, 10, 12}, "sevillanas": {1}, "solea": {3, 6, 8, 10, 12},
          "seguiriya": {1, 3, 5, 8, 11}, "tangos": {2, 3, 4}, "fandangos": {1}, "rumba": {1, 2.5, 4}}


def clip(palo, seed, **changes):
    return PaloSource(Recipe(palo, seed, 1000 + seed, 12.0, False, tuple(changes.items())))


def count(place, counts):
    """The count of a beat's number, halves included."""
    return counts[int(place + .01)] + round(2 * (place - int(place + .01))) / 2


@pytest.mark.parametrize("palo", PALOS)
def test_accents_are_those_of_the_compas_table_and_are_heard(palo):
    for seed in range(3):
        source = clip(palo, seed)
        known = source.annotations()
        assert set(known["accent_pattern"]) == COMPAS[palo]
        times, counts = zip(*known["beats"])
        places = np.interp(known["accents"], times, range(len(times)), left=np.nan, right=np.nan)
        assert {count(place, counts) for place in places if np.isfinite(place)} == COMPAS[palo]
        curve = strength(source.clip().wave)
        accented = at(curve, known["accents"]).mean()
        plain = at(curve, [time for time, _ in known["beats"] if time not in set(known["accents"])]).mean()
        assert accented > 1.5 * plain, (palo, seed)


def cycle(palo):
    """Autocorrelation of beat strengths at lags 1 to 14, averaged over clips of 24 s."""
    total = np.zeros(14)
    for seed in range(4):
        source = PaloSource(Recipe(palo, seed, 1000 + seed, 24.0, False, (("technique", "rasgueado"),)))
        beats = [time for time, _ in source.annotations()["beats"] if time > 1.2]
        heard = np.sqrt(at(strength(source.clip().wave), beats))
        heard = (heard - heard.mean()) / heard.std()
        total += [np.mean(heard[:-lag] * heard[lag:]) for lag in range(1, 15)]
    return dict(enumerate(total / 4, 1))


def test_onsets_repeat_at_the_cycle():
    ternary = cycle("sevillanas")
    assert max(range(1, 6), key=ternary.get) == 3
    for palo in ("bulerias", "alegrias"):
        twelve = cycle(palo)
        assert max(range(7, 15), key=twelve.get) == 12
        assert twelve[12] > twelve[3]
        assert twelve[12] > twelve[9]


def chroma(wave, start, end, rate=22050):
    """Pitch-class strengths of a stretch, from the spectrum between 75 and 1000 Hz."""
    part = wave[round(start * rate):round(end * rate)]
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)), 1 << 16))
    frequency = np.fft.rfftfreq(1 << 16, 1 / rate)
    keep = (frequency > 75) & (frequency < 1000)
    classes = np.round(69 + 12 * np.log2(frequency[keep] / 440)).astype(int) % 12
    return np.bincount(classes, spectrum[keep] ** 2, minlength=12)


def tones(name):
    root = next(note for note in sorted(NOTES, key=len, reverse=True) if name.startswith(note))
    steps = QUALITIES[name[len(root):]]
    return [(NOTES.index(root) + step) % 12 for step in steps]


@pytest.mark.parametrize("palo", PALOS)
def test_chroma_follows_the_chords(palo):
    inside = []
    for seed in range(3):
        source = clip(palo, seed, technique="rasgueado")
        wave, track = source.clip().wave, source.annotations()["chords"]
        for (start, name, _), (end, _, _) in itertools.pairwise(track):
            if end - start > .5 and start > 1.2:
                heard = chroma(wave, start + .05, end - .05)
                inside.append(heard[tones(name)].sum() / heard.sum())
    assert np.mean(inside) > .6, "three or four pitch classes of twelve hold most of the sound"


def test_bulerias_por_medio_walk_down_the_andalusian_cadence():
    known = PaloSource(Recipe("bulerias", 4, 3, 40.0, False, (("tonic", 9),))).annotations()
    names = [name for _, name, _ in known["chords"]]
    assert any(names[i:i + 4] == ["Dm", "C", "Bb", "A"] for i in range(len(names))), names
    assert set(names) == {"Dm", "C", "Bb", "A"}
    happy = PaloSource(Recipe("alegrias", 4, 3, 40.0, False, (("tonic", 4),))).annotations()
    assert {"E", "B7"} <= {name for _, name, _ in happy["chords"]} <= {"E", "B7", "A"}


@pytest.mark.parametrize("palo", PALOS)
def test_every_annotated_source_is_heard_in_the_mix(palo):
    for seed in range(3):
        source = clip(palo, seed, **{name: True for name in SOURCES})
        stems, mix, known = source.stems(), source.clip(), source.annotations()
        assert known["sources"] == list(SOURCES) == list(known["onsets"])
        assert list(stems) == [*SOURCES, "rest"]
        for name, times in known["onsets"].items():
            others = sum(stem.wave for other, stem in stems.items() if other != name)
            heard, masked = at(strength(stems[name].wave), times), at(strength(others), times)
            assert decibels(stems[name].wave) > decibels(mix.wave) - 32, name
            # three beats of four are accents in tangos, and cover what is sung on them
            assert np.median(heard / masked) > (.07 if palo == "tangos" else .1), name


def test_a_strum_is_several_strings_a_few_milliseconds_apart():
    made = plan(Recipe("bulerias", 3, 1003, 12.0, False, (("technique", "rasgueado"),)))
    notes = [note for note in guitar(made) if not note.kit]
    closing = next(line for line in made.lines if line.remate and made.time(line.first) > 0)
    when = made.time(closing.first + made.metre.close)
    strum = sorted(note.time for note in notes if abs(note.time - when) < .05 and note.velocity > 90)
    assert len(strum) >= 5
    assert .006 <= strum[-1] - strum[0] <= .031


def test_a_remate_ends_in_a_breath_of_guitar_and_palmas():
    seen = 0
    for seed in range(6):
        source = clip("bulerias", seed, palmas=True, tempo=170.0)
        known = source.annotations()
        for time in known["remates"]:
            breath = time + .35, time + 1.9 * 60 / 170 - .2
            if breath[1] < 12:
                seen += 1
                for name in ("guitar", "palmas"):
                    assert not [onset for onset in known["onsets"][name] if breath[0] < onset < breath[1]], (seed, name)
    assert seen >= 3


def test_the_voice_rests_between_phrases_and_moves_by_bends():
    from escucha.corpora.palos.score import score

    notes = score(plan(Recipe("alegrias", 5, 1005, 30.0, False, (("voice", True),))))["voice"]
    assert {"fall", "vibrato"} & {note.shape for note in notes}
    gaps = [b.time - (a.time + a.length) for a, b in itertools.pairwise(notes)]
    assert max(gaps) > .3
    assert all(50 <= note.pitch <= 82 for note in notes)


def test_beats_keep_the_tempo_and_lines_are_twelve_beats():
    known = clip("bulerias", 2, tempo=180.0).annotations()
    times = [time for time, _ in known["beats"]]
    assert 60 / np.mean(np.diff(times)) == pytest.approx(180, rel=.02)
    assert known["tempo"] == 180.0
    order = [count for _, count in known["beats"]]
    assert all(b == a % 12 + 1 for a, b in itertools.pairwise(order))
    assert METRES["twelve"].accents == (0, 3, 6, 8, 10)


def test_every_palo_has_its_metre():
    cycles = {palo: PaloSource(Recipe(palo, 1, 1)).annotations()["cycle"] for palo in PALOS}
    assert cycles == {"bulerias": 12, "alegrias": 12, "solea": 12, "seguiriya": 12, "sevillanas": 3, "fandangos": 3,
                      "tangos": 4, "rumba": 4}
    for metre in METRES.values():
        assert metre.close in metre.accents
        assert not set(metre.silent) & set(metre.accents)


def test_clips_do_not_begin_alike():
    counts = {PaloSource(Recipe("bulerias", seed, 7)).annotations()["beats"][0][1] for seed in range(40)}
    known = [PaloSource(Recipe("bulerias", seed, 7)).annotations()["onsets"] for seed in range(9)]
    first = [min(min(times) for times in onsets.values()) for onsets in known]
    assert len(counts) >= 10
    assert np.std(first) > .05
    assert family(3) == family(3) != family(4)
