"""Every network of the registry through the house: trained, carded, loaded, explained, and heard inside."""

import numpy as np
import pytest

from escucha.config import build, read_toml
from escucha.experiments.training.study import Training
from escucha.explain.factorization import of_sources
from escucha.explain.remix import Game
from escucha.explain.shapley import shapley
from escucha.models.build import listener
from escucha.models.card import Card, read_card
from escucha.models.classifier import LayeredClassifier
from escucha.models.networks import NETWORKS, design
from escucha.models.shelf import load_model
from escucha.models.windows import cut, score_clip
from tests.conftest import REPOSITORY
from tests.experiments.toys import RATE, ToyBench, toy_corpus

MEL = {"name": "log-mel", "n_fft": 256, "hop": 64, "mels": 16}
SMALL = {
    "choi-cnn": ({"widths": [4, 6], "mel_pools": [2, 2], "time_pools": [2, 4]},
                 {"name": "choi-mel", "n_fft": 256, "hop": 64, "mels": 16}),
    "choi-crnn": ({"widths": [4, 6], "pools": [2, 3], "units": 5, "pad": 2},
                  {"name": "choi-mel", "n_fft": 256, "hop": 64, "mels": 16}),
    "cnn-bilstm": ({"widths": [4, 6], "mel_pools": [2, 2], "time_pools": [2, 2], "units": 6}, MEL),
    "gtzan-cnn": ({"widths": [4, 6], "mel_pools": [2, 3], "time_pools": [3, 4]}, MEL),
    "palo-images": ({"widths": [4, 6]}, {"name": "palo-image", "n_fft": 256, "hop": 64, "mels": 16, "height": 24,
                                         "width": 32}),
    "palo-views": ({"widths": [4, 6], "lags": 24}, MEL),
    "resnet": ({"widths": [4, 6], "blocks": [1, 1]}, MEL),
    "short-cnn": ({"widths": [4, 6]}, MEL),
    "vgg16": ({"widths": [4, 4, 6, 6, 8], "hidden": [16]}, {**MEL, "mels": 32}),
    "vggish": ({"widths": [4, 4, 6, 6], "hidden": [12, 10], "embedding": 8},
               {"name": "vggish-mel", "mels": 16, "fmax": 1900.0}),
}


def trained(name, home):
    (home / "models").mkdir()
    bench = ToyBench(home, home / "cache")
    network, front_end = SMALL[name]
    table = {"card": "toy", "meaning": "slow or fast", "corpus": {"clips": 24}, "rate": RATE, "window": 1.5,
             "network": {"name": name, **network}, "front_end": front_end,
             "recipe": {"epochs": 2, "batch": 2, "crops": 2, "rate": 0.003}}
    return build(Training, table, "here").run(bench)


def test_each_network_has_small_settings_here():
    assert set(SMALL) == set(NETWORKS)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", sorted(SMALL))
def test_a_network_is_trained_loaded_explained_and_heard_inside(name, tmp_path):
    finding = trained(name, tmp_path)
    model = load_model("toy", tmp_path)
    tracks = toy_corpus(24).split("test").tracks
    again = [score_clip(model, track.source.clip()).logits for track in tracks]
    np.testing.assert_allclose(again, finding.accuracy.plain.logits, atol=1e-4)
    assert read_card(tmp_path / "models" / "toy.toml").network["name"] == name
    assert len(finding.tables()["epochs"]) == 2

    clip = tracks[0].source.clip()
    parts = of_sources(clip, {"clip": clip}, segments="windows", window=model.window)
    told = shapley(Game(model, parts), "fast")
    score = score_clip(model, clip)
    assert told.everything == pytest.approx(score.value("fast"), abs=1e-4)
    assert np.isfinite(told.weights).all()

    assert isinstance(model, LayeredClassifier)
    waves = cut(clip.wave, model.window)
    inside = model.activations(waves, model.layers)
    slopes = model.gradients(waves, model.layers, model.labels)
    for layer in model.layers:
        assert inside[layer].shape[0] == slopes[layer].shape[0] == len(waves)
        assert np.isfinite(inside[layer]).all(), layer
        assert np.isfinite(slopes[layer]).all(), layer
        assert inside[layer].any(), layer
        assert slopes[layer].any(), layer


@pytest.mark.parametrize("path", sorted((REPOSITORY / "experiments" / "networks").glob("*.toml")), ids=lambda p: p.stem)
def test_the_shelf_s_experiments_make_networks_small_enough_to_keep(path):
    table = read_toml(path)
    question = table.pop("question")
    assert question.endswith("?")
    assert table.pop("kind") == "training"
    asked = build(Training, table, path.name)
    plan = design(asked.network["name"], path.name)
    card = Card("", "network", ("a", "b", "c"), asked.rate or plan.rate, asked.window or plan.window,
                front_end=asked.front_end or dict(plan.front_end), network=asked.network)
    module, layers = listener(card, path.name)
    assert asked.card == f"{asked.corpus['kind']}-{asked.network['name']}"
    assert asked.maker == f"networks/{path.stem}" == f"networks/train-{asked.network['name']}"
    assert layers
    assert 4 * sum(parameter.numel() for parameter in module.parameters()) < 2.5e6


@pytest.mark.parametrize("path", sorted((REPOSITORY / "experiments" / "networks").glob("*.toml")), ids=lambda p: p.stem)
def test_what_the_shelf_s_experiments_made_is_on_the_shelf(path):
    table = read_toml(path)
    card = read_card(REPOSITORY / "models" / f"{table['card']}.toml")
    assert (card.trained["experiment"], card.trained["learned"]["corpus"]) == (table["experiment"], table["corpus"])
    assert card.network == table["network"]
    model = load_model(table["card"], REPOSITORY)
    assert np.isfinite(model.scores(np.zeros((1, model.window), np.float32))).all()
