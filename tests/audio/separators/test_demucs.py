"""demucs: its real code on weights whose answer is known, and no file of weights that could run anything."""

import json
import pickle
import random
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from demucs.hdemucs import HDemucs
from demucs.htdemucs import HTDemucs
from safetensors.torch import save_file

from escucha.audio.clip import Clip
from escucha.audio.separate import content, separate
from escucha.errors import InputError
from tests.audio.tiny_demucs import RATE, SONG, half_waves, random_network, save

NOISE = np.random.default_rng(0).normal(0.05, 0.1, 20000).astype(np.float32)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("count", [1, 2, 399, 4000, 4001, 20000])
def test_the_planted_sources_come_back_through_chunks_and_channels(tmp_path, channels, count):
    file = save(tmp_path / "half.safetensors", half_waves(channels=channels))
    clip = Clip(NOISE[:count], RATE)
    found = separate(clip, f"demucs:{file}")
    moved = clip.wave - clip.wave.mean()
    np.testing.assert_allclose(found["up"].wave, np.maximum(moved, 0), atol=1e-6)
    np.testing.assert_allclose(found["down"].wave, np.minimum(moved, 0), atol=1e-6)


def test_another_rate_goes_to_the_model_and_back(tmp_path):
    file = save(tmp_path / "half.safetensors", half_waves())
    clip = Clip(0.3 * np.sin(2 * np.pi * 300 * np.arange(50_001) / 22050), 22050)
    found = separate(clip, f"demucs:{file}")
    assert {(source.rate, len(source.wave)) for source in found.values()} == {(22050, 50_001)}
    np.testing.assert_allclose(sum(source.wave for source in found.values())[500:-500], clip.wave[500:-500], atol=1e-3)


@pytest.mark.parametrize("wave", [np.zeros(5000), np.full(5000, 0.4)])
def test_what_never_moves_has_silent_sources(tmp_path, wave):
    file = save(tmp_path / "half.safetensors", half_waves())
    assert not any(source.wave.any() for source in separate(Clip(wave, RATE), f"demucs:{file}").values())


@pytest.mark.parametrize("kind", [HTDemucs, HDemucs])
def test_a_network_of_the_field_answers_as_if_called_by_itself(tmp_path, kind):
    network = random_network(kind)
    file = save(tmp_path / "net.safetensors", network)
    clip = Clip(NOISE[:8901], RATE)
    drawn = torch.get_rng_state()
    found = separate(clip, f"demucs:{file}")
    assert list(found) == SONG
    assert torch.equal(torch.get_rng_state(), drawn)
    mix = torch.from_numpy((clip.wave - clip.wave.mean()) / clip.wave.std()).repeat(1, 2, 1)
    before = (int(network.segment * RATE) - 8901) // 2 if kind is HTDemucs else 0
    after = int(network.segment * RATE) - 8901 - before if kind is HTDemucs else 0
    with torch.no_grad():
        alone = network(torch.nn.functional.pad(mix, (before, after)))[0, :, :, before:before + 8901]
    for source, true in zip(found.values(), alone.mean(dim=1).numpy() * clip.wave.std()):
        np.testing.assert_allclose(source.wave, true, atol=1e-6)
    again = separate(clip, f"demucs:{file}")
    assert all((again[name].wave == source.wave).all() for name, source in found.items())


@pytest.mark.parametrize("kind", [HTDemucs, HDemucs])
@pytest.mark.parametrize("count", [2, 7, 400, 20000])
def test_lengths_that_no_chunk_divides(tmp_path, kind, count):
    file = save(tmp_path / "net.safetensors", random_network(kind))
    found = separate(Clip(NOISE[:count], RATE), f"demucs:{file}")
    assert {len(source.wave) for source in found.values()} == {count}
    assert all(source.wave.any() for source in found.values())


def test_a_bag_is_the_mean_of_its_networks(tmp_path):
    for name, gain in (("one", 1.0), ("two", 2.0)):
        save(tmp_path / f"{name}.safetensors", half_waves(gain=gain))
    clip = Clip(NOISE, RATE)
    up = np.maximum(clip.wave - clip.wave.mean(), 0)
    np.testing.assert_allclose(separate(clip, f"demucs:{tmp_path}")["up"].wave, 1.5 * up, atol=1e-6)
    (tmp_path / "bag.yaml").write_text("models: [two, one]\nweights: [[3, 1], [1, 1]]\nsegment: 0.25\n")
    np.testing.assert_allclose(separate(clip, f"demucs:{tmp_path}")["up"].wave, 1.75 * up, atol=1e-6)


def test_other_weights_have_another_content(tmp_path):
    file = save(tmp_path / "half.safetensors", half_waves())
    first = content(f"demucs:{file}")
    assert content(f"demucs:{shutil.copy(file, tmp_path / 'copy.safetensors')}") == first
    save(file, half_waves(gain=1.5))
    assert content(f"demucs:{file}") != first
    clip = Clip(NOISE, RATE)
    np.testing.assert_allclose(separate(clip, f"demucs:{file}")["up"].wave.max(), 1.5 * (NOISE - NOISE.mean()).max(),
                               rtol=1e-5)


class Trap:
    """What a pickle may do."""

    def __init__(self, place):
        self.place = place

    def __reduce__(self):
        return Path.touch, (self.place,)


