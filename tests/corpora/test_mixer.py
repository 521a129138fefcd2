"""Mixes: what is promised of levels, ranges, noise and stems is measured, and nothing crosses a split."""

import dataclasses

import numpy as np
import pytest
import soundfile

from escucha.audio.clip import Clip
from escucha.corpora.export import export
from escucha.corpora.manifest import manifest_corpus
from escucha.corpora.mixing import LEVEL, MixSource, Part, Sound
from escucha.corpora.shelf import open_corpus
from escucha.errors import InputError

RATE = 8000


@dataclasses.dataclass(frozen=True)
class Noise:
    """Two seconds of noise, or a tone; its samples are known."""

    seed: int = 0
    hertz: float = 0.0
    seconds: float = 2.0

    def clip(self):
        time = np.arange(round(self.seconds * RATE)) / RATE
        tone = np.sin(2 * np.pi * self.hertz * time)
        return Clip(tone if self.hertz else np.random.default_rng(self.seed).normal(0, 0.1, len(time)), RATE)

    def stems(self):
        return {}

    def annotations(self):
        return {}

    def key(self):
        return f"noise{self.seed} {self.hertz}"


def part(label, source, gain=0.0, stretch=1.0):
    return Part(label, f"track of {label}", f"group of {label}", source, gain, stretch)


def decibels(wave):
    return 10 * np.log10(np.square(wave, dtype=np.float64).mean())


PLAIN = Sound(seconds=1.5, rate=RATE, bands=False)


def test_stems_sum_to_the_clip_sample_by_sample_and_every_call_is_the_same():
    source = MixSource((part("a", Noise(1)), part("b", Noise(2)), part("c", Noise(3), stretch=1.1)),
                       dataclasses.replace(PLAIN, bands=True, snr=20.0, slices=3), seed=7)
    stems = source.stems()
    assert list(stems) == ["a", "b", "c", "rest"]
    np.testing.assert_array_equal(sum(stem.wave for stem in stems.values()), source.clip().wave)
    np.testing.assert_array_equal(source.clip().wave, source.clip().wave)
    assert {len(stem.wave) for stem in stems.values()} == {12000}


@pytest.mark.parametrize("snr", [-3.0, 10.0, 30.0])
def test_the_noise_is_as_far_below_as_stated(snr):
    source = MixSource((part("a", Noise(1)), part("b", Noise(2))), dataclasses.replace(PLAIN, snr=snr), seed=0)
    stems = source.stems()
    noise = stems.pop("rest").wave
    assert decibels(sum(stem.wave for stem in stems.values())) - decibels(noise) == pytest.approx(snr, abs=0.1)
    flat = np.square(np.abs(np.fft.rfft(noise))).reshape(-1)[1:6001].reshape(6, 1000).mean(axis=1)
    assert flat.max() / flat.min() < 1.5  # white


def test_levels_are_as_stated_whatever_the_source_had():
    source = MixSource((part("a", Noise(1), gain=-6.0), part("b", Noise(hertz=440.0))), PLAIN, seed=0)
    stems = source.stems()
    assert decibels(stems["a"].wave) == pytest.approx(LEVEL - 6, abs=0.01)
    assert decibels(stems["b"].wave) == pytest.approx(LEVEL, abs=0.01)


def test_frequency_ranges_have_nothing_in_common_and_leave_nothing_out():
    sound = dataclasses.replace(PLAIN, bands=True)
    stems = MixSource((part("a", Noise(1)), part("b", Noise(2)), part("c", Noise(3))), sound, seed=0).stems()
    power = np.stack([np.square(np.abs(np.fft.rfft(stem.wave.astype(float)))) for stem in stems.values()])
    share = power.max(axis=0) / power.sum(axis=0)
    assert np.quantile(share, 0.001) > 1 - 1e-6
    assert len(set(power.argmax(axis=0))) == 3


def test_a_source_is_not_put_where_it_has_nothing():
    sound = dataclasses.replace(PLAIN, bands=True)
    for order in (("low", "high"), ("high", "low")):
        hertz = {"low": 150.0, "high": 2500.0}
        stems = MixSource(tuple(part(name, Noise(hertz=hertz[name])) for name in order), sound, seed=0).stems()
        for name, stem in stems.items():
            peak = np.abs(np.fft.rfft(stem.wave)).argmax() / 1.5
            assert peak == pytest.approx(hertz[name], abs=2)


def test_slices_follow_each_other_and_are_never_summed():
    """A source of +1: where slices overlapped it would be 2; between them it fades to nothing."""
    @dataclasses.dataclass(frozen=True)
    class One(Noise):
        def clip(self):
            return Clip(np.ones(2 * RATE), RATE)

    (stem,) = MixSource((part("a", One()),), dataclasses.replace(PLAIN, slices=3), seed=0).stems().values()
    wave = stem.wave / np.abs(stem.wave).max()
    inside = np.ones(12000, bool)
    for joint in (0, 4000, 8000, 12000):
        inside[max(0, joint - 40):joint + 40] = False
        assert np.abs(wave[max(0, joint - 1):joint + 1]).max() < 0.01
    np.testing.assert_allclose(wave[inside], 1.0, atol=1e-5)


