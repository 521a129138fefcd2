"""The finding of kind `feature-study`: what a model's features say, by family, feature and clip; and what to hear."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from escucha.audio.clip import Clip
from escucha.experiments.features.summary import Summary, Told
from escucha.explain import feature_figures as drawn
from escucha.explain.feature_families import glossed
from escucha.explain.rows import sound_table
from escucha.explain.sounds import slug
from escucha.models.resampling import Interval

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame

DRAWN = 4
"""Labels with figures of their own, at most; tables have all."""
TICKS = 12
"""More windows than this are not named on a figure's axis."""
TOP = 10
"""Features of each label in the numbers; the table has all."""


@dataclass(frozen=True, eq=False)
class FeatureFinding:
    """A finding; see `escucha.finding.Finding`."""

    told: Told

    @cached_property
    def summary(self) -> Summary:
        """What the shares come to."""
        return Summary(self.told)

    @cached_property
    def named(self) -> tuple[str, ...]:
        """Features with a musician's word behind them."""
        return tuple(map(glossed, self.told.found.names))

    def numbers(self) -> dict[str, Any]:
        """What it rests on, and for each label its families and strongest features."""
        told, found, summary = self.told, self.told.found, self.summary
        return {"model": told.model, "corpus": told.origin, "value": told.value,
                "windows" if told.single else "clips": len(told.units), "groups": len(set(told.groups)),
                "explainer": found.explainer, "evaluations": found.evaluations, "background": found.background,
                "background_from": told.table, "residual": told.residual, "mean_error": float(found.errors.mean()),
                "features": len(found.names), "features_that_go_together": told.alike,
                "labels": {label: self._label(at) for at, label in enumerate(summary.labels)},
                "seed": told.seed, "warnings": [line.removeprefix("Warning: ") for line in self.words()
                                                if line.startswith("Warning:")]}

    def _label(self, at: int) -> dict[str, Any]:
        summary = self.summary
        sizes = [one[at] for one in summary.feature_sizes]
        top = sorted(range(len(sizes)), key=lambda column: -sizes[column].value)[:TOP]
        return {"base": float(summary.base[at]), "value": float(summary.scores[:, at].mean()),
                "families": {family.name: _size(one[at]) for family, one in zip(summary.families,
                                                                               summary.family_sizes)},
                "features": {self.told.found.names[column]: {
                    **_size(sizes[column]), "mean": float(summary.shares[:, column, at].mean()),
                    "direction": float(summary.directions[column, at])} for column in top}}

    def arrays(self) -> dict[str, np.ndarray]:
        """`shap` and `errors` (unit, feature, label), `features` (unit, feature), `values` (unit, label), names."""
        told, found = self.told, self.told.found
        return {"shap": found.values, "errors": found.errors, "features": told.heights, "values": found.scores,
                "base": found.base, "names": np.array(found.names, dtype=str),
                "labels": np.array(found.labels, dtype=str), "units": np.array(told.units, dtype=str)}

    def tables(self) -> "dict[str, DataFrame]":
        """Families, features, clips (or windows), and the captions of the sounds."""
        from pandas import DataFrame

        return {"families": DataFrame(self._families()), "features": DataFrame(self._features()),
                "windows" if self.told.single else "clips": DataFrame(self._units()),
                "sounds": sound_table(self.told.examples)}

    def _families(self) -> list[dict[str, Any]]:
        summary = self.summary
        return [{"label": label, "family": family.name, "meaning": family.meaning, "features": len(family.members),
                 **_row(summary.family_sizes[row][at]), "mean": summary.by_family[:, row, at].mean()}
                for at, label in enumerate(summary.labels) for row, family in enumerate(summary.families)]

    def _features(self) -> list[dict[str, Any]]:
        summary, found = self.summary, self.told.found
        family = {member: one.name for one in summary.families for member in one.members}
        rows = [{"label": label, "feature": self.named[column], "family": family[column],
                 **_row(summary.feature_sizes[column][at]), "mean": summary.shares[:, column, at].mean(),
                 "direction": summary.directions[column, at],
                 "error": found.errors[:, column, self.told.columns[at]].mean()}
                for at, label in enumerate(summary.labels) for column in range(len(found.names))]
        return sorted(rows, key=lambda row: (summary.labels.index(row["label"]), -row["mean_size"]))

    def _units(self) -> list[dict[str, Any]]:
        summary, told = self.summary, self.told
        rows = []
        for unit, name in enumerate(told.units):
            row: dict[str, Any] = {"name": name, "group": told.groups[unit], "label": told.truth[unit],
                                   "answer": summary.answers[unit]}
            for at, label in enumerate(summary.labels):
                shares = summary.by_family[unit, :, at]
                row |= {f"value {label}": summary.scores[unit, at],
                        f"most for {label}": summary.families[int(shares.argmax())].name,
                        f"most against {label}": summary.families[int(shares.argmin())].name}
            rows.append(row)
        return rows

    def figures(self) -> "dict[str, Figure]":
        """Families, one clip's way to its value, and for each label its swarm and heat map."""
        several = len(self.summary.families) > 1
        made = {"families": self._strengths()} if several and not self.told.single else {}
        if several:
            made["waterfall-of-families"] = self._waterfall([one.name for one in self.summary.families],
                                                            self.summary.by_family)
        made["waterfall-of-features"] = self._waterfall(self.named, self.summary.shares)
        for at, label in enumerate(self.summary.labels[:DRAWN]):
            if not self.told.single:
                made[f"beeswarm-{slug(label)}"] = drawn.beeswarm(
                    self.named, self.summary.shares[:, :, at], self.told.heights, label=label, unit=self.told.value)
            if len(self.told.units) > 1:
                made[f"heat-map-{slug(label)}"] = self._heat_map(at)
        return made

    def _strengths(self) -> "Figure":
        summary = self.summary
        order = summary.ranked[:drawn.SHOWN]
        return drawn.strengths({summary.families[at].name: summary.family_sizes[at][:len(drawn.INKS)] for at in order},
                               summary.labels[:len(drawn.INKS)], unit=self.told.value)

    def _waterfall(self, names: "list[str] | tuple[str, ...]", shares: np.ndarray) -> "Figure":
        summary = self.summary
        unit, label = summary.shown
        return drawn.waterfall(list(zip(names, summary.of_shown(shares).tolist())), base=float(summary.base[label]),
                               label=summary.labels[label], unit=self.told.value, start="other music",
                               end="this clip" if unit is None else self.told.units[unit])

    def _heat_map(self, at: int) -> "Figure":
        """Clips under their answers, each from its lowest value to its highest; windows in time."""
        summary, told = self.summary, self.told
        order = np.arange(len(told.units))
        if not told.single:
            order = np.lexsort((summary.scores[:, at], told.found.scores.argmax(axis=1)))
        return drawn.heat_map(
            self.named, summary.shares[order, :, at], summary.scores[order, at], label=summary.labels[at],
            unit=told.value, sections=[summary.answers[unit] for unit in order],
            columns="windows in time" if told.single else "clips, under the model's answer",
            ticks=told.units if told.single and len(told.units) <= TICKS else ())

    def sounds(self) -> dict[str, Clip]:
        """For each label, where its strongest family speaks most for it, and most against it."""
        return {one.name: one.clip for one in self.told.examples if one.clip is not None}

    def words(self) -> list[str]:
        """What the model hears, label by label; how to read it; what to beware of."""
        from escucha.experiments.features.words import sentences

        return sentences(self)


def _size(found: Interval) -> dict[str, Any]:
    """Mean size, with its interval where there is one: a single clip has none."""
    there = {"mean_size_interval": found.bounds} if np.isfinite(found.low) else {}
    return {"mean_size": found.value, **there}


def _row(found: Interval) -> dict[str, Any]:
    there = {"low": found.low, "high": found.high} if np.isfinite(found.low) else {}
    return {"mean_size": found.value, **there}
