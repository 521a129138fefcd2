"""Hugging Face models, tiny and of random weights, against transformers' own arithmetic."""

import json

import numpy as np
import pytest
import torch
from scipy.special import softmax

from escucha.audio.clip import Clip
from escucha.concepts.activations import hear
from escucha.concepts.cav import find_cav
from escucha.concepts.concept import Concept, Example
from escucha.concepts.design import design, inside
from escucha.concepts.probes.fits import fit_probe
from escucha.concepts.probes.splits import split_of
from escucha.concepts.slopes import slopes
from escucha.concepts.tcav import layer_tests
from escucha.errors import InputError
from escucha.explain.explanation import explain
from escucha.explain.factorization import of_sources
from escucha.models.classifier import LayeredClassifier, values
from escucha.models.hugging_face import from_hugging_face, load_hugging_face
from escucha.models.untrained import untrained
from tests.concepts.planted import Point
from tests.models.tiny_transformers import LABELS, ast, wav2vec2

transformers = pytest.importorskip("transformers", reason="needs the extra hf")

MODELS = {"wav2vec2": wav2vec2, "ast": ast}
WINDOW = 0.5
LAYERS = {"wav2vec2": ("features", "embeddings", "layer.0", "layer.1", "layer.2", "projector"),
          "ast": ("embeddings", "layer.0", "layer.1", "layer.2", "pooled")}


@pytest.fixture(scope="module", params=MODELS)
def saved(request, tmp_path_factory):
    """(name, folder) of a model written by `save_pretrained`; its weights are large enough to matter."""
    folder = tmp_path_factory.mktemp(request.param)
    torch.manual_seed(0)
    model, extractor = MODELS[request.param]()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim == 2:
                parameter.mul_(8)
    model.save_pretrained(folder)
    extractor.save_pretrained(folder)
    return request.param, folder


@pytest.fixture(scope="module")
def model(saved):
    """The classifier of that folder."""
    return load_hugging_face(saved[1], window=WINDOW)


def waves(count=3, samples=4000):
    """Noise, and in each wave a tone of another pitch and level."""
    noise = np.random.default_rng(0).normal(0.02, 0.1, (count, samples))
    level, turns = np.array([0.0, 0.3, 0.9, 0.1])[:count, None], np.array([0.02, 0.1, 0.9, 2.0])[:count, None]
    return (noise + level * np.sin(turns * np.arange(samples))).astype(np.float32)


def test_scores_are_those_of_the_plain_pipeline(saved, model):
    plain = transformers.pipeline("audio-classification", model=str(saved[1]), device="cpu", top_k=None)
    ours = softmax(model.scores(waves()), axis=1)
    for row, wave in zip(ours, waves()):
        told = {answer["label"]: answer["score"] for answer in plain(wave)}
        np.testing.assert_allclose(row, [told[label] for label in model.labels], atol=1e-5)
    assert np.ptp(ours, axis=0).max() > 0.01  # the waves are told apart, or the comparison says nothing
    assert (model.labels, model.rate, model.window, model.link) == (tuple(LABELS.values()), 8000, 4000, "softmax")


def test_layers_have_short_names_and_their_units_first(saved, model):
    assert isinstance(model, LayeredClassifier)
    assert model.layers == LAYERS[saved[0]]
    inside = model.activations(waves(), model.layers)
    with torch.no_grad():
        hidden = model.module.model(model.module.front_end(torch.tensor(waves())), output_hidden_states=True)
    for at in range(2):  # the last hidden state may be normalised once more
        np.testing.assert_allclose(inside[f"layer.{at}"], hidden.hidden_states[at + 1].numpy().transpose(0, 2, 1),
                                   atol=1e-4)
    assert {name: rows.shape[1] for name, rows in inside.items()} == {
        name: {"features": 16, "projector": 24}.get(name, 32) for name in model.layers}


