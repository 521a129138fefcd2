"""The files that docs/bring-your-own.md talks of: songs, the weights of a network, a tiny Hugging Face model."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from tests.models.tiny_transformers import wav2vec2
from tests.showing import noise


def prepare(folder: Path) -> dict[str, Any]:
    """The page's files, and `my_waves` with `my_labels` to fit a pipeline to."""
    pytest.importorskip("transformers", reason="needs the extra hf")
    for part in wav2vec2():
        part.save_pretrained(folder / "my-wav2vec2")
    net = nn.Sequential(nn.Unflatten(1, (1, -1)), nn.Conv1d(1, 8, 256, 128), nn.ReLU(), nn.AdaptiveAvgPool1d(1),
                        nn.Flatten(), nn.Linear(8, 2))
    torch.save(net.state_dict(), folder / "my_weights.pt")
    for name in ("uno", "disc/dos ñ"):
        noise(folder / "songs" / f"{name}.mp3", 3.0)
    rng = np.random.default_rng(0)
    labels = np.arange(40) % 2
    waves = [rng.normal(0, 0.05 + 0.2 * label, 2 * 22050).astype(np.float32) for label in labels]
    return {"my_waves": waves, "my_labels": np.where(labels, "rumba", "tangos")}
