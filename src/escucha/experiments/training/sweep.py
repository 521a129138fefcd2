"""A grid of one experiment: every combination is a finding of its own, and one finding tells them apart.

In a TOML, beside the settings of any kind: `[sweep]` with lists, `"recipe.rate" = [1e-3, 3e-3]`, `seed = [0, 1, 2]`.
"""

import copy
import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

from escucha.config import fingerprint
from escucha.errors import InputError
from escucha.experiments.training.sweep_finding import Run, SweepFinding
from escucha.experiments.workbench import Experiment, Workbench

MOST = 64
"""Combinations of a grid."""
SAME_INPUTS = ("recipe", "seed", "network", "head")
"""Settings that change neither corpus nor model: combinations that differ only in them have the same inputs."""


@dataclass(frozen=True)
class Sweep:
    """Every combination of the lists in `grid`, each run as `experiment` with these settings.

    Trainings are compared by their validation clips alone; the card of each is called `<card>-<six digits of its
    settings>`, and the best one is copied to the card that was asked for.
    """

    kind: ClassVar[str] = "sweep"
    revision: ClassVar[int] = 2

    experiment: dict[str, Any]
    """The table of an experiment: its `kind` and settings."""
    grid: dict[str, Any]
    """Dotted setting to the list of its values."""

    @property
    def asked(self) -> str:
        """The kind of experiment that is run."""
        return str(self.experiment.get("kind"))

    @property
    def corpus(self) -> dict[str, Any]:
        """The table of what every run learns from, where the grid does not vary it."""
        return dict(self.experiment.get("corpus", {}))

    @property
    def card(self) -> str:
        """Of trainings: the card that the best one becomes."""
        return str(self.experiment.get("card", "")) if self.asked == "training" else ""

    @cached_property
    def combinations(self) -> tuple[dict[str, Any], ...]:
        """Dotted setting to value; InputError for what is no grid, and for one that is too large."""
        for key, values in self.grid.items():
            if not isinstance(values, (list, tuple)) or not values:
                raise InputError(f"[sweep] gives {key!r} a list of values to try, got {values!r}")
            if key.split(".")[0] in ("kind", "card", "experiment", "sweep"):
                raise InputError(f"[sweep] cannot vary {key!r}; vary a setting of the experiment")
        count = math.prod(len(values) for values in self.grid.values())
        if not self.grid or count > MOST:
            raise InputError(f"[sweep] asks for {count if self.grid else 0} combinations, and 1 to {MOST} can be run; "
                             "give it fewer values")
        return tuple(dict(zip(self.grid, values)) for values in itertools.product(*self.grid.values()))

    def inputs(self, workbench: Workbench) -> list[str]:
        """Those of every run."""
        distinct: dict[str, Experiment] = {}
        for settings, experiment in zip(self.combinations, self.runs()):
            other = {key: value for key, value in settings.items() if key.split(".")[0] not in SAME_INPUTS}
            distinct.setdefault(fingerprint(other), experiment)
        return [mark for experiment in distinct.values() for mark in experiment.inputs(workbench)]

    def runs(self) -> list[Experiment]:
        """One experiment a combination; InputError for a setting that is none."""
        from escucha.experiments.run import experiment_of

        return [experiment_of(self._table(settings), f"the sweep at {_told(settings)}")
                for settings in self.combinations]

    def run(self, workbench: Workbench) -> SweepFinding:
        """Each combination in turn; one that fails is told of and does not stop the others.

        InputError where all fail, and where the card is someone else's.
        """
        from escucha.models.card import refuse_foreign

        if self.card:
            refuse_foreign(workbench.home / "models" / f"{self.card}.toml", self._maker)
        done = [self._done(settings, experiment, workbench)
                for settings, experiment in zip(self.combinations, self.runs())]
        if all(run.failed for run in done):
            raise InputError(f"every run of the sweep failed; the first: {done[0].failed}")
        finding = SweepFinding(self.asked, self.card, tuple(done))
        if self.card and finding.best is not None:
            self._keep(finding.best, workbench)
        return finding

    def stands(self, workbench: Workbench, numbers: Mapping[str, Any]) -> bool:
        """Of trainings: are the best one's card and every run's own in `models/` as these numbers tell?"""
        from escucha.models.card import card_stands

        if not self.card or numbers.get("chosen_on") != "validation":
            return True
        models = workbench.home / "models"
        made = {self.card: numbers["weights"]} | {one["card"]: one["weights"] for one in numbers["each"]
                                                  if not one["failed"]}
        return all(card_stands(models / f"{card}.toml", {"weights": weights}) for card, weights in made.items())

    @property
    def _maker(self) -> str:
        return str(self.experiment.get("experiment") or f"train-{self.card}")

    def _table(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """The experiment's table with these settings, and with a card of its own."""
        table = copy.deepcopy(self.experiment)
        for key, value in settings.items():
            *path, last = key.split(".")
            place = table
            for part in path:
                place = place.setdefault(part, {})
                if not isinstance(place, dict):
                    raise InputError(f"[sweep] cannot vary {key!r}: {part!r} is no table of the experiment")
            place[last] = value
        if self.card:
            table |= {"card": self._card(settings), "experiment": ""}
        return table

    def _card(self, settings: Mapping[str, Any]) -> str:
        """Named by its settings, so that another grid never takes one run's card for another's."""
        return f"{self.card}-{fingerprint(settings)[:6]}"

    def _done(self, settings: Mapping[str, Any], experiment: Experiment, workbench: Workbench) -> Run:
        from escucha.experiments.run import run
        from escucha.finding import load

        name = f"sweep-{self.card or self.asked}-{fingerprint(settings)[:6]}"
        card = self._card(settings) if self.card else ""
        try:
            folder = run(experiment, workbench, name=name, title=f"{self.card or self.asked}: {_told(settings)}")
        except InputError as error:
            return Run(settings, card, "", {}, str(error))
        return Run(settings, card, folder.relative_to(workbench.home).as_posix(), load(folder).numbers)

    def _keep(self, best: Run, workbench: Workbench) -> None:
        """The best run's card and weights under the name that was asked for."""
        from escucha.models.card import read_card, write_card
        from escucha.models.weights.safe import load_weights

        models = workbench.home / "models"
        card = read_card(models / f"{best.card}.toml")
        trained = {**card.trained, "experiment": self._maker, "chosen": f"{best.card}, the best on validation clips of "
                                                                         f"{len(self.combinations)} runs"}
        write_card(models / f"{self.card}.toml", replace(card, trained=trained), load_weights(models / card.weights))


def swept(table: Mapping[str, Any]) -> dict[str, Any]:
    """An experiment's table with a `[sweep]` as the table of a sweep; any other as it is."""
    if "sweep" not in table:
        return dict(table)
    inner = {key: value for key, value in table.items() if key != "sweep"}
    grid = table["sweep"]
    if not isinstance(grid, Mapping):
        raise InputError(f"[sweep] is a table of settings with lists of values, got {grid!r}")
    return {"kind": "sweep", "experiment": inner, "grid": _flat(grid)}


def _flat(grid: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    """Nested tables with dotted keys: TOML reads `recipe.rate = []` as a table in a table.

    >>> _flat({"recipe": {"rate": [1, 2]}, "recipe.decay": [0]})
    {'recipe.rate': [1, 2], 'recipe.decay': [0]}
    """
    found: dict[str, Any] = {}
    for key, value in grid.items():
        found |= _flat(value, f"{path}{key}.") if isinstance(value, Mapping) else {f"{path}{key}": value}
    return found


def _told(settings: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} = {value}" for key, value in settings.items())
