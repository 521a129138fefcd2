"""The notes of a clip, and what it says about itself without being played."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from escucha.corpora.rendering.chord import NOTES
from escucha.corpora.rendering.note import Note, strokes
from escucha.corpora.rendering.room import NOISES, ROOMS
from escucha.corpora.rendering.streams import stream
from escucha.corpora.theory.figure import FIGURES, Ask, Figure
from escucha.corpora.theory.instrument import family
from escucha.corpora.theory.recipe import REGISTERS, Recipe
from escucha.corpora.theory.topic import BANDS, INTERVALS, PLAYED, SIGNATURES, TOPICS

INSTRUMENT = "instrument"
"""The name of the one source."""
PACES: dict[str, tuple[float, float]] = {
    "notes": (.22, .35), "intervals": (.28, .42), "chords": (.28, .42), "scales": (.15, .21),
    "progressions": (.46, .62), "time-signatures": (.17, .25),
}
"""Seconds a step, drawn between these."""
LONGEST = {"tempi": .15}
"""Seconds: a stroke is no longer, so that its length does not tell the tempo."""
METRIC = ("time-signatures", "tempi")
"""Clips of these begin anywhere in a bar; the others begin with the figure, after a short wait."""
WAIT = .25
"""Seconds at most."""
JITTER = .003
"""Standard deviation of onsets, seconds."""


@dataclass(frozen=True)
class Hall:
    """What a clip's sound depends on beside its notes; drawn from the seed alone."""

    room: int
    noise: int
    wet: float
    """Amplitude of the room's tail beside the dry sound."""
    brightness: float
    """High shelf, dB."""
    loudness: float
    """dB."""


def hall(recipe: Recipe) -> Hall:
    """Room, noise and tone: what is a nuisance to every question."""
    rng = stream(recipe.seed, "hall")
    drawn = Hall(int(rng.integers(ROOMS)), int(rng.integers(NOISES)), float(rng.uniform(.05, .5)),
                 float(rng.uniform(-4, 4)), float(rng.uniform(-12, 0)))
    return Hall(**{name: type(value)(recipe.get(name, value)) for name, value in vars(drawn).items()})


def register(recipe: Recipe) -> str:
    """The middle of what is played, a key of `REGISTERS`."""
    return str(recipe.get("register", stream(recipe.seed, "register").choice(tuple(REGISTERS))))


def playing(recipe: Recipe) -> str:
    """How chords are played, `block` or `broken`: their manner where that is asked, else drawn."""
    if TOPICS[recipe.about].manner == "playing":
        return recipe.manner
    return str(recipe.get("playing", stream(recipe.seed, "playing").choice(PLAYED)))


def tempo(recipe: Recipe) -> float:
    """Beats a minute of a clip about tempo: the same share of its band for every band, so that they stay apart."""
    low, high = BANDS[recipe.value]
    return float(low + stream(recipe.seed, "tempo").uniform() * (high - low))


def pace(recipe: Recipe) -> float:
    """Seconds a step."""
    if recipe.about == "tempi":
        return 60 / tempo(recipe)
    return float(stream(recipe.seed, "pace").uniform(*PACES[recipe.about]))


def figure(recipe: Recipe) -> Figure:
    """What is repeated."""
    ask = Ask(recipe.value, recipe.manner, recipe.tonic, REGISTERS[register(recipe)], playing(recipe) == "broken")
    return FIGURES[recipe.about](ask)


def score(recipe: Recipe) -> tuple[Note, ...]:
    """The notes in time order, the figure again and again; those from before a metric clip that still ring too."""
    made, step = figure(recipe), pace(recipe)
    touch = float(stream(recipe.seed, "touch").uniform(80, 112))
    rng = stream(recipe.seed, "jitter")
    share = float(stream(recipe.seed, "start").uniform())
    start = -share * made.period * step if recipe.about in METRIC else share * WAIT
    notes = []
    for turn in range(int((recipe.duration - start) / (made.period * step)) + 1):
        for stroke in made.strokes:
            time = start + (turn * made.period + stroke.step) * step + JITTER * rng.standard_normal()
            length = min(stroke.length * step, LONGEST.get(recipe.about, stroke.length * step))
            notes += [Note(time, recipe.program, pitch, touch * stroke.accent, length) for pitch in stroke.pitches]
    return tuple(note for note in sorted(notes) if -note.length < note.time < recipe.duration - .02)


def annotations(recipe: Recipe) -> dict[str, Any]:
    """Everything that was drawn, JSON-ready; numbers that may be regressed are floats, numbers of a list ints.

    `tonic` is the pitch class (0 is C) of the note, the root, the scale's or the progression's tonic, `family` that of
    the instrument (`program`), `pace` strokes or steps a minute. The topic's own (see `topic.TOPICS`): `pitch_class`
    and `octave`; `interval`, `semitones`, `direction`; `chord` and `inversion`; `scale` and `style`; `progression`;
    `time_signature`, `beats_in_bar`; `tempo_band` and `tempo`; and `playing` or `sound` where chords may sound.
    """
    topic, where = TOPICS[recipe.about], hall(recipe)
    return {
        "about": recipe.about, topic.value: recipe.value, topic.manner: recipe.manner, "tonic": recipe.tonic,
        "register": register(recipe), **ALSO.get(recipe.about, lambda recipe: {})(recipe),
        "program": recipe.program, "family": family(recipe.program), "pace": round(60 / pace(recipe), 3),
        "duration": recipe.duration, "seed": recipe.seed, **vars(where),
        "sources": [INSTRUMENT], "onsets": {INSTRUMENT: strokes(tuple(n for n in score(recipe) if n.time >= 0))},
    }


def _note(recipe: Recipe) -> dict[str, Any]:
    octave, pitch_class = int(recipe.manner), NOTES.index(recipe.value)
    return {"octave": octave, "tonic": pitch_class, "register": f"octave {octave}"}


ALSO: dict[str, Callable[[Recipe], dict[str, Any]]] = {
    "notes": _note,
    "intervals": lambda recipe: {"root": NOTES[recipe.tonic], "semitones": float(INTERVALS[recipe.value])},
    "chords": lambda recipe: {"root": NOTES[recipe.tonic], "playing": playing(recipe)},
    "time-signatures": lambda recipe: {"beats_in_bar": sum(sign != "o" for sign in SIGNATURES[recipe.value])},
    "tempi": lambda recipe: {"tempo": tempo(recipe)},
}
"""What else there is to know of a topic."""
