"""Under five groups a bootstrap redraws little but its groups: its interval is their range, and none is told."""

from collections.abc import Sequence

from escucha.models.resampling import FEW_GROUPS, Interval

FEWEST = 5
"""Groups, at least, over which an interval is told: of fewer, many a draw is one group alone."""
TOO_FEW = f"none: fewer than {FEWEST} groups"


def told(one: Interval) -> Interval:
    """The interval; NaN bounds where it rests on fewer than FEWEST groups.

    >>> told(Interval(0.5, 0.1, 0.9, 2, "bootstrap")).low, told(Interval(0.5, 0.1, 0.9, 5, "bootstrap")).low
    (nan, 0.1)
    """
    if one.groups >= FEWEST:
        return one
    return Interval(one.value, float("nan"), float("nan"), one.groups, TOO_FEW)


def all_told(found: Sequence[Interval]) -> list[Interval]:
    """`told` of each."""
    return [told(one) for one in found]


def too_few(groups: int) -> str:
    """What to say of fewer than FEW_GROUPS groups; a sentence without its full stop."""
    if groups >= FEWEST:
        return f"{groups} groups are few; the intervals say little under {FEW_GROUPS}"
    return (f"{groups} group{'s are' if groups > 1 else ' is'} too few for intervals: none is told under {FEWEST}, and "
            f"they say little under {FEW_GROUPS}")
