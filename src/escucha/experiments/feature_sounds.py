"""What a feature study lets hear: for each label, where its strongest family speaks most for it, and most against."""

from collections.abc import Callable

from escucha.audio.clip import Clip
from escucha.audio.io import bound
from escucha.audio.loudness import match
from escucha.experiments.feature_summary import Example, Summary
from escucha.explain.digits import places, signed
from escucha.explain.feature_families import glossed
from escucha.explain.sounds import audible, slug


def examples(found: Summary, clip_of: Callable[[int], Clip], most: int) -> tuple[Example, ...]:
    """Two sounds a label, of at most so many labels; as loud as the first of them, and never clipped."""
    chosen = [one for label in range(len(found.labels[:most])) for one in _chosen(found, label)]
    made: list[Example] = []
    reference: Clip | None = None
    for name, caption, unit, label in chosen:
        clip = clip_of(unit)
        if not audible(clip):
            continue
        reference = reference or bound(clip)[0]
        matched, gain = match(clip, reference)
        bounded, less = bound(matched)
        made.append(Example(name, caption, bounded, float(found.scores[unit, label]), gain + less))
    return tuple(made)


def _chosen(found: Summary, label: int) -> list[tuple[str, str, int, int]]:
    """Name, caption, unit and label of each sound; none where nothing speaks, or where there is one unit only."""
    several = len(found.families) > 1
    names = [one.name for one in found.families] if several else [glossed(name) for name in found.told.found.names]
    shares = (found.by_family if several else found.shares)[:, :, label]
    sizes = (found.family_sizes if several else found.feature_sizes)
    top = max(range(len(names)), key=lambda at: sizes[at][label].value)
    rows = []
    for way, unit in (("for", int(shares[:, top].argmax())), ("against", int(shares[:, top].argmin()))):
        share = shares[unit, top]
        if share == 0 or (share > 0) != (way == "for"):
            continue
        digits = places(abs(float(share)))
        truth = f"it is {found.told.truth[unit]}, " if found.told.truth[unit] else ""
        rows.append((f"{slug(found.labels[label])}-most-{way}",
                     f"{found.told.units[unit]}: here {names[top]} speaks most {way} {found.labels[label]}, with "
                     f"{signed(share, digits)} of a value of {signed(found.scores[unit, label], digits)} "
                     f"({found.told.value}); {truth}the model says {found.answers[unit]}.", unit, label))
    return rows
