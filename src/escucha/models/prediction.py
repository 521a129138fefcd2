"""What a classifier says of clips: label, vote, probabilities, and the same for every window."""

import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from escucha.models.classifier import Classifier, probabilities
from escucha.models.windows import ClipScore, score_clip, vote_shares

if TYPE_CHECKING:
    from escucha.models.domain import Domain


def predict_file(classifier: Classifier, path: Path, *, start: float = 0.0, duration: float | None = None,
                 aggregation: str = "mean-logit", domain: "Domain | None" = None) -> tuple[float, ClipScore]:
    """Duration in seconds and scores of one audio file; InputError where it cannot be read.

    With the `domain` of the model's training music, a clip far from it raises a warning.
    """
    from escucha.audio.io import read

    clip = read(path, rate=classifier.rate, start=start, duration=duration)
    if domain is not None and domain.report(clip, classifier).far:
        warnings.warn(f"{path} is far from the music the model was trained on: its label is a guess", stacklevel=2)
    return clip.duration, score_clip(classifier, clip, aggregation=aggregation)


def report(model: str, scored: Iterable[tuple[str, float, ClipScore]]) -> dict[str, Any]:
    """`{"model", "clips"}` of (path, duration, scores), as `escucha predict --json` prints it; scores are logits."""
    return {"model": model, "clips": [_clip(*row) for row in scored]}


def _clip(path: str, duration: float, score: ClipScore) -> dict[str, Any]:
    return {
        "path": path,
        "duration": duration,
        "label": score.label,
        "vote": score.labels[int(vote_shares(score.windows).argmax())],
        "probabilities": score.probabilities,
        "windows": [_window(score, at) for at in range(len(score.windows))],
    }


def _window(score: ClipScore, at: int) -> dict[str, Any]:
    logits = score.windows[at]
    start, end = score.spans[at].tolist()
    return {
        "start": start,
        "end": end,
        "probabilities": dict(zip(score.labels, probabilities(logits, score.link).tolist())),
        "scores": dict(zip(score.labels, logits.tolist())),
    }
