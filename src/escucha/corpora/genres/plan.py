"""The plan of a clip, before any note: beats, bars, chords, swing, and who plays what on what.

Conventions: beats are numbered from 0 and grouped in bars of four; times are in seconds from the clip's start and may
be negative, for a clip is an excerpt of a performance that has already begun.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from escucha.corpora.genres.family import Family, family
from escucha.corpora.genres.genre import GENRES
from escucha.corpora.genres.recipe import Recipe
from escucha.corpora.genres.style import BAR, SOURCES, Groove, Style
from escucha.corpora.rendering.chord import Chord, chord_of
from escucha.corpora.rendering.streams import stream

PHRASE = 4
"""Bars to a phrase."""


@dataclass(frozen=True)
class Bar:
    """Four beats."""

    number: int
    first: int
    """Its first beat's number."""
    opens: bool
    """True when it opens a phrase."""
    closes: bool
    """True when it closes one."""
    chords: tuple[tuple[float, Chord], ...]
    """(beat of the bar, chord) changes."""

    def chord(self, position: float) -> Chord:
        """The chord that holds at a beat (0 to 4) of the bar."""
        return [chord for at, chord in self.chords if at <= position + 1e-9][-1]


@dataclass(frozen=True, eq=False)
class Plan:
    """What every player of one clip agrees on."""

    recipe: Recipe
    style: Style
    family: Family
    mode: str
    tonic: int
    tempo: float
    """Beats a minute, the mean over the clip."""
    swing: float
    beats: np.ndarray
    """`(beat,)` times in seconds; the last ones lie beyond the clip."""
    bars: tuple[Bar, ...]
    scale: str
    """A key of `style.SCALES`, for songs."""
    groove: Groove | None
    programs: Mapping[str, int]
    """Source that plays to its General MIDI program; the drums' is their kit."""

    def time(self, beat: float) -> float:
        """Seconds at a fractional beat, swung."""
        unit = 2 * self.style.unit
        whole, part = divmod(beat, unit)
        part /= unit
        part = 2 * part * self.swing if part < .5 else self.swing + (2 * part - 1) * (1 - self.swing)
        return float(np.interp((whole + part) * unit, np.arange(len(self.beats)), self.beats))


def plan(recipe: Recipe) -> Plan:
    """The plan of a recipe. Each question has its own random stream, so that one answer changed changes no other."""
    style, habits, seed = GENRES[recipe.genre], family(recipe.family), recipe.seed
    mode = recipe.get("mode", _drawn(seed, "mode", style.modes))
    tonic = int(recipe.get("tonic", int(stream(seed, "tonic").integers(12))))
    tempo = float(recipe.get("tempo", float(stream(seed, "tempo").uniform(*style.tempo))))
    tempo *= float(recipe.get("tempo_factor", 1.0))
    beats = _beats(recipe, style, tempo)
    groove = style.grooves[int(stream(seed, "groove").integers(len(style.grooves)))] if style.grooves else None
    scale = str(stream(seed, "scale").choice(style.scales[mode]))
    return Plan(recipe, style, habits, mode, tonic, tempo, float(recipe.get("swing", habits.swing(style))), beats,
                _bars(recipe, style, mode, tonic, len(beats) // BAR), scale, groove, _programs(recipe, style, groove))


def _drawn(seed: int, question: str, chances: Mapping[str, float]) -> str:
    names = list(chances)
    return str(stream(seed, question).choice(names, p=[chances[name] for name in names]))


def _beats(recipe: Recipe, style: Style, tempo: float) -> np.ndarray:
    """Beat times: a slow drift, and a start anywhere in the first two phrases."""
    rng = stream(recipe.seed, "beats")
    phase, rate, turn = rng.uniform(0, 2 * PHRASE * BAR), rng.uniform(.02, .05), rng.uniform(0, 2 * np.pi)
    count = int(np.ceil(recipe.duration * tempo / 60 * 1.05)) + 3 * PHRASE * BAR
    drift = 1 + style.rubato * np.sin(turn + rate * 2 * np.pi * np.arange(count))
    times = np.concatenate([[0.0], np.cumsum(60 / tempo * drift)])
    return times - np.interp(phase, np.arange(count + 1), times)


def _bars(recipe: Recipe, style: Style, mode: str, tonic: int, count: int) -> tuple[Bar, ...]:
    """Bars over one progression, again and again, from a place in it."""
    rng = stream(recipe.seed, "form")
    progression = str(rng.choice(style.progressions[mode])).split("|")
    begin = PHRASE * int(rng.integers(max(1, len(progression) // PHRASE)))
    bars = []
    for number in range(count):
        degrees = progression[(begin + number) % len(progression)].split()
        chords = tuple((BAR * at / len(degrees), chord_of(degree, tonic)) for at, degree in enumerate(degrees))
        bars.append(Bar(number, number * BAR, number % PHRASE == 0, number % PHRASE == PHRASE - 1, chords))
    return tuple(bars)


def _programs(recipe: Recipe, style: Style, groove: Groove | None) -> dict[str, int]:
    """Who plays, on what: where nobody would play chords, the style's first who does joins in."""
    band, plays = family(recipe.family), {}
    for source, part in style.parts.items():
        drawn = stream(recipe.seed, "plays", source).random() < part.chance
        plays[source] = bool(recipe.get(source, drawn))
    chords = [source for source in style.parts if source in ("guitar", "keys", "strings")]
    if not any(plays[source] for source in chords) and chords[0] not in dict(recipe.changes):
        plays[chords[0]] = True
    made = {source: band.program(style, source) for source in SOURCES if plays.get(source)}
    if groove is not None and "drums" in made:
        made["drums"] = int(stream(band.number, "kit", groove.name).choice(groove.kits))
    return made
