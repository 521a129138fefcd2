"""Does an answer survive what happens to recordings every day? The same clips, a little otherwise."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from escucha.audio.perturb import Perturbation, everyday
from escucha.config import Within
from escucha.corpora.corpus import Corpus
from escucha.experiments.accuracy.changing import Changed
from escucha.experiments.accuracy.scoring import Ears, Said


@dataclass(frozen=True)
class Robustness:
    """What is done to every clip, at the rate that the model hears; a list may be empty."""

    shifts_ms: tuple[Annotated[float, Within(0.01, 60_000)], ...] = (5, 12, 25, 50)
    """As if recording had begun so many milliseconds later."""
    gains_db: tuple[Annotated[float, Within(-60, 60)], ...] = (-6, 6)
    noise_db: tuple[Annotated[float, Within(-20, 120)], ...] = (30, 20, 10)
    """Signal-to-noise ratios of white noise, dB of mean power."""
    mp3_kbps: tuple[Annotated[float, Within(8, 320)], ...] = (64,)
    """Constant bit rates of a mono mp3, encoded and decoded."""
    seed: int = 0
    """Of the noise: every model hears the same."""

    def perturbations(self) -> dict[str, Perturbation]:
        """Name to what is done."""
        return everyday(shifts_ms=self.shifts_ms, gains_db=self.gains_db, noise_db=self.noise_db,
                        mp3_kbps=self.mp3_kbps)


def ask_perturbed(ears: Ears, scored: Corpus, plain: Said, asked: Robustness) -> tuple[Changed, ...]:
    """What the classifier says of every clip perturbed, one `Changed` a perturbation; unheard ones are left out."""
    found = []
    for name, change in asked.perturbations().items():
        said = ears.ask(scored.tracks, doing=name, change=change, seed=asked.seed)
        rows = np.flatnonzero([mark != other for mark, other in zip(said.digests, plain.digests)])
        found.append(Changed(name, rows, said.take(rows)))
    return tuple(found)
