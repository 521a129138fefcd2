"""The plan of a performance, before any note: beats, lines, chords, phrases, and who plays.

Conventions: beats are numbered from 0 and grouped in lines of twelve; times are in seconds from the clip's start and
may be negative, for a clip is mostly an excerpt of a performance that has already begun.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from escucha.corpora.palos.family import Family, family
from escucha.corpora.palos.palo import BIMODAL, COPLA, HARMONY, LINE, METRES, PALOS, SOURCES, Metre
from escucha.corpora.palos.recipe import TECHNIQUES, Recipe
from escucha.corpora.rendering.chord import Chord, chord_of
from escucha.corpora.rendering.streams import stream


@dataclass(frozen=True)
class Line:
    """Twelve beats: one compás, four bars of three, or three of four."""

    number: int
    first: int
    """Its first beat's number."""
    remate: bool
    """True when it closes a phrase."""
    opens: bool
    """True when it opens one."""
    chords: tuple[tuple[float, Chord], ...]
    """(position, chord) changes."""
    mode: str
    """A key of SCALES."""
    tonic: int
    """Pitch class of the mode's final."""

    def chord(self, position: float) -> Chord:
        """The chord that holds at a position (0 to 12) of the line."""
        return self.chords[max(0, bisect_right([at for at, _ in self.chords], position) - 1)][1]


@dataclass(frozen=True, eq=False)
class Plan:
    """What every player of one clip agrees on."""

    recipe: Recipe
    family: Family
    metre: Metre
    tempo: float
    """Felt beats a minute, the mean over the clip."""
    beats: np.ndarray
    """`(beat,)` times in seconds; the last ones lie beyond the clip."""
    lines: tuple[Line, ...]
    entries: dict[str, float]
    """From when on each source that plays may sound, in seconds."""
    technique: str
    contratiempo: bool
    melisma: bool | None = None
    """Whether the voice's long notes have melisma, all or none; None for now and then, as the family likes."""
    line: str = ""
    """How the voice's melody moves, one of `LINES`; empty for freely."""
    run: str = "scale"
    """What picado runs through, one of `RUNS`."""

    @property
    def between(self) -> tuple[float, ...]:
        """Where the guitar's strokes between two beats fall, as shares of the beat."""
        division = PALOS[self.recipe.palo].division
        return (self.family.swing,) if division == 2 else tuple(part / division for part in range(1, division))

    @property
    def guitar(self) -> int:
        """The guitar's program."""
        return int(self.recipe.get("program", self.family.guitar))

    @property
    def singer(self) -> int:
        """The voice's program."""
        return int(self.recipe.get("voice_program", self.family.voice))

    def time(self, beat: float) -> float:
        """Seconds at a fractional beat."""
        whole = min(max(int(beat // 1), 0), len(self.beats) - 2)
        return float(self.beats[whole] + (beat - whole) * (self.beats[whole + 1] - self.beats[whole]))


def plan(recipe: Recipe) -> Plan:
    """The plan of a recipe. Each question has its own random stream, so that one answer changed changes no other."""
    palo = PALOS[recipe.palo]
    metre = recipe.get("metre", palo.metre)
    mode = recipe.get("mode", _drawn(recipe, "mode", palo.modes))
    tonic = int(recipe.get("tonic", int(stream(recipe.seed, "tonic").integers(12))))
    tempo = _tempo(recipe)
    beats = _beats(recipe, tempo)
    return Plan(recipe, family(recipe.family), METRES[metre], tempo, beats,
                _lines(recipe, metre, mode, tonic, len(beats)), _entries(recipe, beats),
                recipe.get("technique", _drawn(recipe, "technique", dict(zip(TECHNIQUES, (.6, .25, .15))))),
                bool(recipe.get("contratiempo", stream(recipe.seed, "contratiempo").random() < palo.contratiempo)),
                recipe.get("melisma", None), recipe.get("line", ""), recipe.get("run", "scale"))


def _drawn(recipe: Recipe, question: str, chances: Mapping[str, float]) -> str:
    names = list(chances)
    return str(stream(recipe.seed, question).choice(names, p=[chances[name] for name in names]))


def _tempo(recipe: Recipe) -> float:
    low, high = PALOS[recipe.palo].range(recipe.natural)
    drawn = float(stream(recipe.seed, "tempo").uniform(low, high))
    return float(recipe.get("tempo", drawn)) * float(recipe.get("tempo_factor", 1.0))


def _beats(recipe: Recipe, tempo: float) -> np.ndarray:
    """Beat times: a slow drift of about one per cent, and a start anywhere in the first two lines."""
    rng = stream(recipe.seed, "beats")
    phase, rate, turn = rng.uniform(0, 2 * LINE), rng.uniform(.02, .05), rng.uniform(0, 2 * np.pi)
    count = int(np.ceil(recipe.duration * tempo / 60 * 1.03)) + 4 * LINE
    drift = 1 + .012 * np.sin(turn + rate * 2 * np.pi * np.arange(count))
    times = np.concatenate([[0.0], np.cumsum(60 / tempo * drift)])
    return times - np.interp(phase, np.arange(count + 1), times)


def _lines(recipe: Recipe, metre: str, mode: str, tonic: int, beats: int) -> tuple[Line, ...]:
    rng = stream(recipe.seed, "form")
    lines: list[Line] = []
    left = size = int(rng.integers(1, 4))
    for number, (own, final, returns) in enumerate(_modes(recipe, mode, tonic, beats // LINE)):
        full = rng.random() < .4 or left == 1 or returns
        if own == "phrygian":
            full = recipe.get("cadence", full)
        chords = tuple((at, chord_of(degree, final)) for at, degree in HARMONY[metre][own][int(full)])
        lines.append(Line(number, number * LINE, left == 1, left == size, chords, own, final))
        left -= 1
        if not left:
            left = size = int(rng.integers(2, 4))
    return tuple(lines)


def _modes(recipe: Recipe, mode: str, tonic: int, lines: int) -> list[tuple[str, int, bool]]:
    """Mode and tonic of every line, and whether it comes back from a copla: the cadence down to the frame's final."""
    if mode != BIMODAL:
        return [(mode, tonic, False)] * lines
    rng = stream(recipe.seed, "copla")
    made = [("phrygian", tonic, False)]
    while len(made) < lines:
        made += [("major", (tonic + COPLA) % 12, False)] * int(rng.integers(1, 3))
        made += [("phrygian", tonic, True)]
    return made[:lines]


def _entries(recipe: Recipe, beats: np.ndarray) -> dict[str, float]:
    """Who plays, and from when: some clips start in mid-performance, some with a breath or one source alone."""
    palo = PALOS[recipe.palo]
    chances = palo.habit_sources if recipe.natural else palo.sources
    playing = {source: bool(recipe.get(source, stream(recipe.seed, "plays", source).random() < chances[source]))
               for source in SOURCES}
    rng = stream(recipe.seed, "intro")
    breath = float(rng.uniform(.1, 1.0)) if rng.random() < .3 else -60.0
    late = {source: float(rng.uniform(0, .3) * recipe.duration) if rng.random() < .35 else -60.0
            for source in SOURCES}
    late["guitar"] = -60.0
    # An entry waits for a beat; the first source to play waits only for the breath.
    entry = {source: max(breath, late[source]) for source in SOURCES if playing[source]}
    return {source: float(beats[min(int(np.searchsorted(beats, at)), len(beats) - 1)]) - .2 if at > 0 else at
            for source, at in entry.items()}
