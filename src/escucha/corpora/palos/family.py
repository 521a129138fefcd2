"""Families: a player with habits, instruments, a tuning and a room. Clips of one family share them all."""

from dataclasses import dataclass
from functools import lru_cache

from escucha.corpora.palos.recipe import GUITARS, VOICES
from escucha.corpora.rendering.room import NOISES, ROOMS
from escucha.corpora.rendering.streams import stream


@dataclass(frozen=True)
class Family:
    """What one group of clips has in common; drawn from the family's number only."""

    number: int
    guitar: int
    voice: int
    room: int
    noise: int
    wet: float
    """Gain of the room's tail beside the dry sound."""
    tuning: float
    """Semitones away from 440 Hz, in steps of a tenth (so that the note cache serves several families)."""
    clap: float
    """Semitones by which this family's claps are shifted."""
    swing: float
    """Where the off-beat falls, as a share of the beat."""
    jitter: float
    """Standard deviation of onsets, seconds."""
    depth: float
    """How far unaccented strokes stay below accented ones, dB."""
    rolls: float
    """Taste for finger rolls and other ornaments, 0 to 1."""
    density: float
    """Share of off-beats that are played."""
    golpe: float
    """Share of accents with a tap on the guitar's top."""
    spread: float
    """Seconds a strum takes over all strings."""
    brightness: float
    """High shelf of the instruments, dB."""
    colour: bool
    """True for a player who lets the tonic ring in the bII chord (por medio: the open A in Bb), as flamencos do."""


@lru_cache(maxsize=4096)
def family(number: int) -> Family:
    """The family of this number (0 or above)."""
    rng = stream(number, "family")
    return Family(
        number=number,
        guitar=int(rng.choice(GUITARS, p=(.5, .3, .2))),
        voice=int(rng.choice(VOICES, p=(.4, .3, .3))),
        room=int(rng.integers(ROOMS)),
        noise=int(rng.integers(NOISES)),
        wet=float(rng.uniform(.1, .4)),
        tuning=int(rng.integers(-2, 3)) / 10,
        clap=float(rng.integers(-3, 4)),
        swing=float(rng.uniform(.49, .58)),
        jitter=float(rng.uniform(.003, .009)),
        depth=float(rng.uniform(8, 13)),
        rolls=float(rng.uniform(.15, .6)),
        density=float(rng.uniform(.25, .6)),
        golpe=float(rng.uniform(.2, .8)),
        spread=float(rng.uniform(.008, .025)),
        brightness=float(rng.uniform(-4, 4)),
        colour=bool(rng.random() < .5),
    )
