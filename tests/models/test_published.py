"""The `[published]` table: the cards of the shelf say where their weights are, and each mistake is one line."""

from dataclasses import replace

import pytest
import torch

from escucha.config import read_toml, to_toml
from escucha.errors import InputError
from escucha.models.build import listener
from escucha.models.card import Card, find_card, read_card
from escucha.models.networks import design
from escucha.models.published import published
from escucha.models.shelf import load_model
from escucha.models.weights.fetch import install
from escucha.models.weights.store import sha256
from tests.conftest import REPOSITORY
from tests.models.weights import toys


def test_a_state_dict_of_torch_is_a_format_too(tmp_path):
    small = {"name": "vggish", "widths": [2, 3, 4, 5], "hidden": [7, 6], "embedding": 3, "head": False}
    card = Card("a toy", "network", ("a", "b", "c"), 16_000, 0.975, front_end={"name": "vggish-mel"}, network=small)
    module, _ = listener(card, "here")
    names = design("vggish", "here").published({key: value for key, value in small.items() if key != "name"}, "here")
    held = module.network.state_dict()
    torch.save({f"{called[0]}.{weight}": held[f"{part}.{weight}"] for part, called in names.items()
                for weight in ("weight", "bias")}, tmp_path / "w.pth")
    files = [{"url": "https://somewhere/w.pth", "sha256": sha256(tmp_path / "w.pth")}]
    table = {"format": "torch", "source": "here", "licence": "none", "kernels": "tensorflow",
             "variants": [{"kernels": "tensorflow", "files": files}]}
    home = toys.home_of(tmp_path, replace(card, published=table))
    assert install("toy", tmp_path / "w.pth", home).verified
    wave = torch.randn(1, 15_600)
    with torch.no_grad():
        torch.testing.assert_close(torch.from_numpy(load_model("toy", home).scores(wave.numpy())), module.eval()(wave))


@pytest.mark.parametrize(("name", "labels"), [("choi-tags", 50), ("choi-genres", 10), ("lola-palos", 3)])
def test_the_cards_of_the_shelf_can_be_built_and_say_their_licence(name, labels):
    path = find_card(name, REPOSITORY)
    card = read_card(path)
    told = published(card, str(path))
    module, layers = listener(card, str(path))
    assert len(card.labels) == labels
    assert len(layers) >= 5
    assert told.licence in ("MIT", "Apache-2.0")
    assert all(file.url.startswith("https://") for variant in told.variants for file in variant.files)
    assert all(part.numel() for part in module.parameters())


def test_the_cards_know_the_golden_files(shared):
    known = {file.name: file.sha256 for name in ("choi-tags", "lola-palos") for variant in
             published(read_card(find_card(name, REPOSITORY)), name).variants for file in variant.files}
    for path in [*(shared / "golden" / "choi").glob("*.h5"), *(shared / "golden" / "lola").glob("variables*")]:
        assert known.pop(path.name) == sha256(path)
    assert not known


def edited(tmp_path, change):
    """A toy's card whose table was changed."""
    toys.home_of(tmp_path, toys.card())
    path = tmp_path / "models" / "toy.toml"
    table = read_toml(path)
    change(table)
    path.write_text(to_toml(table))
    return tmp_path


@pytest.mark.parametrize(("change", "says"), [
    (lambda t: t["published"].pop("kernels"), r"\[published\] in .*toy.toml lacks the key 'kernels'"),
    (lambda t: t["published"].update(kernels="keras"), r"unknown value 'keras' in 'kernels' in \[published\]"),
    (lambda t: t["published"].update(format="pickle"), "unknown value 'pickle' in 'format'"),
    (lambda t: t["published"].update(sha="x"), "unknown key 'sha'"),
    (lambda t: t["published"].update(variants=[]), "'variants' in .* should name one or more, each with its files"),
    (lambda t: t["published"]["variants"][0].update(files=[]), "'variants' in .* should name one or more"),
    (lambda t: t["published"]["variants"][0]["files"][0].update(url="file:///x"), "the http address of a file"),
    (lambda t: t["published"]["variants"][0]["files"][0].update(url="http://[::1/x"), "the http address of a file"),
    (lambda t: t["published"]["variants"][0]["files"][0].update(url="http://x/.."), "the http address of a file"),
    (lambda t: t["published"]["variants"][0]["files"][0].update(url="http://x/%00"), "the http address of a file"),
    (lambda t: t["published"]["variants"][0]["files"][0].update(sha256="12"), "should be 64 digits of 0-9a-f"),
    (lambda t: t.update(weights="toy.safetensors"), "'weights', or where they are in .published., and not both"),
])
def test_what_is_wrong_with_the_table_is_one_line(tmp_path, change, says):
    with pytest.raises(InputError, match=says) as error:
        load_model("toy", edited(tmp_path, change))
    assert "\n" not in str(error.value)


def test_a_network_that_nobody_published_is_named(tmp_path):
    home = edited(tmp_path, lambda t: t.update(network={"name": "short-cnn", "widths": [4]}))
    file = toys.write_keras(tmp_path / "w.h5", toys.trained().network, "theano")
    with pytest.raises(InputError, match=r"nobody has published weights for the network of .*; choose another"):
        install("toy", file, home)
