"""What determines one rendered clip, and which of its properties may be set by hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from escucha.corpora.palos.palo import METRES, MODES, PALOS, SOURCES
from escucha.corpora.rendering.changes import Changeable, Check, between, one_of, switch
from escucha.corpora.rendering.room import NOISES, ROOMS
from escucha.errors import unknown

REVISION = 1
"""Raised when the same recipe starts to mean another sound."""

TECHNIQUES = ("rasgueado", "arpegio", "picado")
GUITARS = (24, 25, 26)
"""General MIDI programs, from 0: nylon, steel and a darker (jazz) guitar."""
LINES = ("stepwise", "leaping")
"""How the voice's melody may be made to move: by seconds alone, or by fourths and fifths alone."""
RUNS = ("scale", "arpeggio")
"""What a picado may run through: the scale, or the tones of the chord."""
VOICES = (53, 54, 68)
"""General MIDI programs that sing through a vowel: oohs, a brighter vox, and a reed for a nasal, cracked voice."""

CHANGES: dict[str, Check] = {
    **{source: switch for source in SOURCES},
    "contratiempo": switch,
    "mode": one_of(MODES),
    "metre": one_of(tuple(METRES)),
    "technique": one_of(TECHNIQUES),
    "cadence": switch,
    "melisma": switch,
    "line": one_of(LINES),
    "run": one_of(RUNS),
    "tempo": between(60, 320),
    "tempo_factor": between(.4, 2.5),
    "tonic": one_of(range(12)),
    "program": one_of(GUITARS),
    "voice_program": one_of(VOICES),
    "brightness": between(-18, 18),
    "room": one_of(range(ROOMS)),
    "noise": one_of(range(NOISES)),
    "reverberation": between(0, 1),
    "noise_level": between(-96, -20),
    "loudness": between(-30, 12),
}
"""What can be set in a recipe, each with its check. Brightness is a high shelf in dB above 1.5 kHz, loudness a gain in
dB, tonic a pitch class (0 is C), tempo felt beats a minute, reverberation goes from a dry room (0) to a hall (1) at
equal energy, noise level is the floor's in dB before the clip's gain; the rest are names, numbers of a list, true or
false. Left out, Phrygian lines have the whole cadence now and then, some long notes of the voice melisma, and its line
goes freely; room and noise are the family's."""


@dataclass(frozen=True)
class Recipe(Changeable):
    """Everything that determines one clip; JSON-ready through `dataclasses.asdict`.

    An unknown palo, key or value of a change raises InputError with what is available.
    """

    kind: ClassVar[str] = "palos"
    known: ClassVar[Mapping[str, Check]] = CHANGES
    revision: ClassVar[list[Any]] = [REVISION]
    palo: str
    seed: int
    family: int
    """The player, the instruments and the room; the group that never crosses a split."""
    duration: float = 12.0
    """Seconds."""
    natural: bool = False
    """True for the habits of the palo (tempo and sources give it away), False for the debiased corpus."""
    changes: tuple[tuple[str, Any], ...] = ()

    def __post_init__(self):
        if self.palo not in PALOS:
            raise unknown("palo", str(self.palo), PALOS)
        self._check()
