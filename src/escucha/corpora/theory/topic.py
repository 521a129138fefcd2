"""What may be asked about: every topic with its values and the manners in which each is played."""

from dataclasses import dataclass

from escucha.corpora.rendering.chord import NOTES, QUALITIES

INTERVALS: dict[str, int] = {
    "minor-second": 1, "major-second": 2, "minor-third": 3, "major-third": 4, "perfect-fourth": 5, "tritone": 6,
    "perfect-fifth": 7, "minor-sixth": 8, "major-sixth": 9, "minor-seventh": 10, "major-seventh": 11, "octave": 12,
}
"""Semitones."""

CHORDS: dict[str, tuple[int, ...]] = {
    "major": QUALITIES[""], "minor": QUALITIES["m"], "diminished": (0, 3, 6), "augmented": (0, 4, 8),
    "dominant-seventh": QUALITIES["7"], "major-seventh": QUALITIES["maj7"], "minor-seventh": QUALITIES["m7"],
    "half-diminished": QUALITIES["m7b5"],
}
"""Semitones above the root."""

MAJOR, HARMONIC_MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 11)


def _mode(scale: tuple[int, ...], degree: int) -> tuple[int, ...]:
    """The scale begun on another of its degrees (from 0)."""
    return tuple(sorted((step - scale[degree]) % 12 for step in scale))


SCALES: dict[str, tuple[int, ...]] = {
    **{name: _mode(MAJOR, degree) for degree, name in enumerate(
        ("ionian", "dorian", "phrygian", "lydian", "mixolydian", "aeolian", "locrian"))},
    "harmonic-minor": HARMONIC_MINOR,
    "phrygian-dominant": _mode(HARMONIC_MINOR, 4),
}
"""Semitones above the tonic; Phrygian dominant is the scale of flamenco: Phrygian with a major third. So a palo that is
annotated `phrygian` has its tonic chord in common with `phrygian-dominant` here, and not with `phrygian`."""

PROGRESSIONS: dict[str, str] = {
    "andalusian": "iv bIII bII I", "phrygian": "I bII bIII bII", "authentic": "I IV V I", "plagal": "I vi IV I",
    "axis": "I V vi IV", "fifties": "I vi IV V", "two-five-one": "I ii V I", "alegrias": "I V7 V7 I",
    "mixolydian": "I bVII IV I", "minor-authentic": "i iv V i", "minor-plagal": "i bVII iv i",
    "aeolian": "i bVI bVII i",
}
"""Four degrees each. The Andalusian cadence falls to its tonic by a semitone: in E, Am G F E."""

SIGNATURES: dict[str, str] = {
    "2/4": "Xoxo", "3/4": "Xoxoxo", "4/4": "Xoxoxoxo", "6/8": "Xooxoo", "9/8": "Xooxooxoo", "12/8": "Xooxooxooxoo",
    "compas": "X--x--x-x-x-", "even-twelve": "X--x-x--x-x-",
}
"""A bar, one character a stroke: `X` where it begins, `x` another accented beat, `-` a beat without accent, `o` between
beats. The compás is the twelve beats of bulerías and soleá, accents 12 3 6 8 10; beats without accent sound as strokes
between beats do.

Strokes are equally fast in all, but their grouping is not all that tells a signature: they differ in how many strokes
begin a bar and how many are accented, and from these shares alone, order thrown away, instruments held out, four in
five clips are told (one in eight is chance), and 12/8, with four accents, from the compás, with five, nearly always.
`even-twelve` is there for that: twelve beats with the compás' five accents and the distances between them in another
order, 3 2 3 2 2 instead of 3 3 2 2 2, on whichever beat one begins to count. It is five accents spread over twelve as
evenly as can be (Toussaint 2005, The Euclidean algorithm generates traditional musical rhythms), and only where they
fall tells it from the compás.
"""

BANDS: dict[str, tuple[float, float]] = {f"{low}-{low + 20}": (low, low + 20.0) for low in range(50, 210, 20)}
"""Beats a minute."""


@dataclass(frozen=True)
class Topic:
    """One question of music theory."""

    value: str
    """The annotation that holds the answer."""
    values: tuple[str, ...]
    manner: str
    """The annotation that holds how it is played."""
    manners: tuple[str, ...]


PLAYED = ("block", "broken")
STRUCK = ("clicks", "chords")

TOPICS: dict[str, Topic] = {
    "notes": Topic("pitch_class", NOTES, "octave", ("3", "4", "5")),
    "intervals": Topic("interval", tuple(INTERVALS), "direction", ("up", "down", "together")),
    "chords": Topic("chord", tuple(CHORDS), "inversion", ("root", "first", "second")),
    "scales": Topic("scale", tuple(SCALES), "style", ("up", "down", "up-and-down")),
    "progressions": Topic("progression", tuple(PROGRESSIONS), "playing", PLAYED),
    "time-signatures": Topic("time_signature", tuple(SIGNATURES), "sound", STRUCK),
    "tempi": Topic("tempo_band", tuple(BANDS), "sound", STRUCK),
}
"""`about` to what is asked. Every value is played in every manner by every instrument."""
