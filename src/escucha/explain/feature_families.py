"""What features are called by people: the family each belongs to, and what the family means to a listener.

Conventions: names are those of `models.features` (`mfcc 3 mean`, `mfcc4_var`), of an embedding (`network.pool 17`), or
of a user's own; a name that is not known is its own family, without the number and the statistic at its end.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

FAMILIES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "timbre": ("timbre (MFCC)", "the colour of the sound, as the rough shape of its spectrum", ("mfcc",)),
    "harmony": ("pitch classes (chroma)", "which of the twelve notes sound, whatever the octave", ("chroma",)),
    "contrast": ("spectral contrast", "how far clear tones stand out from the noise between them",
                 ("contrast", "spectral contrast")),
    "brightness": ("brightness", "how much is high: spectral centroid, bandwidth, roll-off and zero crossings",
                   ("centroid", "bandwidth", "rolloff", "zero-crossings", "spectral centroid", "spectral bandwidth",
                    "spectral rolloff", "zero crossing")),
    "loudness": ("loudness (RMS)", "how strong the sound is", ("rms",)),
    "onsets": ("onsets", "how hard notes and strokes begin", ("onset",)),
    "tempo": ("tempo", "beats a minute", ("tempo",)),
    "harmonic": ("harmonic part", "the samples of what sustains", ("harmony",)),
    "percussive": ("percussive part", "the samples of what is struck", ("perceptr",)),
    "length": ("length", "how long the sound is", ("length",)),
}
"""Family to its name, its meaning, and what the names of its features begin with."""

GLOSSES = {
    "centroid": "brightness", "bandwidth": "width of the spectrum", "rolloff": "where the highs end",
    "zero-crossings": "noisiness", "zero crossing rate": "noisiness", "rms": "loudness", "onset strength": "attacks",
    "mfcc 0": "overall level", "mfcc 1": "lows against highs", "contrast 0": "below 200 Hz",
    **{f"contrast {band}": f"{100 * 2**band}–{200 * 2**band} Hz" for band in range(1, 6)},
    "contrast 6": "above 6400 Hz", "harmony": "what sustains", "perceptr": "what is struck"}
"""A feature without `spectral` and without its statistic, to the word a musician has for it; MFCCs count from 0."""
STATISTIC = re.compile(r" (mean|std|var)$")
VARIES = ("std", "var")
"""Statistics that say how much something varies in time."""


@dataclass(frozen=True)
class Family:
    """Features that say the same kind of thing."""

    name: str
    """`timbre (MFCC)`."""
    meaning: str
    """In words; empty where nothing is known of it."""
    members: tuple[int, ...]
    """Columns."""


def families(names: Sequence[str]) -> tuple[Family, ...]:
    """The families that features belong to, in the order in which they first come.

    >>> [(family.name, family.members) for family in families(["mfcc 0 mean", "tempo", "mfcc 0 std", "pool 3"])]
    [('timbre (MFCC)', (0, 2)), ('tempo', (1,)), ('pool', (3,))]
    """
    found: dict[str, tuple[str, str, list[int]]] = {}
    for at, name in enumerate(names):
        title, meaning = _family(name)
        found.setdefault(title, (title, meaning, []))[2].append(at)
    return tuple(Family(title, meaning, tuple(members)) for title, meaning, members in found.values())


def summed(values: np.ndarray, among: Sequence[Family]) -> np.ndarray:
    """`(row, family, ...)` of `(row, feature, ...)`: SHAP values add up, so a family's is the sum of its features'."""
    return np.stack([values[:, list(family.members)].sum(axis=1) for family in among], axis=1)


def glossed(name: str) -> str:
    """A feature with the musician's word behind it, where there is one.

    >>> glossed("centroid mean"), glossed("spectral_centroid_var"), glossed("mfcc 7 std"), glossed("mfcc1_mean")
    ('centroid mean (brightness)', 'spectral centroid var (brightness, how it varies)', 'mfcc 7 std', \
'mfcc 1 mean (overall level)')
    """
    plain = _plain(name)
    what = STATISTIC.sub("", plain)
    if (table := re.fullmatch(r"mfcc(\d+)_\w+", name)) is not None:  # the GTZAN table counts from 1
        what = f"mfcc {int(table[1]) - 1}"
    gloss = GLOSSES.get(what.removeprefix("spectral "))
    return plain if gloss is None else f"{plain} ({gloss}{', how it varies' if plain.endswith(VARIES) else ''})"


def _family(name: str) -> tuple[str, str]:
    plain = _plain(name)
    for title, meaning, beginnings in FAMILIES.values():
        if any(plain == beginning or plain.startswith(f"{beginning} ") for beginning in beginnings):
            return title, meaning
    return re.sub(r"( (mean|std|var|median|min|max)| \d+)+$", "", plain) or plain, ""


def _plain(name: str) -> str:
    """`mfcc4_var` as `mfcc 4 var`."""
    spaced = re.sub(r"[_\s]+", " ", name).strip()
    return re.sub(r"^(mfcc|chroma|contrast)(\d)", r"\1 \2", spaced)
