"""Captum's gradient methods as ways to weigh parts, and how to read each one's weights.

| method | sign | sums up to v(all) - v(none) |
|---|---|---|
| saliency | no: a size | no |
| input-x-gradient | yes | no (only where the network is linear) |
| integrated-gradients | yes | yes, to about a percent |
| gradient-shap | yes | yes, as far as its draws go |
| deep-lift | yes | yes, where captum has a rule for every layer |
| grad-cam | no: only what speaks for the label | no |

Where one that should sum up misses by more than `AMISS` it says so; `Weights.residual` says by how much in any case.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from escucha.explain.gradients.halves import check_additive, halves
from escucha.explain.maps import AttributionMap
from escucha.explain.meanings import MEANINGS, Meaning
from escucha.explain.remix import Game
from escucha.explain.weights import USUAL, Sampling, Weights, student
from escucha.models.classifier import label_index

if TYPE_CHECKING:
    from escucha.explain.gradients.looking import Look

AMISS = 0.05
"""A complete method that misses the whole by more than this share of it has to say so."""
NOBODYS = 0.05
"""So has one that finds more than this share where no part sounds."""


@dataclass(frozen=True)
class Gradients:
    """A gradient method: from a game to one weight a part, the sum of what its cells of time and frequency did."""

    name: str
    unit: str = "{}"
    """What weights are, around the unit of the game's values."""
    amiss: str = ""
    """Why a complete method may miss the whole."""

    def __call__(self, game: Game, label: str, sampling: Sampling = USUAL) -> Weights:
        """One weight a part for `label`, with the map that they are sums of.

        InputError for an unknown label, a classifier that is no torch module with a front end and a network, a front
        end that does not say what sounds where, and a clip's value that is not the mean of its windows' own.
        """
        label_index(game.classifier, label)
        halves(game.classifier, self.name)
        check_additive(game, self.name)
        from escucha.explain.gradients.looking import look

        before = game.asked
        everything, nothing = game.ends(label)
        found = look(self.name, game, label, sampling)
        weights, half = student(found.weights)
        given = Weights(weights, weights - half, weights + half, everything, nothing,
                        game.asked - before + found.asked, map=self._map(found, game))
        return replace(given, notes=self._notes(given, found, game, label))

    @property
    def meaning(self) -> Meaning:
        """Do its weights tell for from against, and sum up to the value, by the method's own theorem?"""
        return MEANINGS[self.name]

    def _map(self, found: "Look", game: Game) -> AttributionMap:
        return AttributionMap(np.concatenate([seen.cells for seen in found.seen], axis=1),
                              np.concatenate([seen.times for seen in found.seen]) / game.classifier.rate,
                              found.hertz, self.unit.format(game.unit), self.meaning.signed,
                              self.meaning.sums)

    def _notes(self, given: Weights, found: "Look", game: Game, label: str) -> tuple[str, ...]:
        amiss = "" if found.blind == len(found.seen) else self._amiss(given)
        return tuple(note for note in (self._blind(found, label), self._nobodys(given), amiss) if note)

    def _blind(self, found: "Look", label: str) -> str:
        if not found.blind:
            return ""
        windows = f"in {found.blind} of the {len(found.seen)} windows"
        if self.meaning.signed:
            return (f"{windows} all gradients are zero although the answer changes with what sounds: the network is "
                    "saturated there, and parts of these windows weigh nothing whatever they do; ask shapley of them")
        return (f"{windows} {self.name} finds nothing, although the answer changes with what sounds: the weight 0 of "
                f"their parts does not mean that they do not matter to {label}; ask shapley of them")

    def _nobodys(self, given: Weights) -> str:
        """What lies where no part sounds: a spectrogram that is stretched to its own maximum moves there too."""
        assert given.map is not None
        left = given.map.values.sum() - given.weights.sum()
        share = abs(left) / max(np.abs(given.map.values).sum(), 1e-12)
        if share <= NOBODYS:
            return ""
        return f"{share:.0%} of what {self.name} finds lies where no part sounds, and is in no part's weight"

    def _amiss(self, given: Weights) -> str:
        change, total = given.everything - given.nothing, float(given.map.values.sum()) if given.map else 0.0
        if not self.meaning.sums or abs(total - change) <= AMISS * abs(change):
            return ""
        return (f"what {self.name} finds sums up to {total:.3g} where the value changes by {change:.3g}: "
                f"{self.amiss}; trust shapley more")


GRADIENTS: dict[str, Gradients] = {method.name: method for method in (
    Gradients("saliency", unit="size of the change of {} for each unit of the spectrogram"),
    Gradients("input-x-gradient"),
    Gradients("integrated-gradients", amiss="the value jumps between the points it looks at"),
    Gradients("gradient-shap",
              amiss="it looks at few points, and at random; integrated-gradients looks everywhere on the same way"),
    Gradients("deep-lift",
              amiss="captum has no rule for some layer of this network, as for the gates of recurrent ones"),
    Gradients("grad-cam", unit="strength of the last maps for {}"),
)}
"""The gradient methods, by name; what their weights mean is in `meanings.MEANINGS`."""
