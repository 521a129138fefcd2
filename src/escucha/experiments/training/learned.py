"""What a model was trained on, as far as its card and the shelf can tell, and whether it is now scored on that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from escucha.config import read_toml
from escucha.corpora.corpus import Corpus, Track
from escucha.corpora.reading import readable
from escucha.errors import InputError
from escucha.experiments.accuracy.alarms import across
from escucha.experiments.accuracy.tagging import labelled
from escucha.experiments.training.splitting import split_by_group
from escucha.experiments.workbench import Workbench


@dataclass(frozen=True)
class Learned:
    """What a model, or the one it started from, was trained on."""

    card: str
    corpus: Mapping[str, Any]
    """The table that describes it."""
    tracks: tuple[Track, ...]
    """Those it learned from and chose on."""
    lost: bool = False
    """It was divided by training, and has changed since: which tracks were held back cannot be told, so all count."""


def trained_on(card: str, workbench: Workbench) -> list[Learned]:
    """What a card was trained on, and the cards it started from or takes its features from, as far as can be known.

    Nothing where a card does not say, nor its experiment on the shelf, or its corpus is not here.
    """
    found, left, seen = [], [card], set()
    while left:
        name = left.pop()
        if name in seen:
            continue
        seen.add(name)
        try:
            told, learned = _learned(name, workbench)
        except (InputError, TypeError, ValueError, OSError):
            continue
        found += learned
        before = (told.get("before"), told.get("start"), told.get("features", {}).get("card"))
        left += [other for other in before if isinstance(other, str) and other]
    return found


def _learned(card: str, workbench: Workbench) -> tuple[dict[str, Any], list[Learned]]:
    """What a card, else the experiment that made it, says it learned from, and that; both empty where none does."""
    from escucha.models.card import find_card, read_card

    told = read_card(find_card(card, workbench.home))
    maker = str(told.trained.get("experiment", ""))
    place = workbench.home / "experiments" / f"{maker}.toml"
    table = told.trained.get("learned", {})
    if not table and maker and place.is_file():
        table = read_toml(place)  # not as an experiment: that would load what training needs
    if not table:
        return {}, []
    corpus = labelled(workbench.corpus(table["corpus"]), tags=table.get("tags", ""), labels=table.get("labels", ()))
    if not any(track.split for track in corpus):  # it was divided as training does
        corpus = split_by_group(readable(corpus, rate=told.rate, cache=workbench.cache)[0])
        if table.get("divided", "") not in ("", corpus.digest(known=False)):
            return table, [Learned(card, table["corpus"], corpus.tracks, lost=True)]
    return table, [Learned(card, table["corpus"], tuple(track for track in corpus if track.split != "test"))]


def learned_before(learned: Sequence[Learned], table: Mapping[str, Any], scored: Corpus, *,
                   marks: Mapping[str, np.ndarray]) -> list[str]:
    """Did a model learn from clips, or groups, that it is now scored on? `table` describes the corpus of `scored`."""
    found = []
    for one in learned:
        where = f"what {Path(one.card).stem} was trained on"
        found += [f"The corpus that {Path(one.card).stem} was trained on has changed since; which clips were held back "
                  "as test is not known, so all of it counts as learned."] if one.lost else []
        found += across(scored.tracks, one.tracks, where=where, marks=marks)
        if all(one.corpus.get(key) == table.get(key) for key in ("kind", "path")):
            shared = {track.group for track in scored} & {track.group for track in one.tracks}
            found += [f"{len(shared)} groups are also in {where}, the first is {min(shared)}."] if shared else []
    return found
