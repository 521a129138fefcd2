"""Parts are named as a musician would say them: source, band, stretch, each only where it is less than everything."""

import numpy as np

from escucha.explain.factorization import of_sources
from escucha.explain.naming import listed, short, stretch
from tests.worlds import RATE, mix, stems

SOURCES = stems(4, ("guitar", "palmas"))


def parts(segments, bands=1, sources=SOURCES):
    return of_sources(mix(SOURCES), sources, segments=segments, window=RATE, bands=bands)


def names(factorization, name):
    return [name(factorization, at) for at in range(len(factorization.parts))]


def test_what_lasts_all_the_time_has_no_time_and_what_has_all_frequencies_no_frequency():
    assert names(parts(1), stretch) == ["guitar", "palmas"]
    assert names(parts(2), stretch)[0] == "guitar between 0 and 2 s"
    assert names(parts(1, (300.0, 1000.0)), stretch)[:3] == [
        "guitar below 300 Hz", "guitar 300–1000 Hz", "guitar above 1000 Hz"]
    assert names(parts(2, (300.0,)), short)[1] == "guitar below 300 Hz, 2–4 s"
    assert names(parts(2, sources={}), stretch) == ["the mix between 0 and 2 s", "the mix between 2 and 4 s"]


def test_neighbours_in_time_and_in_frequency_are_one():
    both = parts(4, (300.0, 1000.0))
    def keep(*chosen):
        return np.array([any(part.source == source and (band is None or part.band[0] in band)
                             and part.start / RATE in seconds for source, band, seconds in chosen)
                         for part in both.parts])

    assert listed(both, keep(("guitar", None, {0, 1, 3}))) == "guitar at 0–2 and 3–4 s"
    assert listed(both, keep(("guitar", {0, 300}, {0, 1, 2, 3}))) == "guitar below 1000 Hz throughout"
    assert listed(both, keep(("palmas", {0, 1000}, {2}))) == (
        "palmas below 300 Hz at 2–3 s and palmas above 1000 Hz at 2–3 s")
    assert listed(both, keep(("guitar", None, {0, 2}), ("palmas", None, {0, 1, 2, 3}))) == (
        "guitar at 0–1 and 2–3 s, and palmas throughout")
    assert listed(parts(1), np.array([True, True])) == "guitar and palmas"
    assert listed(both, np.zeros(len(both.parts), dtype=bool)) == "none"


def test_of_many_stretches_six_are_named_and_the_others_counted():
    many = parts(40, sources={})
    assert listed(many, np.arange(40) % 2 == 0).endswith(", and 14 more")
