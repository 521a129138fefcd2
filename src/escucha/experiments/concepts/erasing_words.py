"""What erasing an idea did, in sentences that a musician would understand."""

from collections.abc import Sequence

from escucha.concepts.erasing.effect import ErasedEffect
from escucha.concepts.erasing.table import Erasures
from escucha.concepts.names import listed, short, spoken


def sentences(found: Erasures, concepts: Sequence[str], layers: Sequence[str], *, alpha: float) -> list[str]:
    """One sentence an idea that mattered, one for all that did not, and how to read them."""
    said = [_lost(concept, found, layers, alpha) for concept in concepts]
    kept = [spoken(concept) for concept, sentence in zip(concepts, said) if not sentence]
    still = [f"Erasing {listed(kept, 'or')} is not shown to change any label."] if kept else []
    return [*filter(None, said), *still, _left(found), (
        "Erased means: the layer is changed as little as can be, until no straight line tells clips with the idea from "
        f"clips without it, and what follows listens on. Beside it {found.controls} meaningless ideas were erased just "
        "so, for losing anything can hurt.")]


def _lost(concept: str, found: Erasures, layers: Sequence[str], alpha: float) -> str:
    """`Without twelve beat compas, erased at block5 sevillanas +4.2 [...]`; empty where nothing is shown."""
    clauses = []
    for reading, effects in found.of(concept):
        shown = sorted((effect for effect in effects if effect.p_corrected <= alpha),
                       key=lambda effect: -abs(effect.mean))
        if shown:
            clauses.append(f"at {short(reading.layer, layers)} {listed([_moved(effect) for effect in shown])}")
    return f"Without {spoken(concept)}, erased {'; '.join(clauses)}." if clauses else ""


def _moved(effect: ErasedEffect) -> str:
    change = f"{effect.mean:+.2f} [{effect.low:+.2f}, {effect.high:+.2f}]".replace("-", "−")
    return f"{effect.label} {change} (a meaningless idea: up to {effect.control_reach:.2f})"


def _left(found: Erasures) -> str:
    """What can still be read by the line that the eraser was made against."""
    within = sum(one.after <= one.after_null for one in found.readings)
    return (f"In {within} of {len(found.readings)} cases a line fitted to the same families then reads no more than "
            "chance in families it has not heard.")


def warnings(found: Erasures, layers: Sequence[str]) -> list[str]:
    """Where a line fitted to other families than the eraser still reads the idea."""
    again = [f"{spoken(one.concept)} at {short(one.layer, layers)} ({one.fresh:.2f}, before {one.before:.2f})"
             for one in found.readings if one.fresh > one.fresh_null]
    if not again:
        return []
    return ["Warning: a line fitted afresh to families that the eraser never heard still reads "
            f"{listed(again)}; there erasing was not complete, and a label may go by the rest."]
