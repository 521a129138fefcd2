"""The other palos: each metre measured from what the hands play, the mode that changes, the tempo that separates."""

import itertools

import numpy as np
import pytest

from escucha.corpora.palos import DEFAULT_PALOS, PALOS, PaloSource, Recipe, palos_corpus
from escucha.corpora.palos.palo import SOURCES
from escucha.corpora.rendering.chord import NOTES
from tests.corpora.palos.test_music import chroma
from tests.corpora.rendering.hearing import at, strength

OTHERS = tuple(palo for palo in PALOS if palo not in DEFAULT_PALOS)


def clip(palo, seed, duration=12.0, **changes):
    return PaloSource(Recipe(palo, seed, 1000 + seed, duration, False, tuple(changes.items())))


def profile(palo, source, *, clips=4, half=False):
    """Onset strength of one stem by count of the cycle (half a beat after it with `half`), averaged over clips."""
    total: dict[float, list[float]] = {}
    for seed in range(clips):
        made = clip(palo, seed, 16.0, **{source: True} | ({"technique": "rasgueado"} if source == "guitar" else
                                                            {"contratiempo": False}))
        known, curve = made.annotations(), strength(made.stems()[source].wave)
        beats = [beat for beat in known["beats"] if 1.5 < beat[0] < 15]
        pairs = [((one + half * other) / (1 + half), count) for (one, count), (other, _) in itertools.pairwise(beats)]
        for strong, (_, count) in zip(at(curve, [time for time, _ in pairs], within=.04), pairs):
            total.setdefault(count, []).append(strong)
    return {count: float(np.mean(values)) for count, values in total.items()}


@pytest.mark.parametrize("source", ["palmas", "guitar"])
@pytest.mark.parametrize(("palo", "strong"), [("seguiriya", {1, 3, 5, 8, 11}), ("solea", {3, 6, 8, 10, 12}),
                                              ("tangos", {2, 3, 4}), ("fandangos", {1})])
def test_hands_strike_the_accents_of_the_compas(palo, strong, source):
    heard = profile(palo, source)
    assert min(heard[count] for count in strong) > 1.4 * max(heard[count] for count in set(heard) - strong)


def test_nobody_strikes_on_the_first_beat_of_tangos():
    for seed in range(6):
        known = clip("tangos", seed, technique=("rasgueado", "arpegio", "picado")[seed % 3],
                     **{name: True for name in SOURCES}).annotations()
        ones = np.array([time for time, count in known["beats"] if count == 1])
        for name in set(SOURCES) - {"voice"}:
            assert np.abs(np.subtract.outer(known["onsets"][name], ones)).min() > .08, name
    heard = profile("tangos", "palmas")
    assert heard[1] < .1 * min(heard[2], heard[3], heard[4])


@pytest.mark.parametrize("source", ["palmas", "guitar"])
def test_rumba_accents_three_three_two(source):
    on, off = profile("rumba", source), profile("rumba", source, half=True)
    strong = [on[1], off[2], on[4]]
    plain = [on[2], on[3], off[1], off[3]]
    assert min(strong) > 1.3 * max(plain), (strong, plain)


def test_another_compas_would_be_noticed():
    heard = profile("seguiriya", "palmas")
    bulerias = {12, 3, 6, 8, 10}
    assert min(heard[count] for count in bulerias) < max(heard[count] for count in set(heard) - bulerias)


@pytest.mark.parametrize(("palo", "tonic", "cadence"), [
    ("solea", 4, ["Am", "G", "F", "E"]), ("fandangos", 4, ["Am", "G", "F", "E"]),
    ("seguiriya", 9, ["Dm", "C", "Bb", "A"]), ("tangos", 9, ["Dm", "C", "Bb", "A"])])
def test_the_andalusian_cadence_closes_phrases(palo, tonic, cadence):
    names = [name for _, name, _ in clip(palo, 3, 60.0, tonic=tonic).annotations()["chords"]]
    assert any(names[start:start + 4] == cadence for start in range(len(names))), names


def test_a_fandango_frames_major_coplas_with_phrygian():
    known = clip("fandangos", 1, 60.0, tonic=4).annotations()
    assert known["mode"] == "bimodal"
    assert known["tonic"] == 4
    assert {(mode, tonic) for _, mode, tonic in known["modes"]} == {("phrygian", 4), ("major", 0)}
    assert all(one[1] != other[1] for one, other in itertools.pairwise(known["modes"]))
    ends = [*(start for start, _, _ in known["modes"][1:]), 60.0]
    for (start, mode, _), end in zip(known["modes"], ends):
        names = {name for at, name, _ in known["chords"] if start <= at < end}
        assert names <= ({"Am", "G", "F", "E"} if mode == "phrygian" else {"C", "F", "G7"})


def test_a_fandango_sounds_in_the_mode_that_is_annotated():
    """The frame rests on a major third above its final, where the copla's key has a minor one (G sharp and G)."""
    share: dict[str, list[float]] = {"phrygian": [], "major": []}
    for seed in range(6):
        made = clip("fandangos", seed, 24.0, technique="rasgueado")
        wave, known = made.stems()["guitar"].wave, made.annotations()
        for (start, _, degree), (end, _, _) in itertools.pairwise(known["chords"]):
            mode = [mode for at, mode, _ in known["modes"] if at <= start][-1]
            if end - start > .8 and start > 1 and degree in ("I", "V7"):
                heard = chroma(wave, start + .1, end - .1)
                major, minor = heard[(known["tonic"] + 4) % 12], heard[(known["tonic"] + 3) % 12]
                share[mode].append(major / (major + minor))
    assert np.mean(share["phrygian"]) > .7
    assert np.mean(share["major"]) < .3


def test_a_clip_too_short_for_both_modes_names_the_one_it_has():
    short = [clip("fandangos", seed, 1.5).annotations() for seed in range(30)]
    assert {known["mode"] for known in short} == {"phrygian", "major", "bimodal"}
    for known in short:
        assert (known["mode"] == "bimodal") == (len(known["modes"]) > 1)
        assert known["mode"] == "bimodal" or known["modes"] == [[0.0, known["mode"], known["tonic"]]]
    whole = clip("fandangos", 1, mode="phrygian").annotations()
    assert (whole["mode"], len(whole["modes"])) == ("phrygian", 1)


@pytest.mark.parametrize("palo", ["solea", "seguiriya"])
def test_slow_palos_have_enough_in_six_seconds(palo):
    counts = [sum(map(len, track.source.annotations()["onsets"].values()))
              for track in palos_corpus(clips=40, seed=2, palos=(palo,), duration=6.0)]
    guitar = [len(track.source.annotations()["onsets"]["guitar"])
              for track in palos_corpus(clips=40, seed=2, palos=(palo,), duration=6.0)]
    assert min(guitar) >= 8
    assert np.median(counts) >= 25


def test_a_metre_may_be_set_in_any_palo():
    for palo, metre in itertools.product(("bulerias", "tangos", "rumba"), ("twelve", "seguiriya", "four", "tresillo")):
        known = clip(palo, 2, metre=metre, mode="bimodal", palmas=True).annotations()
        assert known["metre"] == metre
        assert known["onsets"]["palmas"]
        assert {NOTES[known["tonic"]]} <= {name for _, name, _ in known["chords"]}
