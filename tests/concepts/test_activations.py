"""Activations and gradients of whole clips, pooled or flattened, against the definition."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from escucha.audio.clip import Clip
from escucha.concepts.activations import hear, layered
from escucha.concepts.slopes import slopes
from escucha.errors import InputError
from escucha.models.torch_classifier import TorchClassifier
from tests.worlds import Deaf

WINDOW = 32


@pytest.fixture
def classifier() -> TorchClassifier:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Unflatten(1, (1, WINDOW)), nn.Conv1d(1, 4, 5, padding=2), nn.Tanh(), nn.Conv1d(4, 3, 3),
                        nn.Tanh(), nn.AdaptiveAvgPool1d(2), nn.Flatten(), nn.Linear(6, 2))
    return TorchClassifier(net, ("a", "b"), 1000, WINDOW, "softmax", ("2", "4", "6"))


def clips(*windows: int) -> list[Clip]:
    rng = np.random.default_rng(0)
    return [Clip(rng.normal(0, 0.3, round(count * WINDOW)), 1000) for count in windows]


def moved(classifier: TorchClassifier, wave: np.ndarray, layer: str, by: np.ndarray) -> np.ndarray:
    """Values when every position of the layer's output is moved by `by` (channel,)."""
    parts = dict(classifier.module.named_modules())
    shift = torch.tensor(by, dtype=torch.float32).reshape(1, -1, *([1] if layer != "6" else []))
    handle = parts[layer].register_forward_hook(lambda part, inputs, output: output + shift)
    try:
        scores = classifier.scores(wave[None])
    finally:
        handle.remove()
    return (scores - scores.mean(axis=1, keepdims=True))[0]


def test_the_pooled_gradient_is_the_change_when_a_channel_rises_everywhere(classifier):
    clip = clips(1)[0]
    found = slopes(classifier, [clip], classifier.layers)
    rng = np.random.default_rng(1)
    for layer in classifier.layers:
        units = found.rows[layer].shape[-1]
        step = rng.normal(size=units) * 1e-2
        change = moved(classifier, clip.wave, layer, step) - moved(classifier, clip.wave, layer, -step)
        np.testing.assert_allclose(found.rows[layer][0] @ step * 2, change, atol=2e-5)


def test_a_long_clip_is_the_mean_of_its_windows_and_a_short_one_is_padded(classifier):
    long, short = clips(3, 0.4)
    pieces = [Clip(long.wave[at * WINDOW:(at + 1) * WINDOW], 1000) for at in range(3)]
    padded = Clip(np.pad(short.wave, (0, WINDOW - len(short.wave))), 1000)
    together = hear(classifier, [long, short], classifier.layers, with_values=True)
    apart = hear(classifier, [*pieces, padded], classifier.layers, with_values=True)
    for layer in classifier.layers:
        np.testing.assert_allclose(together.rows[layer][0], apart.rows[layer][:3].mean(axis=0), atol=1e-6)
        np.testing.assert_allclose(together.rows[layer][1], apart.rows[layer][3], atol=1e-6)
    np.testing.assert_allclose(together.values[0], apart.values[:3].mean(axis=0), atol=1e-6)
    steep = slopes(classifier, [long], classifier.layers).rows["4"][0]
    np.testing.assert_allclose(steep, slopes(classifier, pieces, classifier.layers).rows["4"].mean(axis=0), atol=1e-6)


def test_flattened_maps_pool_to_the_pooled_ones(classifier):
    heard = [hear(classifier, clips(1, 1), ("2", "6"), maps=maps).rows for maps in ("pooled", "flattened")]
    assert heard[1]["2"].shape == (2, 4 * WINDOW)
    np.testing.assert_allclose(heard[1]["2"].reshape(2, 4, WINDOW).mean(axis=2), heard[0]["2"], atol=1e-6)
    np.testing.assert_allclose(heard[1]["6"], heard[0]["6"])


def test_the_same_sound_is_heard_once_and_stands_in_every_row(classifier):
    calls = []

    class Counting(TorchClassifier):
        def activations(self, waves, layers):
            calls.append(len(waves))
            return super().activations(waves, layers)

    one, other = clips(1, 1)
    counting = Counting(classifier.module, classifier.labels, 1000, WINDOW, "softmax", classifier.layers)
    rows = hear(counting, [one, other, one, one] * 20, ("4",)).rows["4"]
    assert calls == [2]
    np.testing.assert_array_equal(rows, np.tile(hear(classifier, [one, other, one, one], ("4",)).rows["4"], (20, 1)))