def test_a_stretched_source_keeps_its_pitch_and_changes_its_pace():
    @dataclasses.dataclass(frozen=True)
    class Pulses(Noise):
        def clip(self):
            time = np.arange(8 * RATE) / RATE
            return Clip(np.sin(2 * np.pi * 440 * time) * ((time % 0.5) < 0.1), RATE)

    def heard(stretch):
        sound = Sound(seconds=4.0, rate=RATE, bands=False)
        (stem,) = MixSource((part("a", Pulses(), stretch=stretch),), sound, seed=0).stems().values()
        pitch = np.abs(np.fft.rfft(stem.wave)).argmax() / 4
        envelope = np.square(stem.wave).reshape(-1, 80).mean(axis=1)
        envelope = envelope - envelope.mean()
        echo = np.correlate(envelope, envelope, "full")[len(envelope) - 1:]
        return pitch, (30 + echo[30:100].argmax()) / 100

    for stretch in (1.0, 1.25, 0.8):
        pitch, pace = heard(stretch)
        assert pitch == pytest.approx(440, abs=3)
        assert pace == pytest.approx(0.5 * stretch, abs=0.02)


def test_short_clips_are_repeated_and_silent_ones_said():
    (stem,) = MixSource((part("a", Noise(1, seconds=0.3)),), PLAIN, seed=0).stems().values()
    assert decibels(stem.wave[-2000:-100]) == pytest.approx(LEVEL, abs=1)

    @dataclasses.dataclass(frozen=True)
    class Silence(Noise):
        def clip(self):
            return Clip(np.zeros(RATE), RATE)

    with pytest.raises(InputError, match="'track of a' is silent"):
        MixSource((part("a", Silence()),), PLAIN, seed=0).clip()


def test_the_key_knows_everything_that_sounds():
    base = MixSource((part("a", Noise(1)), part("b", Noise(2))), PLAIN, seed=0)
    others = [dataclasses.replace(base, seed=1), dataclasses.replace(base, parts=base.parts[::-1]),
              dataclasses.replace(base, sound=dataclasses.replace(PLAIN, snr=30.0)),
              dataclasses.replace(base, parts=(part("a", Noise(1), gain=-1.0), part("b", Noise(2)))),
              dataclasses.replace(base, parts=(part("a", Noise(3)), part("b", Noise(2))))]
    keys = [source.key() for source in (base, *others)]
    assert len(set(keys)) == 6
    assert keys[0] == MixSource((part("a", Noise(1)), part("b", Noise(2))), PLAIN, seed=0).key()


@pytest.fixture(scope="module")
def single(tmp_path_factory):
    """Four labels, five recordings of each in train and three in test."""
    root = tmp_path_factory.mktemp("single")
    for seed, (split, label, group) in enumerate(
            (split, label, group) for split, count in (("train", 5), ("test", 3))
            for label in ("cajon", "guitar", "palmas", "voice") for group in range(count)):
        folder = root / split / label / f"{split} {label} {group}"
        folder.mkdir(parents=True)
        soundfile.write(folder / "a.wav", np.random.default_rng(seed).normal(0, 0.1, RATE), RATE)
    return root


def mix(single, **changes):
    table = {"kind": "mix", "sources": {"kind": "folder", "path": single.name, "group": "parent"}, "clips": 80,
             "rate": RATE, "seconds": 0.5, "stretch": 0.1, "snr": 30}
    return open_corpus({**table, **changes}, where="a test", base=single.parent)


def groups_in(track):
    return {part["group"] for part in track.source.annotations()["parts"].values()}


def test_no_group_is_in_two_groups_of_the_mixes(single):
    corpus = mix(single)
    home = {}
    for track in corpus:
        for group in groups_in(track):
            assert home.setdefault(group, track.group) == track.group
            assert group.startswith(track.split)
    assert {split: len(corpus.split(split)) for split in ("train", "test")} == {"train": 50, "test": 30}
    assert len({track.group for track in corpus.split("train")}) > 1


def test_labels_are_what_sounds(single):
    corpus = mix(single)
    assert {len(track.labels) for track in corpus} == {2, 3}
    assert corpus.labels == ("cajon", "guitar", "palmas", "voice")
    for track in corpus.tracks[:5]:
        stems = track.source.stems()
        assert set(stems) == {*track.labels, "rest"}
        gains = [part["gain"] for part in track.source.annotations()["parts"].values()]
        assert all(-6 <= gain <= 0 for gain in gains)
    counts = [sum(label in track.labels for track in corpus) for label in corpus.labels]
    assert max(counts) < 2 * min(counts)


def test_a_mix_is_the_same_whatever_is_asked_beside_it(single):
    one, two = mix(single, clips=80), mix(single, clips=11, split="test")
    assert one.split("test").tracks[:11] == two.tracks
    assert mix(single, seed=1).digest() != one.digest() == mix(single).digest()


def test_mixes_can_be_exported_with_their_stems(single, tmp_path):
    corpus = mix(single, clips=3, split="test")
    back = manifest_corpus(path=export(corpus, tmp_path, stems=True))
    for track, again in zip(corpus, back, strict=True):
        assert (again.labels, again.group, again.split) == (track.labels, track.group, track.split)
        np.testing.assert_array_equal(again.source.clip().wave, track.source.clip().wave)
        assert set(again.source.stems()) == {*track.labels, "rest"}


def test_what_cannot_be_mixed_is_said(single, tmp_path):
    mistakes = {
        "5 labels in each split": {"parts": [5]}, "numbers of sources from 1 to 8": {"parts": [0]},
        "unknown split 'valid'": {"split": "valid"}, "unknown key 'clip'": {"clip": 3},
        "'gain' in the corpus": {"gain": -1}, "lacks the key 'kind'": {"sources": {"path": "x"}},
        "should be a finite number": {"snr": float("nan")},
    }
    for said, changes in mistakes.items():
        with pytest.raises(InputError, match=said):
            mix(single, **changes)
    with pytest.raises(InputError, match="has 2 labels; one is needed"):
        mix(single, sources=dict(kind="mix", clips=5, parts=[2], sources={
            "kind": "folder", "path": str(single), "group": "parent"}))