@pytest.mark.parametrize("suffix", [".th", ".pt", ".safetensors"])
def test_no_pickle_is_ever_read(tmp_path, suffix):
    (tmp_path / f"net{suffix}").write_bytes(pickle.dumps(Trap(tmp_path / "sprung")))
    said = "no safetensors file" if suffix == ".safetensors" else "is a pickle, and reading one can run any program"
    with pytest.raises(InputError, match=said):
        separate(Clip(NOISE, RATE), f"demucs:{tmp_path / f'net{suffix}'}")
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize(("told", "said"), [
    ({"klass": "os.system"}, "klass = 'os.system'"),
    ({"klass": "demucs.solver.Solver"}, "does not hold a network of demucs"),
    ({"klass": "demucs.demucs.Demucs.forward"}, "does not hold a network of demucs"),
    ({"structure": json.dumps({"_dict": [["a", {"_class": "os.system"}]]})}, "packed weights"),
    ({"args": json.dumps("text")}, "lacks the args"), ({"kwargs": "{"}, "lacks the kwargs"),
    ({"kwargs": None}, "lacks the kwargs"), ({"args": "[]"}, "cannot be built as demucs' TypeError"),
    ({"kwargs": json.dumps({"depth": 2})}, "cannot be built as demucs'"),
    ({"args": json.dumps([["up", "up"]])}, r"gives sources \['up', 'up'\]"),
    ({"args": json.dumps([["up", "../down"]])}, "gives sources")])
def test_weights_that_name_other_things_are_refused_before_anything_is_built(tmp_path, told, said):
    (tmp_path / "net.safetensors").touch()
    file = save(tmp_path / "net.safetensors", half_waves(), **told)
    with pytest.raises(InputError, match=said) as error:
        separate(Clip(NOISE, RATE), f"demucs:{file}")
    assert "\n" not in str(error.value)
    assert "net.safetensors" in str(error.value)


def test_weights_without_any_word_on_what_they_are(tmp_path):
    save_file({"weight": torch.ones(3)}, tmp_path / "net.safetensors")
    with pytest.raises(InputError, match="klass = None"):
        separate(Clip(NOISE, RATE), f"demucs:{tmp_path / 'net.safetensors'}")


def test_weights_that_are_no_numbers(tmp_path):
    file = save(tmp_path / "net.safetensors", half_waves(gain=float("nan")))
    with pytest.raises(InputError, match="not finite; are its weights whole"):
        separate(Clip(NOISE, RATE), f"demucs:{file}")


@pytest.mark.parametrize(("plan", "said"), [
    ("models: [../half]", "no files beside it"), ("models: []", "no files beside it"),
    ("models: [gone]", r"there is no .*gone\.safetensors, which bag\.yaml names"),
    *((text, "no bag of demucs") for text in ("models: 3", "[", "models: [half]\nweights: [[1, 2, 3]]",
                                              "models: [half]\nsegment: soon"))])
def test_a_bag_that_is_none(tmp_path, plan, said):
    save(tmp_path / "half.safetensors", half_waves())
    (tmp_path / "bag.yaml").write_text(plan)
    with pytest.raises(InputError, match=said):
        separate(Clip(NOISE, RATE), f"demucs:{tmp_path}")


def test_a_bag_of_networks_that_differ(tmp_path):
    save(tmp_path / "one.safetensors", half_waves())
    save(tmp_path / "two.safetensors", half_waves(samplerate=16000))
    with pytest.raises(InputError, match="its models differ"):
        separate(Clip(NOISE, RATE), f"demucs:{tmp_path}")


@pytest.mark.parametrize(("name", "said"), [
    ("./gone", "no file or folder"), ("gone.safetensors", "no file or folder"), ("a/b/c", "is no demucs model"),
    ("ht demucs", "is no demucs model"), ("http://x", "is no demucs model")])
def test_what_is_no_model_is_said_before_anything_is_fetched(name, said):
    with pytest.raises(InputError, match=said):
        separate(Clip(NOISE, RATE), f"demucs:{name}")


def test_an_empty_folder_of_weights(tmp_path):
    with pytest.raises(InputError, match=r"no \.safetensors in"):
        separate(Clip(NOISE, RATE), f"demucs:{tmp_path}")


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """The hub's cache on this machine, empty, and no way to the hub."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


def test_without_a_way_to_the_hub_the_way_out_is_said(hub, caplog):
    with pytest.raises(InputError, match=r"cannot fetch htdemucs\.yaml .* give weights in safetensors") as error:
        separate(Clip(NOISE, RATE), "demucs")
    assert "\n" not in str(error.value)
    assert not caplog.records


def test_what_was_fetched_once_needs_no_hub(hub):
    files = hub / "models--someone--HTDemucs-half" / "snapshots" / "0123456789abcdef"
    files.mkdir(parents=True)
    (hub / "models--someone--HTDemucs-half" / "refs").mkdir()
    (hub / "models--someone--HTDemucs-half" / "refs" / "main").write_text("0123456789abcdef")
    (files / "htdemucs_half.yaml").write_text("models: [955717e8]")
    save(files / "955717e8.safetensors", half_waves())
    drawn = random.getstate()
    up = separate(Clip(NOISE, RATE), "demucs:someone/htdemucs_half")["up"]
    np.testing.assert_allclose(up.wave, np.maximum(NOISE - NOISE.mean(), 0), atol=1e-6)
    assert random.getstate() == drawn