@pytest.mark.parametrize("maps", ["pooled", "flattened"])
def test_rows_in_files_are_those_in_memory(classifier, monkeypatch, tmp_path, maps):
    heard = clips(1, 2.5, 1, 70, 0.4)
    heard = [*heard, heard[1], heard[0]]
    held = hear(classifier, heard, classifier.layers, maps=maps, with_values=True)
    monkeypatch.setattr("escucha.concepts.activations.SMALL", 0)
    for keep in (None, tmp_path / "kept"):
        found = hear(classifier, heard, classifier.layers, maps=maps, with_values=True, keep=keep)
        assert all(isinstance(rows, np.memmap) for rows in found.rows.values())
        for layer in classifier.layers:
            np.testing.assert_allclose(found.rows[layer], held.rows[layer], atol=1e-6)
        np.testing.assert_allclose(found.values, held.values)


def test_values_may_be_of_the_first_clips_only(classifier):
    heard = clips(*[1] * 40, 2, 1)
    for count in (1, 5, 36, 41):
        found = hear(classifier, [*heard, heard[0]], ("2",), with_values=count)
        assert len(found.rows["2"]) == 43
        np.testing.assert_allclose(found.values, hear(classifier, heard[:count], ("2",), with_values=True).values,
                                   atol=1e-6)


def test_what_is_kept_is_not_heard_again_and_what_is_damaged_is(classifier, tmp_path):
    heard = clips(1, 1, 2)
    first = hear(classifier, iter(heard), ("2", "4"), with_values=2, keep=tmp_path)
    again = hear(classifier, _silent(), ("4", "2"), with_values=2, keep=tmp_path)
    assert list(again.rows) == ["4", "2"]
    np.testing.assert_array_equal(again.rows["2"], first.rows["2"])
    np.testing.assert_array_equal(again.values, first.values)
    with pytest.raises(AssertionError, match="asked for a clip"):
        hear(classifier, _silent(), ("2", "6"), with_values=2, keep=tmp_path)
    with pytest.raises(AssertionError, match="asked for a clip"):
        hear(classifier, _silent(), ("2",), with_values=True, keep=tmp_path)
    (damaged,) = tmp_path.glob("layer-2*")
    damaged.write_bytes(damaged.read_bytes()[:-1])
    mended = hear(classifier, iter(heard), ("2", "4"), with_values=2, keep=tmp_path)
    np.testing.assert_array_equal(mended.rows["2"], first.rows["2"])
    hear(classifier, _silent(), ("2",), keep=tmp_path)


@pytest.mark.parametrize("with_values", [2, True, 9])
@pytest.mark.parametrize("damaged", ["layer-2*", "values-*"])
def test_rows_and_values_of_fewer_clips_than_are_asked_for_are_heard_again(classifier, tmp_path, damaged, with_values):
    heard = clips(1, 1, 2)
    asked = {"layers": ("2", "4"), "with_values": with_values, "keep": tmp_path, "count": 3}
    first = hear(classifier, heard, **asked)
    hear(classifier, _silent(), **asked)
    (place,) = tmp_path.glob(damaged)
    np.save(place, np.load(place)[:1])
    mended = hear(classifier, heard, **asked)
    np.testing.assert_array_equal(mended.rows["2"], first.rows["2"])
    np.testing.assert_array_equal(mended.values, first.values)
    hear(classifier, _silent(), **asked)


def _silent():
    """Clips of which none may be asked for."""
    raise AssertionError("asked for a clip")
    yield


def test_what_cannot_be_asked_is_said(classifier):
    with pytest.raises(InputError, match="unknown layer '5'"):
        hear(classifier, clips(1), ("5",))
    with pytest.raises(InputError, match="hears 1000 Hz and a clip is at 800 Hz"):
        hear(classifier, [Clip(np.ones(9), 800)], ("2",))
    with pytest.raises(InputError, match="no clips to hear"):
        hear(classifier, [], ("2",))
    with pytest.raises(InputError, match="only gives scores"):
        layered(Deaf())


def test_values_of_a_softmax_over_one_label_are_refused_and_its_layers_are_not(classifier):
    alone = replace(classifier, labels=("a",))
    with pytest.raises(InputError, match="the one label 'a'"):
        hear(alone, clips(1), ["2"], with_values=True)
    assert hear(alone, clips(1), ["2"]).values.shape == (1, 0)
