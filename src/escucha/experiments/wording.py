"""How findings about classifiers say differences, intervals and what changes moved.

*Conventions*: shares are from 0 to 1 and said in per cent, their differences in points (hundredths).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from escucha.explain.digits import signed
from escucha.models.resampling import FEW_GROUPS, Interval

LITTLE = 0.05
"""A perturbation that moves no more than this share of answers is not named in a sentence."""
NAMED = 3
"""Perturbations that a sentence names, the worst first; their table has the rest."""


def points(difference: float) -> str:
    """A difference of shares in points, with its sign: `+9.6`, `−50.0`."""
    return f"{100 * difference:+z.1f}".replace("-", "−")


def apart(difference: float) -> str:
    """`9.6 points above`, `50.0 points below`, `level with`."""
    size = f"{abs(100 * difference):.1f}"
    return "level with" if size == "0.0" else f"{size} points {'above' if difference > 0 else 'below'}"


def higher(difference: float, low: float, high: float) -> str:
    """`15.2 points higher (12.1 to 18.0)`: bounds have the sign that the word gives."""
    sign = -1 if difference < 0 else 1
    size = f"{100 * abs(difference):.1f} points {'lower' if sign < 0 else 'higher'}"
    bounds = sorted(100 * sign * bound for bound in (low, high))
    return size if low == high else f"{size} ({bounds[0]:.1f} to {bounds[1]:.1f})".replace("-", "−")


def spanned(value: float, low: float, high: float, digits: int = 2) -> str:
    """A change with its interval, `−2.79 [−3.60, −1.98]`; without where there is none."""
    said = signed(value, digits)
    return said if low != low else f"{said} [{signed(low, digits)}, {signed(high, digits)}]"


def few(groups: int) -> str:
    """What to say of fewer than FEW_GROUPS groups; a sentence without its full stop."""
    return f"{groups} groups are few; the intervals say little under {FEW_GROUPS}"


def between(found: Interval) -> str:
    """The interval of a share over its groups; where all groups read alike there is none to give."""
    if found.low == found.high:
        return f"{found.groups} groups, too much alike for an interval"
    return f"95 % interval {found.low:.1%} to {found.high:.1%} over {found.groups} groups"


def survived(rows: Sequence[Mapping[str, Any]], what: str) -> list[str]:
    """What perturbations moved most, in a sentence, and which no clip sounds different under; rows as of `change_row`.

    `what` may move, such as `answers`.
    """
    heard = sorted((row for row in rows if row["clips"]), key=lambda row: -row["moved"])
    alike = [row["change"] for row in rows if not row["clips"]]
    said = [_most(heard, what)] if heard else []
    return [*said, *([f"No clip sounds different under {', '.join(alike)}."] if alike else [])]


def _most(heard: Sequence[Mapping[str, Any]], what: str) -> str:
    much = [row for row in heard if row["moved"] > LITTLE]
    if heard[0]["moved"] == 0:
        return f"None of the {len(heard)} changes that happen to recordings every day moves any of its {what}."
    if not much:
        return (f"Nothing that happens to recordings every day moves more than {LITTLE:.0%} of {what}; most does "
                f"{heard[0]['change']}, {heard[0]['moved']:.1%}.")
    named = "; ".join(f"{row['change']} {row['moved']:.0%} ({row['moved_low']:.0%} to {row['moved_high']:.0%}), with "
                      f"{row['accuracy']:.1%} right" for row in much[:NAMED])
    if len(much) <= NAMED and len(much) < len(heard):
        return f"Of what happens to recordings every day nothing moves more than {LITTLE:.0%} of {what} but {named}."
    return (f"{len(much)} of {len(heard)} changes that happen to recordings every day move more than {LITTLE:.0%} of "
            f"{what}, most of all {named}.")
