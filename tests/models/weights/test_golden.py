"""Published weights give the published answers: forty tag scores, three palos."""

import json

import numpy as np
import pytest
import torch
from PIL import Image

from escucha.audio.io import read
from escucha.models.classifier import LayeredClassifier
from escucha.models.shelf import load_model, model_digest
from escucha.models.weights.fetch import install, use_weights
from tests.conftest import REPOSITORY


@pytest.fixture(scope="module", params=["theano", "tensorflow"])
def tagger(request, shared):
    """By way of `--weights`, as a user would hand it over."""
    file = shared / "golden" / "choi" / f"music_tagger_crnn_weights_{request.param}.h5"
    return load_model(use_weights("choi-tags", file, REPOSITORY), REPOSITORY)


@pytest.fixture(scope="module")
def palos(shared):
    install("lola-palos", shared / "golden" / "lola" / "variables.index", REPOSITORY)
    return load_model("lola-palos", REPOSITORY)


def test_all_forty_published_scores_to_three_decimals(tagger, shared):
    told = json.loads((shared / "golden" / "choi" / "expected.json").read_text())
    assert list(tagger.labels) == told["tags"]
    for song, strongest in told["expected_top10"].items():
        mel = torch.from_numpy(np.load(shared / "golden" / "choi" / f"{song}.npy")).float()
        with torch.no_grad():
            found = torch.sigmoid(tagger.module.network(mel))[0].numpy()
        np.testing.assert_allclose([found[tagger.labels.index(tag)] for tag, _ in strongest],
                                   [score for _, score in strongest], atol=5.1e-4)
        assert [tagger.labels[at] for at in (-found).argsort()[:3]] == [tag for tag, _ in strongest[:3]]


@pytest.mark.parametrize(("palo", "score"), [("alegrias", 0.859), ("bulerias", 0.995), ("sevillanas", 0.999)])
def test_the_palo_pictures_are_named_as_published(palos, shared, palo, score):
    with Image.open(shared / "golden" / "lola" / f"{palo}.png") as image:
        picture = np.asarray(image.resize((432, 288), Image.Resampling.NEAREST)).transpose(2, 0, 1)[None]
    with torch.no_grad():
        found = torch.softmax(palos.module.network(torch.from_numpy(picture.astype(np.float32))), dim=1)[0]
    assert float(found[palos.labels.index(palo)]) == pytest.approx(score, abs=5.1e-4)


def layers_are_alive(model, wave, labels):
    """Activations of every layer, and a gradient of each label that reaches it."""
    assert isinstance(model, LayeredClassifier)
    inside = model.activations(wave, model.layers)
    slopes = model.gradients(wave, model.layers, labels)
    for layer in model.layers:
        assert np.isfinite(inside[layer]).all()
        assert inside[layer].std() > 0
        assert slopes[layer].shape == (1, len(labels), *inside[layer].shape[1:])
        assert (np.abs(slopes[layer]).max(axis=tuple(range(2, slopes[layer].ndim))) > 0).all(), layer


def song(shared, name, model):
    """The first window of a real song."""
    return read(shared / "audio" / f"{name}.ogg", rate=model.rate, duration=29.5).wave[None, : model.window]


def test_every_layer_of_both_models_can_be_asked_about_real_music(tagger, palos, shared):
    for model, labels in ((tagger, ["jazz", "instrumental"]), (palos, ["bulerias"])):
        layers_are_alive(model, song(shared, "hungarian-dance", model), labels)


def test_the_taggers_gates_are_mostly_shut_so_that_gradients_end_at_its_grus(tagger, shared):
    """Thousands come in where a hard sigmoid ends at 2.5: true of the published weights, and said in the card."""
    slopes = tagger.gradients(song(shared, "vibe-ace", tagger), tagger.layers, ["jazz"])
    assert {layer for layer, slope in slopes.items() if slope.any()} == {"network.gru1", "network.gru2"}


def test_the_tagger_hears_that_jazz_is_jazz(tagger, shared):
    scores = tagger.scores(song(shared, "vibe-ace", tagger))[0]
    assert tagger.labels[scores.argmax()] == "jazz"


def test_a_gradient_goes_all_the_way_to_the_sound(palos, tagger, shared):
    for model in (palos, tagger):
        wave = torch.tensor(song(shared, "hungarian-dance", model)).requires_grad_()
        model.module(wave)[0, 0].backward()
        assert torch.isfinite(wave.grad).all()
        assert wave.grad.abs().max() > 0


def test_the_digest_is_of_the_weights_and_the_card_keeps_its_name(shared):
    made = [use_weights("choi-tags", shared / "golden" / "choi" / f"music_tagger_crnn_weights_{saved}.h5", REPOSITORY)
            for saved in ("theano", "tensorflow")]
    assert len({model_digest(card, REPOSITORY) for card in made}) == 2
    assert all(card.endswith("/choi-tags.toml") for card in made)
