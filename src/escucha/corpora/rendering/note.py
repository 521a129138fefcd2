"""One note: what every player writes and the renderer plays."""

from typing import NamedTuple

CASTANETS = -1
"""The program of the synthesised castanets; its pitches are 0 (macho, low) and 1 (hembra, high)."""


class Note(NamedTuple):
    """When, what, how loud, how long, and how its pitch moves."""

    time: float
    """Seconds from the clip's start; may be negative until the notes outside the clip are dropped."""
    program: int
    """General MIDI, from 0; for percussion the kit (0 is the standard one)."""
    pitch: int
    velocity: float
    """1 to 127; amplitude is proportional to it."""
    length: float
    """Seconds until the note is let go."""
    shape: str = ""
    """Name of a pitch bend of `synth.SHAPES`; empty for none."""
    kit: bool = False
    """True for percussion, where `pitch` is the General MIDI drum."""
    shift: float = 0.0
    """Semitones of tuning."""


def strokes(notes: tuple[Note, ...], *, apart: float = .03) -> list[float]:
    """Onset times in seconds, one for every group of notes that start within `apart` seconds."""
    times: list[float] = []
    for note in notes:
        if not times or note.time - times[-1] > apart:
            times.append(round(note.time, 5))
    return times
