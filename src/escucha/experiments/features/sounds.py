"""What a feature study lets hear: for each label, where its strongest family speaks most for it, and most against."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from escucha.audio.clip import Clip
from escucha.audio.io import bound
from escucha.experiments.features.summary import Summary
from escucha.explain.digits import places, signed
from escucha.explain.feature_families import glossed
from escucha.explain.listening import Sound
from escucha.explain.sounds import level, slug

ClipOf = Callable[[int | None], Clip]
"""The sound of a unit; of None the whole of a single clip."""


@dataclass(frozen=True)
class Choice:
    """What is to be heard."""

    name: str
    caption: str
    unit: int | None
    value: float


def examples(found: Summary, clip_of: ClipOf, most: int) -> tuple[Sound, ...]:
    """A single clip whole, then two sounds a label, of at most so many labels: as loud as the first, never clipped."""
    chosen = [one for label in range(len(found.labels[:most])) for one in _strongest(found, label)]
    if found.told.single:
        chosen = [_original(found), *(chosen if len(found.told.units) > 1 else [])]
    made: list[Sound] = []
    reference: Clip | None = None
    for choice in chosen:
        clip = clip_of(choice.unit)
        sound, gain = level(clip, reference or bound(clip)[0])
        if sound is not None:
            reference = reference or sound
            made.append(Sound(choice.name, choice.caption, None, sound, gain, choice.value))
    return tuple(made)


def _original(found: Summary) -> Choice:
    label = found.shown[1]
    return Choice("original", f"{found.told.origin} as the model heard it. Values are those of {found.labels[label]} "
                  f"({found.told.value}).", None, float(found.scores[:, label].mean()))


def _strongest(found: Summary, label: int) -> list[Choice]:
    """Where the label's strongest family speaks most for it, and most against; nothing where it does not."""
    several = len(found.families) > 1
    names = [one.name for one in found.families] if several else [glossed(name) for name in found.told.found.names]
    shares = (found.by_family if several else found.shares)[:, :, label]
    top = int(np.abs(shares).mean(axis=0).argmax())
    both = (("for", int(shares[:, top].argmax()), 1), ("against", int(shares[:, top].argmin()), -1))
    return [_choice(found, (way, names[top], float(shares[unit, top])), unit, label) for way, unit, sign in both
            if sign * shares[unit, top] > 0]


def _choice(found: Summary, said: tuple[str, str, float], unit: int, label: int) -> Choice:
    (way, name, share), told, value = said, found.told, float(found.scores[unit, label])
    digits = places(max(abs(share), abs(value)))
    truth = f"it is {told.truth[unit]}, " if told.truth[unit] else ""
    return Choice(f"{slug(found.labels[label])}-most-{way}",
                  f"{told.units[unit]}: here {name} speaks most {way} {found.labels[label]}, with "
                  f"{signed(share, digits)} of a value of {signed(value, digits)} ({told.value}); {truth}the model "
                  f"says {found.answers[unit]}.", unit, value)
