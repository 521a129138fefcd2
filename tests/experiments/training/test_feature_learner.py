"""Heads taught from a corpus: on another card's activations, on chosen features, of one label or several."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from escucha.config import build
from escucha.corpora.corpus import Corpus
from escucha.errors import InputError
from escucha.experiments.accuracy.scoring import tags_of
from escucha.experiments.training.feature_learner import teach_features
from escucha.experiments.training.study import Training
from escucha.experiments.training.task import Task
from escucha.models.build import listener
from escucha.models.card import Card, read_card, write_card
from escucha.models.shelf import load_model
from escucha.models.training import Recipe
from escucha.models.weights.safe import prefixed
from escucha.models.windows import score_clip
from tests.experiments.toys import RATE, ToyBench, toy_corpus

EMBEDDING = {"name": "embedding", "card": "ears", "layer": "network.block1"}


@pytest.fixture
def bench(tmp_path):
    """A home with an untrained network, `ears`: the mean of its maps still tells a whistle."""
    (tmp_path / "models").mkdir()
    card = Card("ears", "network", ("fast", "slow"), RATE, 0.5, network={"name": "short-cnn", "widths": [8, 8]},
                front_end={"name": "log-mel", "n_fft": 256, "hop": 64, "mels": 32}, trained={"experiment": "a test"})
    with torch.random.fork_rng():
        torch.manual_seed(0)
        module, _ = listener(card, "here")
    write_card(tmp_path / "models" / "ears.toml", card, prefixed("network", module.network.state_dict()))
    return ToyBench(tmp_path, tmp_path / "cache")


def a_task(corpus, **settings):
    plain = {"labels": corpus.labels, "rate": RATE, "window": 1.5, "train": corpus.split("train"),
             "valid": corpus.split("valid"), "front_end": {}, "network": {}, "recipe": Recipe(),
             "features": EMBEDDING, "head": {"name": "logistic"}, "folder": None}
    return Task(**{**plain, **settings})


def tagged():
    """Toys with one to three tags: how fast they beat, whether they whistle."""
    tracks = [replace(track, labels=(*track.labels, "whistle") if track.source.whistle else track.labels)
              for track in toy_corpus(96)]
    return Corpus(tuple(tracks), "tagged toys")


def test_a_head_of_tags_learns_each_by_itself(bench):
    corpus = tagged()
    taught = teach_features(a_task(corpus, link="sigmoid"), bench)
    classifier = taught.classifier
    assert (classifier.link, classifier.labels) == ("sigmoid", ("fast", "slow", "whistle"))
    test = corpus.split("test").tracks
    said = np.stack([classifier.scores(track.source.clip().wave[None, : classifier.window])[0] for track in test])
    truth = tags_of(test, corpus.labels)
    assert ((said[:, 2] > 0) == truth[:, 2]).mean() > 0.9
    assert taught.state["targets"].dtype == torch.bool
    assert taught.state["targets"].shape == (len(taught.state["features"]), 3)
    card = Card("tags", "features", corpus.labels, RATE, 1.5, link="sigmoid", features=dict(taught.features),
                head={"name": "logistic"}, trained={"experiment": "a test"})
    write_card(bench.home / "models" / "tags.toml", card, taught.state)
    again = load_model("tags", bench.home)
    wave = test[0].source.clip().wave[None, : classifier.window]
    np.testing.assert_array_equal(again.scores(wave), classifier.scores(wave))
    write_card(bench.home / "models" / "tags.toml", replace(card, link="softmax"), taught.state)
    with pytest.raises(InputError, match="tell more labels apart than the 3"):
        load_model("tags", bench.home)


@pytest.mark.parametrize("head", [{"name": "forest", "trees": 40}, {"name": "extra-trees", "trees": 40},
                                  {"name": "svm"}, {"name": "sgd"}])
def test_a_head_on_an_embedding_is_trained_by_the_kind(bench, head):
    table = {"card": "head", "meaning": "slow or fast", "learner": "features", "corpus": {"clips": 96}, "rate": RATE,
             "window": 1.5, "features": {**EMBEDDING, "pool": "max"}, "head": head}
    finding = build(Training, table, "here").run(bench)
    loaded = load_model("head", bench.home)
    said = [score_clip(loaded, track.source.clip()).logits for track in toy_corpus(96).split("test")]
    np.testing.assert_allclose(said, finding.accuracy.plain.logits, atol=1e-4)
    card = read_card(bench.home / "models" / "head.toml")
    assert card.features["card"] == "ears"
    assert len(card.features["mark"]) == 16
    assert card.features["layer"] == "network.block1"


def test_what_was_chosen_in_training_is_written_down(bench, monkeypatch):
    monkeypatch.setattr("joblib.cpu_count", lambda: 1)  # processes would take longer to start than the toys to describe
    corpus = toy_corpus(32)
    features = {"name": "gtzan", "chosen": ["rms", "mfcc1", "mfcc2", "length", "tempo"]}
    task = a_task(corpus, rate=22050, features=features, head={"name": "svm"})
    whole = teach_features(task, bench)
    assert whole.features["chosen"] == ["length", "rms_mean", "rms_var", "tempo", "mfcc1_mean", "mfcc1_var",
                                        "mfcc2_mean", "mfcc2_var"]
    fewer = teach_features(replace(task, features={**features, "drop_correlated": 0.9}), bench)
    kept, table = fewer.features["chosen"], whole.state["features"].numpy()
    strength = np.abs(np.corrcoef(table[:, 1:], rowvar=False))  # the length never varies
    repeats = [whole.features["chosen"][at + 1] for at in np.flatnonzero((np.triu(strength, 1) > 0.9).any(axis=0))]
    assert repeats
    assert kept == [name for name in whole.features["chosen"] if name not in repeats]
    assert fewer.classifier.feature_names == tuple(kept)
    np.testing.assert_array_equal(fewer.state["features"], table[:, [whole.features["chosen"].index(k) for k in kept]])


def test_a_head_without_anything_to_tell_apart_is_refused(bench):
    corpus = Corpus(tuple(replace(track, labels=("fast", "slow")) for track in toy_corpus(32)), "both")
    with pytest.raises(InputError, match="on all the clips, or on none"):
        teach_features(a_task(corpus, link="sigmoid"), bench)
