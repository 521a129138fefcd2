"""Features that are another card's activations: pooled as told, resampled, and refused when the card has changed."""

import numpy as np
import pytest
import torch

from escucha.audio.clip import Clip
from escucha.audio.io import resample
from escucha.errors import InputError
from escucha.models.card import Card, write_card
from escucha.models.classifier import FeatureClassifier, LayeredClassifier
from escucha.models.embedding import embedder_mark
from escucha.models.features.sets import feature_set
from escucha.models.shelf import load_model
from tests.conftest import REPOSITORY
from tests.models.test_shelf import LABELS, a_card, written

RATE, WINDOW = 8000, 4000
LAYER = "network.block1"


@pytest.fixture
def home(tmp_path):
    """A home with one tiny network, `toy`, that hears half a second at 8000 Hz."""
    written(tmp_path)
    return tmp_path


def features(home, **settings):
    table = {"name": "embedding", "card": "toy", "layer": LAYER, **settings}
    return feature_set(table, "here", home / "models")


def noise(count, samples, seed=0):
    return np.random.default_rng(seed).normal(0, 0.1, (count, samples)).astype(np.float32)


def inside(home, waves):
    return load_model("toy", home).activations(waves, [LAYER])[LAYER]


def test_maps_are_pooled_as_told_and_windows_averaged(home):
    waves = noise(3, 2 * WINDOW)
    maps = inside(home, waves[:, :WINDOW]), inside(home, waves[:, WINDOW:])
    assert maps[0].ndim == 4
    for pool, plain in (("mean", lambda unit: unit.mean(axis=(2, 3))), ("max", lambda unit: unit.max(axis=(2, 3))),
                        ("none", lambda unit: unit.reshape(3, -1))):
        expected = (plain(maps[0]) + plain(maps[1])) / 2
        found = features(home, pool=pool)
        np.testing.assert_allclose(found.of(waves, RATE), expected, atol=1e-5)
        assert found.names == tuple(f"{LAYER} {unit}" for unit in range(expected.shape[1]))
    last = features(home, keep="last").of(waves, RATE)
    np.testing.assert_allclose(last, (maps[0].mean(axis=(1, 2)) + maps[1].mean(axis=(1, 2))) / 2, atol=1e-5)


def test_many_waves_are_each_described_as_if_alone(home):
    waves, found = noise(40, WINDOW + 7), features(home)
    together = found.of(waves, RATE)
    np.testing.assert_allclose(together, np.concatenate([found.of(wave[None], RATE) for wave in waves]), atol=1e-5)
    assert np.abs(np.diff(together, axis=0)).max() > 1e-3
    chosen = features(home, chosen=[f"{LAYER} 2"])
    np.testing.assert_allclose(chosen.of(waves[:5], RATE), together[:5, 2:3], atol=1e-5)


def test_a_head_at_another_rate_hears_the_same_resampled(home):
    wave = np.sin(np.arange(2 * WINDOW) / 9).astype(np.float32) * 0.3
    found = features(home)
    slower = resample(Clip(wave, 2 * RATE), RATE).wave[None]
    np.testing.assert_allclose(found.of(wave[None], 2 * RATE), found.of(slower, RATE), atol=1e-6)
    assert np.abs(found.of(wave[None], 2 * RATE) - found.of(wave[None], RATE)).max() > 1e-3


@pytest.fixture
def machine(home):
    """The card of a forest on the toy's activations: what it learned is which half of its features is larger."""
    table = np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32)
    mark = embedder_mark(home / "models" / "toy.toml")
    card = Card(meaning="a head", kind="features", labels=LABELS, rate=16000, window=1.0,
                features={"name": "embedding", "card": "toy", "layer": LAYER, "mark": mark},
                head={"name": "forest", "trees": 20})
    write_card(home / "models" / "machine.toml", card, {
        "features": torch.as_tensor(table), "targets": torch.as_tensor((table[:, 0] > 0).astype(int)),
        "scale": torch.tensor(1.0)})
    return table


def test_a_head_on_an_embedding_comes_back_from_the_shelf(home, machine):
    head = load_model("machine", home)
    assert isinstance(head, FeatureClassifier)
    assert not isinstance(head, LayeredClassifier)
    assert (head.scores_of(machine).argmax(axis=1) == (machine[:, 0] > 0)).all()
    waves = noise(2, 16000)
    assert head.features(waves).shape == (2, 4)
    np.testing.assert_allclose(head.scores(waves), head.scores_of(head.features(waves)))
    by_path = load_model(str(home / "models" / "machine.toml"), home / "elsewhere")
    np.testing.assert_array_equal(by_path.scores(waves), head.scores(waves))


def test_a_head_is_refused_when_its_embedder_has_changed_and_not_for_a_remark(home, machine):
    toy = home / "models" / "toy.toml"
    toy.write_text(toy.read_text().replace("two ", "some ") + "# a remark\n")
    load_model("machine", home)
    other = {key: value + 0.1 if value.is_floating_point() else value
             for key, value in load_model("toy", home).module.network.state_dict().items()}
    write_card(toy, a_card(), {f"network.{key}": value for key, value in other.items()})
    with pytest.raises(InputError, match=r"the card 'toy' of .*machine.toml is not the one .* train this head again"):
        load_model("machine", home)


def test_what_cannot_embed_is_named(home, machine):
    with pytest.raises(InputError, match=r"the card 'machine' of .* has no layers"):
        features(home, card="machine")
    with pytest.raises(InputError, match=r"unknown layer 'network.blok1'; did you mean 'network.block1'"):
        features(home, layer="network.blok1")
    with pytest.raises(InputError, match=r"unknown card 'tuy' in .features. in here; did you mean 'toy'"):
        features(home, card="tuy")
    with pytest.raises(InputError, match=r"unknown card '../models/toy'"):
        features(home, card="../models/toy")


def test_the_shelfs_own_network_embeds():
    found = feature_set({"name": "embedding", "card": "palos-cnn", "layer": "network.pool"}, "here",
                        REPOSITORY / "models")
    network = load_model("palos-cnn", REPOSITORY)
    waves = noise(2, network.window)
    pooled = network.activations(waves, ["network.pool"])["network.pool"].reshape(2, -1)
    np.testing.assert_allclose(found.of(waves, network.rate), pooled, atol=1e-5)
