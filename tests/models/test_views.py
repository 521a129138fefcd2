"""A model that looks in several ways: each view can be asked, and a majority is one of windows and of views."""

import numpy as np
import pytest
import torch
from captum.attr import DeepLift

from escucha.audio.clip import Clip
from escucha.config import build
from escucha.experiments.training.study import Training
from escucha.explain.factorization import of_sources
from escucha.explain.remix import Game
from escucha.models.build import classifier_of, listener
from escucha.models.card import Card
from escucha.models.classifier import LayeredClassifier, ViewedClassifier
from escucha.models.networks import make_network
from escucha.models.networks.palo_views import Together
from escucha.models.prediction import Prediction
from escucha.models.shelf import load_model
from escucha.models.views import ViewedTorchClassifier
from escucha.models.windows import cut, score_clip
from tests.experiments import toys
from tests.worlds import RATE, Deaf

LABELS = ("alegrias", "bulerias")
NETWORK = {"name": "palo-views", "widths": [3, 4], "lags": 24}
CARD = Card("a toy", "network", LABELS, RATE, 0.5, front_end={"n_fft": 256, "hop": 128, "mels": 16}, network=NETWORK)


class Torn:
    """Three views that disagree: where a clip is loud two of them whisper one label and the third shouts the other."""

    labels, rate, window, link = ("loud", "soft"), RATE, RATE, "softmax"
    views = ("first", "second", "third")

    def view_scores(self, waves):
        level = np.abs(waves).mean(axis=1)
        sure = np.stack([level, level, -8 * level])
        return np.stack([sure, -sure], axis=2)

    def scores(self, waves):
        return self.view_scores(waves).mean(axis=0)


@pytest.fixture(scope="module")
def viewed():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        module, layers = listener(CARD, "here")
    module.eval().requires_grad_(False)
    return classifier_of(module, layers, labels=LABELS, rate=RATE, window=RATE // 2, link="softmax")


def noise(seconds, seed=0):
    return np.random.default_rng(seed).normal(0, 0.1, round(seconds * RATE)).astype(np.float32)


def test_what_has_views_is_one_and_what_has_none_is_not(viewed):
    assert isinstance(viewed, ViewedTorchClassifier)
    assert isinstance(viewed, ViewedClassifier)
    assert isinstance(viewed, LayeredClassifier)
    assert viewed.views == ("mel", "tempogram", "normalised")
    assert not isinstance(Deaf(), ViewedClassifier)


def test_scores_are_the_mean_of_what_each_view_says(viewed):
    waves = noise(2).reshape(4, -1)
    views = viewed.view_scores(waves)
    assert views.shape == (3, 4, 2)
    np.testing.assert_allclose(views.mean(axis=0), viewed.scores(waves), atol=1e-6)
    with torch.no_grad():
        heads = [getattr(viewed.module.network, view) for view in viewed.views]
        decibels = viewed.module.front_end(torch.from_numpy(waves))
        network = viewed.module.network
        pictures = network.tempogram_picture(decibels)
        shown = (network.level(decibels), network.strength(pictures), network.normalised_picture(pictures))
        for head, picture, said in zip(heads, shown, views):
            np.testing.assert_allclose(head(picture).numpy(), said, atol=1e-5)


def test_views_are_layers_with_activations_and_gradients(viewed):
    waves = noise(1).reshape(2, -1)
    for view in viewed.views:
        layers = [layer for layer in viewed.layers if layer.startswith(f"network.{view}.")]
        assert layers == [f"network.{view}.block1", f"network.{view}.block2", f"network.{view}.pool"]
        assert all(slope.any() for slope in viewed.gradients(waves, layers, LABELS).values())
    slope = viewed.gradients(waves, ["network.answers"], ["bulerias"])["network.answers"]
    np.testing.assert_allclose(slope[:, 0], np.tile([[-1 / 6] * 3, [1 / 6] * 3], (2, 1, 1)), atol=1e-6)


def test_each_column_is_complete_under_deeplift():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network, _ = make_network("palo-views", 3, (1, 16, 64), settings={"widths": [4, 6], "lags": 32})
        pictures = torch.randn(2, 1, 32, 64)
    column = network.eval().tempogram
    _, residual = DeepLift(column).attribute(pictures, torch.zeros_like(pictures), target=1,
                                             return_convergence_delta=True)
    change = (column(pictures) - column(torch.zeros_like(pictures)))[:, 1]
    assert residual.abs().max() < 1e-3 * change.abs().max()


def test_in_training_a_view_may_have_to_answer_alone():
    answers = torch.randn(200, 2, 3)
    layer = Together(0.5)
    torch.testing.assert_close(layer.eval()(answers), answers.mean(dim=2))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        given = layer.train()(answers)
    whose = torch.stack([(given == answers[:, :, view]).all(dim=1) for view in range(3)])
    assert (whose.sum(dim=1) > 15).all()  # a sixth of 200 each
    torch.testing.assert_close(given[~whose.any(dim=0)], answers.mean(dim=2)[~whose.any(dim=0)])


def test_each_view_learns_to_answer_by_itself(tmp_path):
    """Slow and fast beats show in all three pictures."""
    (tmp_path / "models").mkdir()
    table = {"card": "toy", "meaning": "slow or fast", "corpus": {"clips": 96}, "rate": toys.RATE, "window": 1.5,
             "network": {"name": "palo-views", "widths": [6, 8], "lags": 48},
             "front_end": {"n_fft": 256, "hop": 64, "mels": 16},
             "recipe": {"epochs": 10, "batch": 8, "rate": 0.01, "bands": 3}}
    build(Training, table, "here").run(toys.ToyBench(tmp_path, tmp_path / "cache"))
    model = load_model("toy", tmp_path)
    tracks = toys.toy_corpus(96).split("test").tracks
    said = np.stack([model.view_scores(cut(track.source.clip().wave, model.window)).mean(axis=1) for track in tracks])
    truth = np.array([model.labels.index(track.labels[0]) for track in tracks])
    assert ((said.argmax(axis=2) == truth[:, None]).mean(axis=0) > 0.85).all()


def test_a_majority_counts_views_and_a_mean_does_not():
    """Two whispers outvote a shout; with one vote a window the shout would win them all."""
    clip = Clip(noise(3), RATE)
    voted, mean = (score_clip(Torn(), clip, aggregation=how) for how in ("majority-vote", "mean-logit"))
    assert voted.label == "loud"
    assert voted.probabilities["loud"] == pytest.approx(2 / 3, abs=1e-6)
    assert mean.label == "soft"
    np.testing.assert_array_equal(voted.windows, mean.windows)
    assert voted.cast.shape == (3, 3, 2)


def test_predict_reports_the_votes_of_views():
    score = score_clip(Torn(), Clip(noise(3), RATE))
    told = Prediction(score, 3.0)
    assert (told.vote, told.mean) == ("loud", "soft")
    assert told.votes["loud"] == pytest.approx(2 / 3)


@pytest.mark.parametrize("aggregation", ["majority-vote", "mean-logit", "mean-probability"])
def test_explain_hears_what_predict_says(aggregation):
    wave = noise(3)
    clip = Clip(wave, RATE)
    parts = of_sources(clip, {"one": Clip(wave / 4, RATE), "two": Clip(3 * wave / 4, RATE)}, segments="windows",
                       window=RATE)
    everything = np.ones((1, len(parts.parts)), bool)
    said = Game(Torn(), parts, aggregation).values(everything, "loud")[0]
    assert said == pytest.approx(score_clip(Torn(), clip, aggregation=aggregation).value("loud"), abs=1e-6)
