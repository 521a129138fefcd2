"""What a classifier says of clips: label, vote, probabilities, and the same for every window."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from escucha.models.classifier import Classifier, probabilities
from escucha.models.windows import ClipScore, score_clip, vote_shares


def predict_file(classifier: Classifier, path: Path, *, start: float = 0.0, duration: float | None = None,
                 aggregation: str = "mean-logit") -> tuple[float, ClipScore]:
    """Duration in seconds and scores of one audio file; InputError where it cannot be read."""
    from escucha.audio.io import read

    clip = read(path, rate=classifier.rate, start=start, duration=duration)
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
