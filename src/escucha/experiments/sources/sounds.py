"""How the clearest clip of each label sounds: whole, in its strongest parts, and its leading source alone."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from escucha.corpora.corpus import Track
from escucha.experiments.clips.explaining import Explainer
from escucha.experiments.sources.summary import EVERY, Summary
from escucha.explain.listening import Choice, Sound, listen, strongest
from escucha.explain.naming import capital, listed, spoken
from escucha.explain.sounds import slug


@dataclass(frozen=True, eq=False)
class Heard:
    """One sound of one clip, chosen for one label."""

    label: str
    clip: str
    """The track's name."""
    sound: Sound


def clearest(explainer: Explainer, found: Summary, pair: tuple[str, str], tracks: Mapping[str, Track]) -> list[Heard]:
    """Of the clips of a label the one in which the label's leading source weighs most; `pair` is (clips of, label).

    Nothing where no source speaks for the label.
    """
    chosen = found.clearest(*pair)
    if chosen is None:
        return []
    (clips_of, label), (source, row) = pair, chosen
    factorization = explainer.factorize(tracks[row.name])
    weights = np.array(row.of(label).weights)
    top = strongest(weights)
    alone = np.array([part.source == source for part in factorization.parts])
    among = "all clips" if clips_of == EVERY else f"the clips of {label}"
    rows = [
        Choice("original", f"{row.name}, whole: of {among} the one in which {spoken(source)} weighs most "
               f"({row.by_source(label)[source]:+.2f} for {label}). The model answers {row.answer} "
               f"({row.confidence:.2f}).", np.ones(len(weights), dtype=bool)),
        Choice("strongest-parts", f"Alone, the fewest parts of {row.name} that hold half of what speaks for {label}: "
               f"{listed(factorization, top)}.", top, alone=True, condensed=True),
        Choice(f"only-{slug(source)}", f"{capital(spoken(source))} of {row.name} alone.", alone, alone=True)]
    if (top == alone).all():
        del rows[1]
    return [Heard(label, row.name, replace(sound, name=f"{slug(label)}-{sound.name}"))
            for sound in listen(explainer.game(factorization), label, rows)]
