"""Turned kernels are noticed where the truth is planted, and with the real files; right ones pass."""

import numpy as np
import pytest
import torch

from escucha.audio.io import read
from escucha.errors import InputError
from escucha.models.networks.keras_layers import LogSigmoidOf
from escucha.models.published import adopted, turned
from escucha.models.shelf import find_card, read_card
from escucha.models.weights.fetch import check_kernels
from escucha.models.weights.kernel_check import MARGIN, Hearing, agreement, complaint, hearing
from escucha.models.weights.probes import probe_sounds
from tests.conftest import REPOSITORY
from tests.models.weights import toys

SONGS = ("hungarian-dance", "lets-go-fishin", "sugar-plum-fairy", "vibe-ace")
GOOD = Hearing(agreement=0.6, unsteadiness=0.1, mass=1.0)


def heard(module, **options):
    return hearing(module, toys.RATE, toys.RATE, sigmoid=True, **options)


@pytest.mark.parametrize("seed", range(4))
def test_a_network_that_remembers_the_truth_agrees_until_it_is_turned(seed):
    module = toys.trained(seed)
    right = heard(module)
    wrong = heard(turned(module))
    assert right.agreement > 0.99
    assert complaint(right, wrong.agreement) == ""
    assert "turned by 180 degrees" in complaint(wrong, right.agreement)


def test_each_sign_has_its_words_and_good_hearing_has_none():
    assert complaint(GOOD) == complaint(GOOD, GOOD.agreement) == ""
    assert "a shift of 12 ms moves them 0.90 times as far" in complaint(Hearing(0.6, 0.9, 1.0))
    assert "raw outputs sum to 0.001, implausibly little" in complaint(Hearing(0.6, 0.1, 0.001))
    nan = float("nan")
    assert complaint(Hearing(nan, 0.1, nan), nan) == ""


def test_a_shift_moves_what_listens_to_single_samples_and_not_what_listens_to_levels():
    level = torch.nn.Sequential(torch.nn.Unflatten(1, (1, -1)), torch.nn.AvgPool1d(toys.RATE), torch.nn.Flatten())
    square = torch.nn.Module()
    square.network, square.forward = level, lambda waves: 50 * level(waves.square()).repeat(1, 2) - 1
    sample = torch.nn.Module()
    sample.network, sample.forward = level, lambda waves: 50 * waves[:, 2000:2002]
    assert heard(square).unsteadiness < 0.05
    assert heard(sample).unsteadiness > 0.6


def test_mass_is_that_of_the_raw_sigmoids_also_where_they_are_divided_by_their_sum():
    module = toys.trained()
    waves = np.pad(probe_sounds(toys.RATE, toys.RATE), ((0, 0), (0, 48)))
    raw = heard(module, waves=waves).mass
    assert raw == pytest.approx(float(np.median((1 / (1 + np.exp(-toys.logits(module)))).sum(axis=1))), rel=1e-5)
    last = LogSigmoidOf(3, 3)
    last.load_state_dict(module.network.head.state_dict())
    module.network.head = last
    assert hearing(module, toys.RATE, toys.RATE, sigmoid=False, waves=waves).mass == pytest.approx(raw, rel=1e-5)


def test_the_check_leaves_no_hooks_and_the_sounds_are_the_same_at_every_call():
    module = toys.trained()
    heard(module)
    assert not any(part._forward_pre_hooks for part in module.modules())
    np.testing.assert_array_equal(probe_sounds(8000, 4000), probe_sounds(8000, 4000))


def test_right_kernels_of_the_palo_classifier_pass_and_turned_ones_are_noticed(shared):
    path = find_card("lola-palos", REPOSITORY)
    file = shared / "golden" / "lola" / "variables.index"
    check_kernels(read_card(path), file, "tensorflow", str(path))
    with pytest.raises(InputError, match=r'misread with kernels = "theano" \(lola-palos\).*set kernels = "tensorflow"'):
        check_kernels(read_card(path), file, "theano", str(path))


def test_both_files_of_the_tagger_are_told_right_from_wrong(shared):
    """One hearing each way is enough: read right, the two files are one network; read wrong, the other."""
    card = read_card(find_card("choi-tags", REPOSITORY))
    found = {}
    for saved in ("theano", "tensorflow"):
        file = shared / "golden" / "choi" / f"music_tagger_crnn_weights_{saved}.h5"
        for kernels in ("theano", "tensorflow"):
            found[saved, kernels] = adopted(card, file, kernels, where="choi-tags.toml")[0]
    for one, two in ((("theano", "theano"), ("tensorflow", "tensorflow")),
                     (("theano", "tensorflow"), ("tensorflow", "theano"))):
        states = [found[which].state_dict() for which in (one, two)]
        assert all(torch.allclose(states[0][name], states[1][name], atol=1e-6) for name in states[0])
    samples = round(card.window * card.rate)
    real = [read(shared / "audio" / f"{song}.ogg", rate=card.rate).wave[:samples] for song in SONGS]
    for waves in (probe_sounds(card.rate, samples)[::3], np.stack(real)):
        right, wrong = (agreement(found["theano", kernels], waves)[0] for kernels in ("theano", "tensorflow"))
        assert right > wrong + 2 * MARGIN
