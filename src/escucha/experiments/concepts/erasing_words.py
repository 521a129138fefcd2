"""What erasing ideas did, in sentences that a musician would understand: as many for twenty ideas as for two."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from escucha.concepts.erasing.effect import ErasedEffect
from escucha.concepts.erasing.table import Erasures
from escucha.concepts.names import few_of, listed, short, spoken
from escucha.experiments.wording import spanned

if TYPE_CHECKING:
    from escucha.experiments.concepts.finding import ConceptTable


def sentences(table: "ConceptTable") -> list[str]:
    """One a layer and label that loses or gains something, one for all ideas that change nothing, how to read them."""
    found, alpha = table.erasures, table.settings["alpha"]
    if found is None:
        return []
    shown = [effect for effect in found.effects if effect.p_corrected <= alpha]
    said = [_changed([effect for effect in shown if (effect.layer, effect.label) == (layer, label)], table.layers)
            for layer in dict.fromkeys(one.layer for one in found.readings) for label in table.labels]
    moving = {effect.concept for effect in shown}
    still = [spoken(concept) for concept in table.meanings if concept not in moving]
    kept = f"Erasing {few_of(still, 'or')} is not shown to change any label." if still else ""
    return [*filter(None, (*said, kept)), _reading(found)]


def _changed(shown: Sequence[ErasedEffect], layers: Sequence[str]) -> str:
    """`Erased at block5: alegrias falls without fast tempo (−2.17 [−2.73, −1.63]); ...`; empty for nothing."""
    ordered = sorted(shown, key=lambda effect: -effect.size)
    down, up = ([effect for effect in ordered if sure(effect)]
                for sure in (lambda effect: effect.high < 0, lambda effect: effect.low > 0))
    mixed = [effect for effect in ordered if effect not in (*down, *up)]
    ways = [f"{word} without {few_of([_told(effect) for effect in some])}"
            for word, some in (("falls", down), ("rises", up), ("moves either way, from clip to clip,", mixed)) if some]
    if not ways:
        return ""
    reach, size = (max(getattr(effect, name) for effect in shown) for name in ("control_reach", "control_size"))
    return (f"Erased at {short(shown[0].layer, layers)}: {shown[0].label} {listed(ways)}; without a meaningless idea "
            f"it moves by {reach:.2f} at most, and single clips by {size:.2f}, 95 times in 100.")


def _told(effect: ErasedEffect) -> str:
    if effect.low <= 0 <= effect.high:
        return f"{spoken(effect.concept)} (by {effect.size:.2f})"
    return f"{spoken(effect.concept)} ({spanned(effect.mean, effect.low, effect.high)})"


def _reading(found: Erasures) -> str:
    return ("Erased means: the layer is changed as little as can be, until no straight line tells the examples with "
            "the idea from those without it, and what follows listens on. A label falls where it likes the idea and "
            f"its clips have more of it than is left to them. {found.controls} meaningless ideas were erased just so, "
            "for losing anything can hurt.")


def warnings(found: Erasures, layers: Sequence[str], *, alpha: float) -> list[str]:
    """Where a line fitted to other groups than the eraser still reads what could be read before."""
    readable = [one for one in found.readings if one.before_p <= alpha]
    again = [f"{spoken(one.concept)} at {short(one.layer, layers)} ({one.fresh:.0%} right, before {one.before:.0%})"
             for one in readable if one.fresh_p <= alpha]
    if not again:
        return []
    return [f"Warning: erasing was not complete for {len(again)} of the {len(readable)} that could be read before, "
            f"{few_of(again)}: a line fitted afresh, to groups that the eraser never heard, still reads "
            f"{'it' if len(again) == 1 else 'them'}, and a label may go by the rest."]