def test_gradients_agree_with_autograd_and_with_finite_differences(saved, model):
    x, layer = waves(2), "layer.1"
    slope = model.gradients(x, [layer, "layer.0"], model.labels)[layer]
    inside = model.activations(x, [layer])[layer]
    direction = np.random.default_rng(1).normal(size=inside.shape).astype(np.float32)
    block, step = model.module.get_submodule(layer), 1e-2

    def moved(by):
        with torch.no_grad():
            handle = block.register_forward_hook(
                lambda _part, _in, out: out + by * torch.as_tensor(direction.transpose(0, 2, 1)))
            try:
                return values(model.module(torch.tensor(x)).double().numpy(), "softmax")
            finally:
                handle.remove()

    change = (moved(step) - moved(-step)) / (2 * step)
    expected = (slope.astype(np.float64) * direction[:, None]).sum(axis=(2, 3))
    np.testing.assert_allclose(change, expected, rtol=0.02, atol=0.02 * np.abs(expected).max())
    assert np.abs(expected).max() > 1e-3


def test_clips_are_pooled_over_tokens(model):
    clips = [Clip(wave, 8000) for wave in waves(4, 6000)]
    heard, sloped = hear(model, clips, model.layers, with_values=True), slopes(model, clips, model.layers)
    whole = model.activations(waves(4, 6000)[:, :4000], ["layer.2"])["layer.2"].mean(axis=2)
    tail = model.activations(np.pad(waves(4, 6000)[:, 4000:], ((0, 0), (0, 2000))), ["layer.2"])["layer.2"].mean(axis=2)
    np.testing.assert_allclose(heard.rows["layer.2"], (whole + tail) / 2, atol=1e-4)
    assert all(sloped.rows[layer].shape == (4, 3, heard.rows[layer].shape[1]) for layer in model.layers)
    assert heard.values.shape == (4, 3)


def test_sources_are_weighed_exactly(model):
    time = np.arange(8000) / 8000
    sources = {"voice": Clip((0.3 * np.sin(2 * np.pi * 440 * time)).astype(np.float32), 8000),
               "palmas": Clip(waves(2, 8000)[0] * (time % 0.25 < 0.05), 8000)}
    mix = Clip(sources["voice"].wave + sources["palmas"].wave, 8000)
    found = explain(model, of_sources(mix, sources, segments="windows", window=model.window), method="shapley")
    numbers = found.numbers()
    assert abs(numbers["residual"]) < 1e-4
    assert {part["source"] for part in numbers["parts"]} >= {"voice", "palmas"}
    assert max(abs(part["weight"]) for part in numbers["parts"]) > 1e-3


def pairs_of(families=12):
    """Pairs of one noise with and without a tone, and null pairs that differ by a little noise; with their clips."""
    rng = np.random.default_rng(0)
    tone = 0.3 * np.sin(2 * np.pi * 500 * np.arange(4000) / 8000)
    clips, examples, null = {}, [], []
    for family in range(families):
        base = rng.normal(0, 0.1, 4000)
        for take in range(5):
            change = tone if take == 0 else rng.normal(0, 0.03, 4000)
            for present in (True, False):
                point = Point(f"{family}-{take}-{present}")
                clips[point.name] = Clip((base + present * change).astype(np.float32), 8000)
                (null if take else examples).append(Example(point, present, f"family {family}", "bulerias"))
    return Concept("tone", "A tone sounds.", tuple(examples), tuple(null), paired=True), clips


def test_a_tone_is_a_direction_that_a_probe_reads_and_a_test_follows(model):
    concept, clips = pairs_of()
    rows = hear(model, clips.values(), ["layer.1"]).rows["layer.1"]
    slope = slopes(model, list(clips.values())[::10], ["layer.1"]).rows["layer.1"]
    places = {name: at for at, name in enumerate(clips)}
    made = design(concept, places, estimator="paired-difference", nulls=199, seed=0)
    layer = inside("layer.1", rows, slope)
    cav = find_cav(layer, rows, made, seed=0)
    assert cav.accuracy > 0.95
    having = np.ones((len(slope), 3), dtype=bool)
    tests = layer_tests(layer, [made], [cav], having=having, labels=model.labels, alpha=0.05, seed=0)
    cosines = slope @ cav.direction / np.linalg.norm(slope, axis=2)
    np.testing.assert_allclose([test.push for test in tests], cosines.mean(axis=0), atol=1e-5)
    split = split_of(list(made.groups), [""] * len(made.groups), seed=0)
    said, _ = fit_probe(rows[made.own], made.signs, split, task="classes")
    assert (said == made.signs)[split.test].all()


