"""A finding to draw pages from: three parts of a clip, one of them with a name that would be a program."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas
from matplotlib.figure import Figure

from escucha.audio.clip import Clip
from escucha.finding import About

RATE = 22050
HOSTILE = "<script>document.title='pwned'</script>"
ABOUT = About(kind="explanation", title=f"What made {HOSTILE} a bulería?",
              command="escucha explain palos-cnn 'a & b.wav'", fingerprint="0123456789abcdef",
              settings={"method": "shapley", "seed": 0, "corpus": {"kind": "palos"}},
              versions={"escucha": "0.1.0", "torch": "2.13.0"}, seconds=12.34, made="2026-01-02T03:04:05+00:00")


def tone(seconds: float, hertz: float = 440.0, rate: int = RATE) -> Clip:
    """A swelling tone."""
    time = np.arange(round(seconds * rate)) / rate
    return Clip(0.5 * np.sin(2 * np.pi * hertz * time) * np.sin(np.pi * time / seconds) ** 2, rate)


@dataclass(frozen=True)
class Sample:
    """A finding with everything a page has a place for."""

    clips: dict[str, Clip] = field(default_factory=lambda: {"original": tone(4), "what-counted": tone(2.5, 660)})
    rows: int = 3

    def numbers(self) -> dict[str, Any]:
        return {"model": "palos-cnn", "path": f"music/{HOSTILE}.wav", "value": -1.23456789, "passes": 320,
                "residual": float("nan"), "probabilities": {"alegrias": 0.25, "bulerias": 0.75},
                "parts": [{"name": "guitar", "weight": 1.0}]}

    def arrays(self) -> dict[str, np.ndarray]:
        return {"weights": np.array([[0.8, -0.1], [1.3, 0.05], [-0.4, 0.2]])}

    def tables(self) -> dict[str, pandas.DataFrame]:
        weight = np.linspace(-0.5, 1.5, self.rows)
        parts = pandas.DataFrame({"name": [f"guitar {HOSTILE}" if i == 1 else f"part {i}" for i in range(self.rows)],
                                  "weight": weight, "low": weight - 0.1, "windows": np.arange(self.rows)[::-1]})
        sounds = pandas.DataFrame({"name": ["original", "what-counted"], "caption": ["The clip as it is.", None],
                                   "value": [1.5, -0.25], "gain_db": [0.0, 3.0]})
        timelines = pandas.DataFrame({"figure": "map", "sound": ["original", "what-counted"], "left": 0.2, "right": 0.6,
                                      "start": 0.0, "end": [4.0, 2.5]})
        return {"parts": parts, "sounds": sounds, "timelines": timelines}

    def figures(self) -> dict[str, Figure]:
        bars = Figure(figsize=(7, 2.8), layout="constrained")
        axes = bars.add_subplot()
        axes.barh(["guitar", "palmas", "voice"], self.arrays()["weights"][:, 0], color="#0072B2")
        axes.set_xlabel("weight (logits)")
        image = Figure(figsize=(7, 2.8), layout="constrained")
        drawn = image.add_subplot().imshow(self.arrays()["weights"], aspect="auto", cmap="PuOr", vmin=-1.5, vmax=1.5)
        image.colorbar(drawn, label="weight (logits)")
        return {"source-weights": bars, "map": image}

    def sounds(self) -> dict[str, Clip]:
        return self.clips

    def words(self) -> list[str]:
        return ["The palmas between 0 and 6 s made it bulerías.", "Warning: this song is far from the training music.",
                f"The file is called {HOSTILE}."]
