"""Who plays: the General MIDI programs that are in tune in this soundfont, speak at once and do not share samples."""

from collections.abc import Sequence

from escucha.corpora.rendering.streams import stream

INSTRUMENTS = (
    0, 2, 3, 4, 5, 6, 7, 10, 11, 12, 15, 20, 24, 25, 26, 27, 28, 29, 30, 32, 33, 34, 35, 36, 39, 40, 42, 43, 44, 46, 53,
    56, 57, 58, 59, 61, 62, 64, 66, 68, 69, 70, 71, 73, 80, 81, 82, 85, 87, 104, 105, 106, 107, 108, 111)
"""From C3 to D6 within 15 cents, and within 3.5 dB of their level after 0.15 s.

Left out: who is out of tune (21 accordion, 22 harmonica, 23, 51, 52 choir, 55, 60 French horn, 65, 67, 76 to 78, 88 to
90, 94), slow to speak (18, 19, 48 to 50 strings, 54, 72, 74, 75, 79, 92, 93, 95), of a pitch that is another octave's
or nobody's (8, 9, 14 bells, 16 and 17 organs with a deeper foot, 31 harmonics, 38, 45, 47, 84, 86 fifths, 109), nearly
all stroke (13 xylophone, 37 slapped bass: four at once would be clipped); and of those that play one recording all but
one (1 as 0; 41 and 110 as 40; 63 and 83 as 62; 91 as 85): an instrument that was heard in training under another name
is not one never heard.
"""

FAMILIES = ("piano", "chromatic percussion", "organ", "guitar", "bass", "strings", "ensemble", "brass", "reed", "pipe",
            "synth lead", "synth pad", "synth effect", "folk", "percussive", "effect")
"""General MIDI's, eight programs each."""


SEATING = 7
"""The seed of the one order in which instruments are seated: the first that puts every family of four instruments or
more into all three splits, with no more than two of one family in valid or test."""


def family(program: int) -> str:
    """The family of a General MIDI program (from 0).

    >>> family(24), family(40)
    ('guitar', 'strings')
    """
    return FAMILIES[program // 8]


def seated(programs: Sequence[int]) -> tuple[int, ...]:
    """The programs in the order of their numbers as groups: every five hold one of valid and one of test.

    The same programs are always seated alike: what one corpus trains on is in the test of no other. Families are kept
    together before each five are shuffled, so that no split lacks a kind of instrument while others have several.
    """
    rng = stream(SEATING, "instruments")
    place = dict(zip(range(len(FAMILIES)), rng.permutation(len(FAMILIES))))
    chance = dict(zip(sorted(programs), rng.random(len(programs))))
    ordered = sorted(programs, key=lambda program: (place[program // 8], chance[program]))
    return tuple(ordered[start + turn] for start in range(0, len(ordered), 5) for turn in rng.permutation(5))
