"""The finding of kind `sweep`: what each combination of settings came to, chosen on validation clips alone."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from escucha.audio.clip import Clip
from escucha.experiments import drawing

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame

HEADLINES = ("accuracy", "mean_average_precision", "balanced_accuracy", "macro_f1", "roc_auc", "gap", "best_epoch",
             "best_valid_loss")
"""Numbers of a run that stand in the table, where it has them."""


@dataclass(frozen=True, eq=False)
class Run:
    """One combination of settings."""

    settings: Mapping[str, Any]
    """Dotted setting to value."""
    card: str
    """Of a training: what it wrote."""
    folder: str
    """Its finding, from the home."""
    numbers: Mapping[str, Any]
    failed: str = ""
    """Why it has no finding."""

    @property
    def valid(self) -> float:
        """What a choice is made by; NaN where there is none."""
        found = self.numbers.get("valid_score")
        return float(found) if isinstance(found, (int, float)) else math.nan

    @property
    def name(self) -> str:
        """Its settings in words."""
        return ", ".join(f"{key} {value}" for key, value in self.settings.items())


@dataclass(frozen=True, eq=False)
class SweepFinding:
    """All runs of a grid."""

    kind: str
    """Of the experiment."""
    card: str
    """Of trainings: what the best one was copied to."""
    runs: tuple[Run, ...]

    @property
    def best(self) -> Run | None:
        """The best on validation clips; of equals that of the lower validation loss, then the first."""
        judged = [run for run in self.runs if math.isfinite(run.valid)]
        if not judged:
            return None
        return max(judged, key=lambda run: (run.valid, -float(run.numbers.get("best_valid_loss", math.inf))))

    def numbers(self) -> dict[str, Any]:
        """How many runs, which one was chosen and by what, and the numbers of each."""
        best = self.best
        chosen = {} if best is None else {"chosen": dict(best.settings), "valid_score": best.valid,
                                          "chosen_run": best.folder, "card": self.card,
                                          "weights": best.numbers.get("weights", "")}
        return {"kind": self.kind, "runs": len(self.runs), "failed": sum(bool(run.failed) for run in self.runs),
                "chosen_on": "validation" if best else "nothing", **chosen,
                "each": [{"settings": dict(run.settings), "folder": run.folder, "card": run.card, "failed": run.failed,
                          "weights": run.numbers.get("weights", ""), "valid_score": run.valid, **_headlines(run)}
                         for run in self.runs]}

    def arrays(self) -> dict[str, np.ndarray]:
        """`valid` `(run,)`."""
        return {"valid": np.array([run.valid for run in self.runs])}

    def tables(self) -> "dict[str, DataFrame]":
        """One row a run, and one a value of each setting: what it came to over all that was combined with it."""
        import pandas

        rows = [{**{key: str(value) for key, value in run.settings.items()}, "valid_score": run.valid,
                 **_headlines(run), "card": run.card, "finding": run.folder, "failed": run.failed,
                 "chosen": run is self.best} for run in self.runs]
        return {"runs": pandas.DataFrame(rows), "by-setting": pandas.DataFrame(self._by_setting())}

    def _by_setting(self) -> list[dict[str, Any]]:
        found: dict[tuple[str, str], list[float]] = {}
        for run in self.runs:
            for key, value in run.settings.items():
                found.setdefault((key, str(value)), []).append(run.valid)
        return [{"setting": key, "value": value, "runs": len(valid), "mean_valid_score": _over(np.mean, valid),
                 "lowest": _over(np.min, valid), "highest": _over(np.max, valid)}
                for (key, value), valid in found.items()]

    def figures(self) -> "dict[str, Figure]":
        """The validation score of each run."""
        if self.best is None:
            return {}
        scores = {run.name: run.valid for run in self.runs if math.isfinite(run.valid)}
        return {"runs": drawing.bars(scores, label="on validation clips")}

    def sounds(self) -> dict[str, Clip]:
        """None: each run has its own."""
        return {}

    def words(self) -> list[str]:
        """Which was chosen and by what, and what that is worth."""
        said, best = [], self.best
        if best is None:
            said.append(f"{len(self.runs)} runs of kind {self.kind}; none was chosen, for they have no validation "
                        "clips to choose by.")
        else:
            first = (f"Of {len(self.runs)} runs the one with {best.name} is best on the validation clips: "
                     f"{best.valid:.3f}.")
            kept = f" Its card is {self.card}." if self.card else ""
            said += [first + kept, "The choice was made on validation clips and never on test clips, whose numbers "
                     "stand beside it to be seen; the chosen run's own test numbers are the ones to report."]
            said += [f"{row['setting']} = {row['value']}: {row['mean_valid_score']:.3f} on average over {row['runs']} "
                     f"runs ({row['lowest']:.3f} to {row['highest']:.3f})." for row in self._by_setting()
                     if row["runs"] > 1]
        failed = [run for run in self.runs if run.failed]
        return [*said, *(f"Warning: the run with {run.name} failed: {run.failed}" for run in failed)]


def _headlines(run: Run) -> dict[str, float]:
    """Those of HEADLINES that the run has."""
    return {name: float(run.numbers[name]) for name in HEADLINES if isinstance(run.numbers.get(name), (int, float))}


def _over(measure: Any, values: list[float]) -> float:
    """Of the values that are there; NaN where none is."""
    there = [value for value in values if math.isfinite(value)]
    return float(measure(there)) if there else math.nan
