"""What would make a score not to be believed, in words: copies across a split, too little to tell, one answer for all.

Copies are told by what determines a sound (`Source.key`), and between recordings also by ear
(`corpora.fingerprint`). Rendered clips are not compared by ear: two that share a family sound alike and are not copies.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from escucha.corpora.corpus import Corpus, Source, Track, key_of
from escucha.corpora.folder import FileSource
from escucha.corpora.reading import each
from escucha.errors import InputError
from escucha.experiments.accuracy.scoring import Answers, Said, TagAnswers
from escucha.experiments.workbench import Workbench
from escucha.models.evaluation import chance_test
from escucha.models.resampling import sign_flip

ALPHA = 0.05
"""Above this p nothing is shown."""


def alarms(corpus: Corpus, scored: Corpus, said: Said, *, marks: Mapping[str, np.ndarray]) -> list[str]:
    """Everything that the corpus and the answers show; `marks` are the fingerprints of recordings by source key."""
    names = {track.name for track in scored}
    others = [track for track in corpus if track.name not in names]
    return [*across(scored.tracks, others, where="another split", marks=marks), *_shared_groups(scored, others),
            *_within(scored, said, marks), *_of_answers(said)]


def across(scored: Sequence[Track], others: Sequence[Track], *, where: str,
           marks: Mapping[str, np.ndarray]) -> list[str]:
    """Copies of scored clips among other tracks, which are in `where`."""
    mine, theirs = _by_key(scored), _by_key(others)
    same = [track.name for track in scored if key_of(track.source) in theirs]
    if same and len(same) == len(scored):
        return [f"Every scored clip is also in {where}: what is tested is what was learned."]
    found = [f"{len(same)} of the scored clips are also in {where}, the first is {same[0]}."] if same else []
    heard = [(mine[one], theirs[other[0]]) for one, other in _heard_again(set(mine), set(theirs), marks)]
    if heard:
        found.append(f"{len(heard)} of the scored clips sound like another recording in {where}, the first is "
                     f"{heard[0][0]} (like {heard[0][1]}).")
    return found


def _by_key(tracks: Iterable[Track]) -> dict[str, str]:
    """Source key to the name of the first track with it; what cannot be read has no key."""
    found: dict[str, str] = {}
    for track in tracks:
        found.setdefault(key_of(track.source), track.name)
    found.pop("unreadable", None)
    return found


def _heard_again(mine: set[str], theirs: set[str], marks: Mapping[str, np.ndarray]) -> list[tuple[str, list[str]]]:
    """Each of my keys that is not theirs too, with those of theirs that are the same recording by ear."""
    from escucha.corpora.fingerprint import twins

    known = {key: marks[key] for key in sorted(mine | theirs) if key in marks}
    if not mine & set(known) or not theirs & set(known):
        return []
    pairs = [(key, sorted(theirs & set(group))) for group in twins(known) for key in group if key in mine - theirs]
    return [(key, other) for key, other in pairs if other]


def _shared_groups(scored: Corpus, others: Iterable[Track]) -> list[str]:
    shared = {track.group for track in scored} & {track.group for track in others}
    return [f"{len(shared)} groups stand in another split too, the first is {sorted(shared)[0]}."] if shared else []


def _within(scored: Corpus, said: Said, marks: Mapping[str, np.ndarray]) -> list[str]:
    from escucha.corpora.fingerprint import twins

    same = sum(count - 1 for count in Counter(said.digests).values())
    if same:
        return [f"{same} scored clips sound exactly like another one, so they count twice."]
    keys = _by_key(scored)
    heard = sum(len(group) - 1 for group in twins({key: marks[key] for key in keys if key in marks}))
    return [f"{heard} scored clips sound like the same recording as another one, so they count twice."] if heard else []


def _of_answers(said: Said) -> list[str]:
    return _of_labels(said) if isinstance(said, Answers) else _of_tags(said)


def _of_labels(said: Answers) -> list[str]:
    found = []
    if len(set(said.predicted.tolist())) == 1 and len(said.names) > 1:
        found.append(f"The model gives one answer to everything: {said.labels[int(said.predicted[0])]}.")
    if chance_test(said.truth, said.predicted, said.groups) > ALPHA:
        found.append("It is not shown to be better than always giving the commonest label (p > .05 over groups).")
    missing = [label for at, label in enumerate(said.labels) if at not in set(said.truth.tolist())]
    if missing:
        found.append(f"No clip of {', '.join(missing)} was scored.")
    return found


def _of_tags(said: TagAnswers) -> list[str]:
    """Alarms of a model that gives each label by itself: the same tags for all, no better than the commonest tags."""
    found = []
    if len(said.names) > 1 and (said.given == said.given[0]).all():
        given = [label for label, there in zip(said.labels, said.given[0]) if there]
        found.append(f"The model gives the same labels to everything: {', '.join(given) or 'none'}.")
    commonest = said.truth.mean(axis=0) >= 0.5
    gain = said.right - (said.truth == commonest).mean(axis=1)
    if sign_flip(gain, said.groups, seed=0, draws=4000, tail="above") > ALPHA and _ranks_by_chance(said):
        found.append("It is not shown to be better than giving every clip the tags that most clips have, nor to rank "
                     "clips better than chance (p > .05 over groups).")
    return found


def _ranks_by_chance(said: TagAnswers) -> bool:
    """Is the mean ROC area not shown to be above .5?"""
    from escucha.models.tag_intervals import tag_intervals

    return not tag_intervals(said.truth, said.probabilities, said.given, said.groups, draws=400).roc_auc.low > 0.5


def recorded(tracks: Iterable[Track], workbench: Workbench) -> dict[str, np.ndarray]:
    """Fingerprints by source key of those tracks that are recordings and can be read; each is decoded, on all cores."""
    files = {key_of(track.source): track.source for track in tracks if isinstance(track.source, FileSource)}
    files.pop("unreadable", None)
    heard = each(_mark, list(files.values()), slow=len(files), progress="copies" if workbench.progress else "")
    return {key: mark for key, mark in zip(files, heard) if mark is not None}


def _mark(source: Source) -> np.ndarray | None:
    from escucha.corpora.fingerprint import fingerprint

    try:
        return fingerprint(source.clip())
    except (InputError, OSError):
        return None
