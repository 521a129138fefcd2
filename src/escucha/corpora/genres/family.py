"""Families: a band with habits, instruments, a tuning and a room. Clips of one family share them all."""

from dataclasses import dataclass
from functools import lru_cache

from escucha.corpora.genres.style import Style
from escucha.corpora.rendering.room import NOISES, ROOMS
from escucha.corpora.rendering.streams import stream


@dataclass(frozen=True)
class Family:
    """What one group of clips has in common; drawn from the family's number only."""

    number: int
    room: int
    noise: int
    wet: float
    """Gain of the room's tail beside the dry sound."""
    tuning: float
    """Semitones away from 440 Hz, in steps of a tenth (so that the note cache serves several families)."""
    jitter: float
    """Standard deviation of onsets, seconds."""
    depth: float
    """How much further (dB) soft strokes stay below loud ones."""
    fills: float
    """Taste for fills, as a factor."""
    spread: float
    """Seconds a strum takes over all strings."""
    brightness: float
    """High shelf of the instruments, dB."""

    def program(self, style: Style, source: str) -> int:
        """The instrument this family plays a source of a genre on."""
        return int(stream(self.number, "program", style.name, source).choice(style.parts[source].programs))

    def swing(self, style: Style) -> float:
        """Where this family puts the second of two swung notes."""
        return float(stream(self.number, "swing", style.name).uniform(*style.swing))


@lru_cache(maxsize=4096)
def family(number: int) -> Family:
    """The family of this number (0 or above)."""
    rng = stream(number, "genres family")
    return Family(
        number=number,
        room=int(rng.integers(ROOMS)),
        noise=int(rng.integers(NOISES)),
        wet=float(rng.uniform(.1, .4)),
        tuning=int(rng.integers(-2, 3)) / 10,
        jitter=float(rng.uniform(.003, .009)),
        depth=float(rng.uniform(0, 2.5)),
        fills=float(rng.uniform(.4, 1.6)),
        spread=float(rng.uniform(.006, .02)),
        brightness=float(rng.uniform(-4, 4)),
    )
