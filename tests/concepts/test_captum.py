"""Captum's TCAV, given the same examples and the same estimator, counts the same signs."""

import numpy as np
import pytest
import torch
from captum.concept import TCAV, Concept
from captum.concept._utils.classifier import Classifier
from sklearn.linear_model import Ridge
from torch import nn
from torch.utils.data import DataLoader

from escucha.audio.clip import Clip
from escucha.concepts import dual
from escucha.concepts.activations import gram, hear, slopes
from escucha.concepts.design import inside
from escucha.models.torch_classifier import TorchClassifier

WINDOW = 24


class Fit(Classifier):
    """Ridge with the penalty of escucha's; which class has which id is captum's business, so it is asked for."""

    def __init__(self):
        self.coefficients = None

    def train_and_eval(self, dataloader, **kwargs):
        rows, ids = (torch.cat(parts).numpy() for parts in zip(*dataloader))
        self.names = sorted({int(name) for name in ids})
        signs = np.where(ids == self.names[0], 1, -1)
        rows = rows.astype(np.float64)
        penalty = dual.penalties((rows @ rows.T)[None])[0]
        self.coefficients = torch.tensor(Ridge(alpha=penalty).fit(rows, signs).coef_, dtype=torch.float32)
        return {}

    def weights(self):
        return torch.stack([self.coefficients, -self.coefficients])

    def classes(self):
        return self.names


@pytest.mark.filterwarnings("ignore")
def test_sign_counts_are_captums(tmp_path):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(WINDOW, 16), nn.Tanh(), nn.Linear(16, 12), nn.Tanh(), nn.Linear(12, 3)).eval()
    rng = np.random.default_rng(0)
    change = rng.normal(size=WINDOW)
    waves = {"with": rng.normal(size=(20, WINDOW)) + change, "without": rng.normal(size=(20, WINDOW)),
             "test": 2 * rng.normal(size=(40, WINDOW))}
    waves = {name: (value / 5).astype(np.float32) for name, value in waves.items()}
    layers, labels = ("1", "3"), ("a", "b", "c")

    concepts = [Concept(id, name, DataLoader(torch.tensor(waves[name]), batch_size=20))
                for id, name in enumerate(("with", "without"))]
    captum = TCAV(net, list(layers), classifier=Fit(), save_path=str(tmp_path))
    mine = TorchClassifier(net, labels, 1000, WINDOW, "sigmoid", layers)
    clips = [Clip(wave, 1000) for name in ("with", "without") for wave in waves[name]]
    heard = hear(mine, clips, layers)
    found = slopes(mine, [Clip(wave, 1000) for wave in waves["test"]], layers)
    signs = np.repeat([1, -1], 20)
    shares = []
    for column, _ in enumerate(labels):
        counted = captum.interpret(torch.tensor(waves["test"]), [concepts], target=column)["0-1"]
        for layer in layers:
            within = inside(layer, heard.rows[layer], found.rows[layer])
            weights = dual.ridge(gram(heard.rows[layer])[None], signs)[0][0]
            share = float((within.pulls[:, column] @ weights > 0).mean())
            assert counted[layer]["sign_count"][0] == pytest.approx(share)
            shares.append(share)
    assert len(set(shares)) > 2
