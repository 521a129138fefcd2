"""Captum's TCAV, given the same examples and the same estimator, counts the same signs, of maps too."""

import numpy as np
import pytest
import torch
from captum.concept import TCAV, Concept
from captum.concept._utils.classifier import Classifier
from sklearn.linear_model import Ridge
from torch import nn
from torch.utils.data import DataLoader

from escucha.audio.clip import Clip
from escucha.concepts import concept, dual
from escucha.concepts.activations import hear
from escucha.concepts.cav import find_cav
from escucha.concepts.concept import Example
from escucha.concepts.design import Design, inside
from escucha.concepts.slopes import slopes
from escucha.concepts.tcav import layer_tests
from escucha.models.torch_classifier import TorchClassifier
from tests.concepts.planted import Point

WINDOW, COUNT = 24, 20
LABELS = ("a", "b", "c")


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


class Centred(nn.Module):
    """What escucha explains of a softmax classifier: logits minus their mean."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, waves):
        logits = self.net(waves)
        return logits - logits.mean(dim=1, keepdim=True)


def network() -> nn.Sequential:
    """Layer 2 is made of maps, layer 5 is dense; bent enough for gradients to differ from clip to clip."""
    torch.manual_seed(0)
    net = nn.Sequential(nn.Unflatten(1, (1, WINDOW)), nn.Conv1d(1, 3, 5, padding=2), nn.Tanh(), nn.Flatten(),
                        nn.Linear(3 * WINDOW, 12), nn.Tanh(), nn.Linear(12, 12), nn.Tanh(), nn.Linear(12, len(LABELS)))
    with torch.no_grad():
        for weights in net.parameters():
            weights *= 5
    return net.eval()


def scores(classifier: TorchClassifier, layer: str, waves: dict[str, np.ndarray]) -> list[float]:
    """The classic score of the concept at a layer, label by label, over all clips under test."""
    shown = tuple(Example(Point(f"{name}-{place}"), name == "with", f"{name}-{place % 4}")
                  for name in ("with", "without") for place in range(COUNT))
    signs, groups = np.repeat([1, -1], COUNT), np.array([example.group for example in shown])
    sets = np.random.default_rng(3).permuted(np.tile(np.arange(2 * COUNT), (19, 1)), axis=1)
    made = Design(concept.Concept("idea", "An idea.", shown, shown, paired=False), "ridge", np.arange(2 * COUNT), sets,
                  signs, groups, dual.folds_of(groups, signs))
    heard = hear(classifier, [Clip(wave, 1000) for name in ("with", "without") for wave in waves[name]], (layer,),
                 maps="flattened").rows[layer]
    bent = slopes(classifier, [Clip(wave, 1000) for wave in waves["test"]], (layer,), maps="flattened").rows[layer]
    found = []
    for column, label in enumerate(LABELS):
        within = inside(layer, heard, bent[:, [column]])
        tests = layer_tests(within, [made], [find_cav(within, heard, made, seed=0)], labels=[label], alpha=0.05,
                            having=np.ones((len(bent), 1), dtype=bool), seed=0)
        found.append(tests[0].score)
    return found


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("link", ["sigmoid", "softmax"])
def test_sign_counts_are_captums(tmp_path, link):
    rng = np.random.default_rng(0)
    change = rng.normal(size=WINDOW)
    waves = {"with": rng.normal(size=(COUNT, WINDOW)) + change, "without": rng.normal(size=(COUNT, WINDOW)),
             "test": 2 * rng.normal(size=(40, WINDOW))}
    waves = {name: (value / 5).astype(np.float32) for name, value in waves.items()}
    net = network()
    explained, head = (Centred(net), "net.") if link == "softmax" else (net, "")
    concepts = [Concept(id, name, DataLoader(torch.tensor(waves[name]), batch_size=COUNT))
                for id, name in enumerate(("with", "without"))]
    layers = ("2", "5")
    captum = TCAV(explained, [head + layer for layer in layers], classifier=Fit(), save_path=str(tmp_path))
    counted = [captum.interpret(torch.tensor(waves["test"]), [concepts], target=column)["0-1"]
               for column in range(len(LABELS))]
    mine = TorchClassifier(net, LABELS, 1000, WINDOW, link, layers)
    for layer in layers:
        shares = scores(mine, layer, waves)
        theirs = [float(one[head + layer]["sign_count"][0]) for one in counted]
        assert shares == pytest.approx(theirs)
        assert len({0.0, 1.0, *shares}) > 3  # shares of 0 and 1 would agree by any direction on the right side