def test_a_front_end_in_torch_is_that_of_transformers():
    _, extractor = wav2vec2()
    model = from_hugging_face(*wav2vec2(), window=WINDOW)
    theirs = extractor(list(waves()), sampling_rate=8000, return_tensors="np")["input_values"]
    wave = torch.tensor(waves(), requires_grad=True)
    ours = model.module.front_end(wave)
    np.testing.assert_allclose(ours.detach().numpy(), theirs, atol=1e-5)
    (slope,) = torch.autograd.grad(model.module.eval()(wave)[:, 0].sum(), wave)
    assert float(slope.abs().max()) > 0


def test_the_problem_type_says_the_link():
    assert from_hugging_face(*wav2vec2(problem_type="multi_label_classification"), window=WINDOW).link == "sigmoid"
    assert from_hugging_face(*ast(problem_type="single_label_classification"), window=WINDOW).link == "softmax"
    with pytest.raises(InputError, match="problem_type 'regression'"):
        from_hugging_face(*ast(problem_type="regression"), window=WINDOW)


def test_a_window_longer_than_the_model_hears_is_refused():
    from_hugging_face(*ast(), window=0.64)  # 64 frames of 10 ms at 16 kHz, 1.28 s at 8 kHz
    with pytest.raises(InputError, match="does not hear the end of a window of 2 s; give a shorter one"):
        from_hugging_face(*ast(), window=2)
    with pytest.raises(InputError, match="it is not in samples here"):
        from_hugging_face(*ast(), window=16000)


def test_nothing_is_fetched_guessed_or_unpickled(saved, tmp_path):
    name, folder = saved
    with pytest.raises(InputError, match=r"'nobody/nothing' is neither a folder nor in .* cache.*fetch it first"):
        load_hugging_face("nobody/nothing", window=WINDOW)
    with pytest.raises(InputError, match="no folder /no/such/folder"):
        load_hugging_face("/no/such/folder", window=WINDOW)
    with pytest.raises(InputError, match="holds no audio-classification model"):
        load_hugging_face(tmp_path, window=WINDOW)
    copy = tmp_path / name
    copy.mkdir()
    for file in ("config.json", "preprocessor_config.json"):
        (copy / file).write_bytes((folder / file).read_bytes())
    state = transformers.AutoModelForAudioClassification.from_pretrained(folder).state_dict()
    torch.save(state, copy / "pytorch_model.bin")
    with pytest.raises(InputError, match="weights as safetensors") as refused:
        load_hugging_face(copy, window=WINDOW)
    assert "\n" not in str(refused.value)
    (copy / "model.safetensors").write_bytes((folder / "model.safetensors").read_bytes()[:2000])
    with pytest.raises(InputError, match="can be read"):
        load_hugging_face(copy, window=WINDOW)
    bare, _ = MODELS[name]()
    bare.base_model.save_pretrained(copy)
    with pytest.raises(InputError, match=r"lack classifier.*Fine-tune it first"):
        load_hugging_face(copy, window=WINDOW)
    assert "architectures" in json.loads((copy / "config.json").read_text())


def test_without_the_extra_it_says_what_to_install(monkeypatch, saved):
    monkeypatch.setitem(__import__("sys").modules, "transformers", None)
    with pytest.raises(InputError, match=r"needs the library transformers: pip install 'escucha\[hf\]'"):
        load_hugging_face(saved[1], window=WINDOW)


def test_a_layer_of_tokens_can_be_changed(model):
    same, still = model.scores_changed(waves(), "layer.1", [np.copy, lambda rows: rows * 0])
    np.testing.assert_allclose(same, model.scores(waves()), atol=1e-5)
    np.testing.assert_allclose(still, np.broadcast_to(still[:1], still.shape), atol=1e-5)  # nothing is left to tell
    assert np.abs(still - same).max() > 1e-3


def test_a_model_of_the_library_begins_as_the_library_draws_it(model):
    fresh = untrained(model, waves(), seed=3)
    before = dict(model.module.named_parameters())
    drawn = [name for name, weight in before.items() if weight.std() > 0]
    assert all(not torch.equal(before[name], dict(fresh.module.named_parameters())[name]) for name in drawn)
    assert fresh.scores(waves()).shape == model.scores(waves()).shape
