"""The whole score of a clip, and what it says about itself without being played."""

from collections.abc import Callable
from typing import Any

from escucha.corpora.palos.family import family
from escucha.corpora.palos.guitar import guitar
from escucha.corpora.palos.melody import bass, voice
from escucha.corpora.palos.palo import BIMODAL, LINE, PALOS, SOURCES
from escucha.corpora.palos.percussion import cajon, castanets, palmas
from escucha.corpora.palos.plan import Plan, plan
from escucha.corpora.palos.recipe import Recipe
from escucha.corpora.rendering.note import Note, strokes
from escucha.corpora.rendering.room import decay, noise_level
from escucha.corpora.rendering.streams import stream
from escucha.corpora.rendering.timeline import within

PLAYERS: dict[str, Callable[[Plan], tuple[Note, ...]]] = {
    "guitar": guitar, "bass": bass, "voice": voice, "palmas": palmas, "castanets": castanets, "cajon": cajon,
}


MELISMATIC = ("grace", "turn", "shake", "melisma")
"""Shapes of notes that put one syllable on several pitches."""
CADENCE = ["iv", "bIII", "bII", "I"]


def score(plan: Plan) -> dict[str, tuple[Note, ...]]:
    """The notes of every source that plays, in the fixed order of `SOURCES`."""
    return {source: PLAYERS[source](plan) for source in SOURCES if source in plan.entries}


def annotations(recipe: Recipe) -> dict[str, Any]:
    """Everything known of a clip, JSON-ready; times in seconds from the clip's start, tempo in felt beats a minute.

    `beats` are `[time, count]` (count as a flamenco counts: 12, 1 ... 11, or 1 2 3), `accents` the accented times,
    `cycle` the beats to a cycle and `accent_pattern` the accented counts (2.5 is between 2 and 3); `chords` are
    `[start, name, degree]` and `modes` `[start, mode, tonic]`, where degrees are of the mode that holds; `mode` is
    that of the whole clip, `bimodal` where it changes, and `tonic` then the final of the Phrygian frame;
    `onsets` are the strokes of each source that sounds (a strum is one stroke), `levels` its dB above the calibrated
    level; `remates` are the closing beats. `cadence` says whether the Andalusian cadence (iv-III-II-I) is heard to its
    end, `melisma` whether a syllable is sung on several pitches, `run` what picado runs through (none for other
    techniques), `line` how the voice was made to move (free where it was not), `wet` the room's share and
    `decay` the seconds in which it falls by 60 dB.
    """
    made = plan(recipe)
    notes = score(made)
    onsets = {source: strokes(played) for source, played in notes.items() if played}
    return {
        "palo": recipe.palo, "family": recipe.family, "seed": recipe.seed, "duration": recipe.duration,
        "metre": made.metre.name, "cycle": made.metre.beats,
        "accent_pattern": sorted({made.metre.count(at) for at in made.metre.accents}),
        "tempo": made.tempo, **_mode(made), "technique": made.technique,
        "contratiempo": made.contratiempo and "palmas" in onsets,
        "run": made.run if made.technique == "picado" else "none", "line": made.line or "free",
        "melisma": any(note.shape.startswith(MELISMATIC) for note in notes.get("voice", ())),
        **_sound(made),
        "sources": list(onsets), "levels": {source: round(level(recipe, source), 3) for source in onsets},
        "onsets": onsets, **_times(made), **_harmony(made),
    }


def level(recipe: Recipe, source: str) -> float:
    """The drawn level of a source in this clip: dB above its calibrated one."""
    habit = PALOS[recipe.palo].habit_palmas if recipe.natural and source == "palmas" else 0.0
    return float(stream(recipe.seed, "level", source).uniform(-3, 3)) + habit


def loudness(recipe: Recipe) -> float:
    """The clip's gain in dB: drawn once, whatever else is changed, and never normalised after."""
    return float(recipe.get("loudness", stream(recipe.seed, "loudness").uniform(-12, 0)))


def reverberation(recipe: Recipe) -> tuple[float, float | None]:
    """The gain of the room's tail, and its decay in seconds where it is not the room's own."""
    amount = recipe.get("reverberation", None)
    return (family(recipe.family).wet, None) if amount is None else (.1 + .8 * amount, .2 + amount)


def _mode(plan: Plan) -> dict[str, Any]:
    """Modes as they come, and what they make together."""
    track = within(((plan.time(line.first), (line.mode, line.tonic)) for line in plan.lines), plan.recipe.duration)
    held = {(mode, tonic) for _, mode, tonic in track}
    mode, tonic = (BIMODAL, plan.lines[0].tonic) if len(held) > 1 else held.pop()
    return {"mode": mode, "tonic": tonic, "modes": track}


def _sound(plan: Plan) -> dict[str, Any]:
    """Instruments, room, noise and tone: what is a nuisance to most questions."""
    recipe, habits = plan.recipe, plan.family
    room, noise = recipe.get("room", habits.room), recipe.get("noise", habits.noise)
    wet, seconds = reverberation(recipe)
    return {"program": plan.guitar, "voice_program": plan.singer,
            "room": room, "wet": wet, "decay": decay(room) if seconds is None else seconds, "noise": noise,
            "noise_level": float(recipe.get("noise_level", noise_level(noise))),
            "brightness": float(recipe.get("brightness", habits.brightness)), "tuning": habits.tuning,
            "loudness": loudness(recipe)}


def _times(plan: Plan) -> dict[str, Any]:
    """Beats, accents and remates that lie inside the clip."""
    beats, accents, remates = [], [], []
    for line in plan.lines:
        for position in sorted({*range(LINE), *plan.metre.accents}):
            time = round(plan.time(line.first + position), 5)
            if not 0 <= time < plan.recipe.duration:
                continue
            if position == int(position):
                beats.append([time, plan.metre.count(position)])
            if position in plan.metre.accents:
                accents.append(time)
            if line.remate and position == plan.metre.close:
                remates.append(time)
    return {"beats": beats, "accents": accents, "remates": remates}


def _harmony(plan: Plan) -> dict[str, Any]:
    """The chords as they come, and whether they walk down the whole cadence."""
    chords = within(((plan.time(line.first + position), (chord.name, chord.degree))
                     for line in plan.lines for position, chord in line.chords), plan.recipe.duration)
    degrees = [degree for _, _, degree in chords]
    walks = any(degrees[start:start + len(CADENCE)] == CADENCE for start in range(len(degrees)))
    return {"chords": chords, "cadence": walks}
