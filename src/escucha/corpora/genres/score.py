"""The whole score of a clip, and what it says about itself without being played."""

from collections.abc import Callable, Iterator
from typing import Any

from escucha.corpora.genres.harmony import block, power, strum
from escucha.corpora.genres.plan import Plan, plan
from escucha.corpora.genres.recipe import Recipe
from escucha.corpora.genres.rhythm import bass, drums
from escucha.corpora.genres.song import sing
from escucha.corpora.genres.style import BAR
from escucha.corpora.rendering.chord import NOTES
from escucha.corpora.rendering.note import Note, strokes
from escucha.corpora.rendering.streams import stream
from escucha.corpora.rendering.timeline import within

HANDS: dict[str, Callable[[Plan, str], Iterator[Note]]] = {
    "drums": lambda plan, source: drums(plan), "bass": lambda plan, source: bass(plan), "strum": strum, "block": block,
    "power": power, "sing": sing,
}


def score(plan: Plan) -> dict[str, tuple[Note, ...]]:
    """The notes of every source that plays, in the fixed order of `SOURCES` and in time order.

    A clip is an excerpt: notes from before it that still ring are there, at negative times.
    """
    until = plan.recipe.duration - .02
    return {source: tuple(sorted(note for note in HANDS[plan.style.parts[source].hand](plan, source)
                                 if -note.length < note.time < until)) for source in plan.programs}


def annotations(recipe: Recipe) -> dict[str, Any]:
    """Everything known of a clip, JSON-ready; times in seconds from the clip's start, tempo in beats a minute.

    `beats` are `[time, count]` with counts 1 to 4, `chords` `[start, name, degree]`, `groove` the name of the drums'
    pattern and `drums` the pattern itself (one character a sixteenth, empty where nobody drums), `swing` where the
    second of two notes falls, `onsets` the strokes of each source that sounds, `levels` its dB above the calibrated
    level, `programs` the General MIDI instruments (of the drums, the kit).
    """
    made = plan(recipe)
    onsets = {source: strokes(tuple(note for note in played if note.time >= 0))
              for source, played in score(made).items() if played}
    drumming = made.groove is not None and "drums" in onsets
    return {
        "genre": recipe.genre, "family": recipe.family, "seed": recipe.seed, "duration": recipe.duration,
        "tempo": made.tempo, "swing": made.swing, "mode": made.mode, "tonic": made.tonic,
        "key": f"{NOTES[made.tonic]} {made.mode}",
        "groove": made.groove.name if made.groove and drumming else "",
        "drums": dict(made.groove.drums) if made.groove and drumming else {},
        **_sound(made),
        "sources": list(onsets), "programs": {source: made.programs[source] for source in onsets},
        "levels": {source: round(level(recipe, source), 3) for source in onsets},
        "onsets": onsets, "beats": _beats(made), "chords": _chords(made),
    }


def level(recipe: Recipe, source: str) -> float:
    """The drawn level of a source in this clip: dB above its calibrated one."""
    return float(stream(recipe.seed, "level", source).uniform(-3, 3))


def loudness(recipe: Recipe) -> float:
    """The clip's gain in dB: drawn once, whatever else is changed, and never normalised after."""
    return float(recipe.get("loudness", stream(recipe.seed, "loudness").uniform(-12, 0)))


def _sound(plan: Plan) -> dict[str, Any]:
    """Room, noise and tone: what is a nuisance to most questions."""
    recipe, habits = plan.recipe, plan.family
    return {"room": recipe.get("room", habits.room), "noise": recipe.get("noise", habits.noise),
            "brightness": float(recipe.get("brightness", habits.brightness)), "tuning": habits.tuning,
            "loudness": loudness(recipe)}


def _beats(plan: Plan) -> list[list[Any]]:
    """Beats inside the clip, with their counts."""
    times = [round(float(time), 5) for time in plan.beats]
    return [[time, number % BAR + 1] for number, time in enumerate(times) if 0 <= time < plan.recipe.duration]


def _chords(plan: Plan) -> list[list[Any]]:
    return within(((plan.time(bar.first + position), (chord.name, chord.degree))
                   for bar in plan.bars for position, chord in bar.chords), plan.recipe.duration)
