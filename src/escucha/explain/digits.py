"""Weights as people read them: the same digits for all that stand together, and never a power of ten."""

import math


def places(largest: float) -> int:
    """Digits after the point that show three of `largest`; six at most.

    >>> places(0.665), places(-12.3), places(0.0007), places(0)
    (3, 1, 6, 2)
    """
    return min(6, max(0, 2 - math.floor(math.log10(abs(largest))))) if largest else 2


def signed(value: float, digits: int) -> str:
    """So many digits after the point, and a sign unless they are all 0.

    >>> signed(0.5, 2), signed(-0.12345, 3), signed(-0.0004, 2)
    ('+0.50', '−0.123', '0')
    """
    text = f"{abs(value):.{digits}f}"
    return ("−" if value < 0 else "+") + text if float(text) else "0"
