"""What erasing found, as rows: of every idea and layer what can be read, of every label what it loses."""

from dataclasses import asdict, dataclass
from typing import Any

from escucha.concepts.erasing.effect import ErasedEffect
from escucha.concepts.erasing.reading import Reading


@dataclass(frozen=True)
class Erasures:
    """Every idea at every layer where it was erased."""

    readings: tuple[Reading, ...]
    effects: tuple[ErasedEffect, ...]
    """One a reading and label, p corrected over all of them."""
    controls: int
    """Meaningless concepts that were erased just so."""

    def of(self, concept: str) -> list[tuple[Reading, list[ErasedEffect]]]:
        """A concept's layers, each with what the labels lose."""
        return [(one, [effect for effect in self.effects if (effect.concept, effect.layer) == (concept, one.layer)])
                for one in self.readings if one.concept == concept]

    def readings_table(self) -> list[dict[str, Any]]:
        """A row a concept and layer."""
        return [asdict(one) for one in self.readings]

    def effects_table(self) -> list[dict[str, Any]]:
        """A row a concept, layer and label."""
        return [asdict(one) for one in self.effects]
