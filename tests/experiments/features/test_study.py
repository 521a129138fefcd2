"""Feature studies of a model whose reasons are planted, of the shelf's cards, and of what cannot be asked."""

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from escucha.audio.clip import Clip
from escucha.audio.io import read, write
from escucha.audio.loudness import loudness
from escucha.commands.explain_features import explain_features
from escucha.errors import InputError
from escucha.experiments.features.study import FeatureStudy
from escucha.experiments.features.summary import Summary
from escucha.experiments.run import experiment_of, read_experiment
from escucha.experiments.workbench import Workbench
from escucha.finding import About, load, save
from escucha.models.classifier import Link
from escucha.models.windows import score_clip
from tests.conftest import REPOSITORY

RATE, WINDOW = 8000, 4000
OWN = "planted.py:make"
"""A model that no card tells of, so that other clips stand for other music."""


@dataclass(frozen=True)
class Planted:
    """Says `strong` by level, `bright` by the share of high sound, and never looks at the rest."""

    gain: float = 40.0
    labels: tuple[str, ...] = ("strong", "bright", "dull")
    feature_names: tuple[str, ...] = ("mfcc 3 mean", "rms mean", "centroid mean", "tempo")
    rate: int = RATE
    window: int = WINDOW
    link: Link = "softmax"

    def features(self, waves: np.ndarray) -> np.ndarray:
        power = np.abs(np.fft.rfft(waves, axis=1)) ** 2
        high = power[:, power.shape[1] // 4 :].sum(axis=1) / np.maximum(power.sum(axis=1), 1e-9)
        return np.stack([waves[:, 0], np.sqrt((waves**2).mean(axis=1)), high, np.arange(len(waves)) * 1.0], axis=1)

    def scores_of(self, features: np.ndarray) -> np.ndarray:
        strong, bright = self.gain * features[:, 1], 0.1 * self.gain * features[:, 2]
        return np.stack([strong, bright, np.zeros(len(features))], axis=1)

    def scores(self, waves: np.ndarray) -> np.ndarray:
        return self.scores_of(self.features(waves))


@dataclass(frozen=True)
class Bench(Workbench):
    """A workbench whose only model is planted."""

    planted: Planted = Planted()

    def model(self, card: str) -> Planted:
        return self.planted


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve clips of one to two windows, from soft to loud, in four folders; every other one is bright."""
    root = tmp_path_factory.mktemp("clips")
    for at in range(12):
        time = np.arange(round(WINDOW * (1 + at % 2 * 0.7))) / RATE
        tone = np.sin(2 * np.pi * (3000 if at % 2 else 300) * time)
        (root / f"singer {at % 4}").mkdir(exist_ok=True)
        write(root / f"singer {at % 4}" / f"clip {at:02d}.wav", Clip(0.05 * (at + 1) * tone, RATE))
    return root


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(REPOSITORY, tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def study(folder: Path) -> FeatureStudy:
    return FeatureStudy(OWN, paths=(str(folder),), group="parent", background=500)


@pytest.fixture(scope="module")
def found(study, bench):
    return study.run(bench)


def test_what_a_model_hears_is_named_first_and_what_it_ignores_counts_nothing(found):
    numbers, words = found.numbers(), found.words()
    assert words[0].startswith("On the mean planted:make listens most to loudness (RMS), how strong the sound is "
                               "(1 of its 4 features): in 12 clips it moves")
    assert "not shown to be more than brightness; next on the mean: brightness " in words[0]  # four groups show nothing
    assert any("one of many features tends to move more" in word for word in words)
    families = found.tables()["families"].set_index(["label", "family"])["mean_size"]
    assert families["strong", "timbre (MFCC)"] == families["strong", "tempo"] == 0
    assert (numbers["explainer"], numbers["groups"], numbers["clips"]) == ("linear", 4, 12)
    assert "rms mean (loudness) counts most" in words[1]
    assert "the higher, the more for strong" in words[1]
    assert any("4 groups are few" in word for word in words)


def drawn(found, sizes, seed, *, groups=24, each=3) -> Summary:
    """A summary of shares of these standard deviations, one a feature; clips of a group are much alike."""
    rng = np.random.default_rng(seed)
    names = np.repeat([f"g{at}" for at in range(groups)], each)
    loud = np.repeat(rng.lognormal(0, 0.5, (groups, len(sizes), 1)), each, axis=0)
    shares = loud * np.array(sizes)[:, None] * rng.normal(1, 0.1, (len(names), len(sizes), 3))
    said = replace(found.told.found, values=shares, errors=np.zeros_like(shares), scores=shares.sum(axis=1))
    return Summary(replace(found.told, units=tuple(names), groups=tuple(names), truth=tuple(names),
                           heights=shares[:, :, 0], found=said))


def test_a_family_that_moves_more_is_shown_to_and_among_equals_none_is(found):
    clear, equal = [1.0, 3.0, 1.0, 1.0], [1.0] * 4
    assert all(drawn(found, clear, seed).leads for seed in range(10))
    worlds = [drawn(found, equal, seed, each=12) for seed in range(60)]
    assert np.mean([world.leads for world in worlds]) <= 0.05
    by_clip = [Summary(replace(world.told, groups=tuple(map(str, range(288))))) for world in worlds]
    assert np.mean([world.leads for world in by_clip]) > 0.1  # as if a singer's clips told nothing of each other
    tight = drawn(found, clear, 0)
    assert tight.families[tight.ranked[0]].name == "loudness (RMS)"
    told = replace(found, told=tight.told).words()[0]
    assert told.startswith("planted:make listens most to loudness (RMS), ")
    assert ", shown to be more than " in told
    assert not drawn(found, clear, 0, groups=4, each=18).leads  # two of sixteen flips lie as far out


def test_features_without_families_are_ranked_among_themselves(found):
    names = tuple(f"pool {at}" for at in range(4))
    alone = drawn(found, [1.0, 3.0, 1.0, 1.0], 0).told
    asked = replace(found, told=replace(alone, found=replace(alone.found, names=names)))
    assert asked.summary.comparisons == 6
    assert asked.words()[0].startswith("planted:make listens most to pool 1: in 72 clips it moves")
    assert "A family adds up" not in " ".join(asked.words())


def test_shares_of_clips_are_the_planted_ones(found, folder):
    """Of the label strong: two thirds of 40 logits for each unit of level, from the mean of all windows."""
    told = found.told
    planted = 40 * 2 / 3 * (told.heights[:, 1] - _mean_level(folder))
    np.testing.assert_allclose(told.found.values[:, 1, 0], planted, atol=1e-6)
    np.testing.assert_allclose(found.summary.by_family[:, 1, 0], planted, atol=1e-6)
    row = found.tables()["features"].query("label == 'strong' and feature == 'rms mean (loudness)'").iloc[0]
    assert row["mean_size"] == pytest.approx(np.abs(planted).mean())
    assert row["low"] < row["mean_size"] < row["high"]
    assert row["direction"] == pytest.approx(1)


def _mean_level(folder: Path) -> float:
    from escucha.audio.io import read
    from escucha.models.windows import cut

    rows = np.concatenate([Planted().features(cut(read(file).wave, WINDOW)) for file in sorted(folder.rglob("*.wav"))])
    return float(rows[:, 1].mean())


def test_a_clips_value_is_what_predict_says_of_it(found, folder):
    from escucha.audio.io import read

    for unit, name in enumerate(found.told.units):
        said = score_clip(Planted(), read(folder / name))
        assert found.told.found.scores[unit] == pytest.approx([said.value(label) for label in Planted().labels])
        assert found.summary.answers[unit] == said.label
    assert found.told.residual < 1e-6


def test_examples_are_the_loudest_and_the_softest_made_equally_loud(found):
    captions = found.tables()["sounds"].set_index("name")
    assert "clip 11.wav" in captions.caption["strong-most-for"]
    assert "clip 00.wav" in captions.caption["strong-most-against"]
    assert captions.value["strong-most-for"] > captions.value["strong-most-against"]
    sounds = found.sounds()
    level = loudness(sounds["strong-most-for"])
    for name, clip in sounds.items():
        assert captions.gain_db[name] == pytest.approx(12) or loudness(clip) == pytest.approx(level, abs=0.5)
        assert np.abs(clip.wave).max() <= 1
    assert captions.gain_db["strong-most-against"] == pytest.approx(12)  # 22 dB softer: near-silence is not made a roar


def test_each_label_has_its_figures_and_they_name_the_planted_features(found):
    figures = found.figures()
    assert set(figures) == {"families", "waterfall-of-families", "waterfall-of-features", *(
        f"{what}-{label}" for what in ("beeswarm", "heat-map") for label in Planted().labels)}
    assert [tick.get_text() for tick in figures["beeswarm-strong"].axes[0].get_yticklabels()] == [
        "rms mean (loudness)", "centroid mean (brightness)"]


def test_one_label_alone_and_few_clips_are_asked_for_by_settings_and_saved(study, bench, tmp_path):
    found = replace(study, label="bright", limit=4, sounds=0).run(bench)
    saved = load(save(found, tmp_path / "found", About("feature-study", "t")))
    assert {"beeswarm-bright", "heat-map-bright"} < set(saved.files("figures"))
    assert saved.arrays()["shap"].shape == (4, 4, 3)
    assert saved.numbers["labels"]["bright"]["families"]["timbre (MFCC)"]["mean_size"] == 0
    assert found.told.units[0].endswith("clip 00.wav")
    assert len(found.told.units) == 4
    assert found.summary.labels == ("bright",)
    assert found.tables()["sounds"].empty


def test_a_deaf_model_is_said_to_be_deaf(study, bench):
    found = replace(study, sounds=6).run(replace(bench, planted=Planted(gain=0.0)))
    assert found.words()[0] == "planted:make does not use its features: its answer is the same whatever they are."
    assert found.sounds() == {}
    assert found.figures()


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirteen seconds: noise, then a plucked tone twice a second."""
    time = np.arange(13 * 22050) / 22050
    pluck = np.sin(2 * np.pi * 440 * time) * np.exp(-8 * (time % 0.5))
    noise = np.random.default_rng(0).normal(0, 0.1, len(time))
    path = tmp_path_factory.mktemp("song") / "song.wav"
    write(path, Clip(np.where(time < 6, noise, 0.5 * pluck), 22050))
    return path


def test_one_file_is_told_of_window_by_window_from_the_table_the_card_learned_from(song, bench):
    workbench = Workbench(REPOSITORY, bench.cache)
    found = FeatureStudy("palos-svm", paths=(str(song),), samples=400).run(workbench)
    assert found.told.units == ("0–6 s", "6–12 s", "12–13 s")
    assert found.told.table == "the table it learned from"
    clip = score_clip(workbench.model("palos-svm"), Clip(_read(song), 22050))
    label = found.summary.labels[0]
    assert label == clip.label
    assert found.summary.scores.mean() == pytest.approx(clip.value(label), abs=1e-5)
    added = found.summary.of_shown(found.summary.by_family).sum()
    assert added == pytest.approx(clip.value(label) - found.summary.base[0], abs=1e-5)
    assert f"palos-svm says {label} of {song}" in found.words()[0]
    assert any("the music palos-svm was trained on" in word for word in found.words())
    assert next(iter(found.sounds())) == "original"
    assert f"heat-map-{label}" in found.figures()


def _read(path: Path) -> np.ndarray:
    from escucha.audio.io import read

    return read(path).wave


def test_the_command_asks_for_a_study_of_the_files(monkeypatch):
    asked = []
    monkeypatch.setattr("escucha.commands.explain_features.answer", lambda chosen, table, *names: asked.append(table))
    chosen = argparse.Namespace(card="palos-svm", weights=None, files=[Path("a.wav"), Path("b")], label="bulerias",
                                seed=3, samples=None, start=None, duration=6.0, method="shapley", segments="windows")
    explain_features(chosen)
    kept = {key: value for key, value in asked[0].items() if value is not None}
    assert experiment_of(kept, "the command line") == FeatureStudy(
        "palos-svm", paths=("a.wav", "b"), label="bulerias", seed=3, duration=6.0)
    with pytest.raises(InputError, match="--absent-from says nothing of features"):
        explain_features(argparse.Namespace(**{**vars(chosen), "absent_from": Path("c.wav")}))


@pytest.mark.parametrize(("changed", "said"), [
    ({"model": "palos-cnn"}, r"palos-cnn has no named features.*palos-boosting, palos-forest, palos-svm.*explanation"),
    ({"corpus": {"kind": "palos", "clips": 4}}, "either a .corpus. or 'paths'"),
    ({"paths": ()}, "either a .corpus. or 'paths'"),
    ({"split": "test"}, "files have no split 'test'"),
    ({"paths": (), "corpus": {"kind": "palos", "clips": 4}, "start": 2.0}, "'start' is of 'paths'"),
    ({"label": "bulerías"}, "unknown label 'bulerías'.*bulerias"),
    ({"paths": ("nowhere.wav",)}, "nowhere.wav"),
    ({"samples": 100}, "100 samples are too few for 91 features"),
])
def test_what_cannot_be_asked_is_said_in_one_line(changed, said, song, bench):
    with pytest.raises(InputError, match=said) as told:
        replace(FeatureStudy("palos-svm", paths=(str(song),)), **changed).run(Workbench(REPOSITORY, bench.cache))
    assert "\n" not in str(told.value)


def test_one_clip_of_a_model_without_a_table_is_refused(folder, bench):
    with pytest.raises(InputError, match="keeps no table of what it learned from, and one clip is no other music"):
        FeatureStudy(OWN, paths=(str(folder / "singer 0" / "clip 00.wav"),)).run(bench)


def test_the_shelf_asks_palos_svm():
    asked = read_experiment("what-palos-svm-hears", REPOSITORY)
    assert asked.experiment.kind == "feature-study"
    assert (asked.experiment.model, asked.experiment.limit) == ("palos-svm", 60)
    assert asked.question.endswith("?")


def test_silence_has_no_features_to_explain(folder, bench, tmp_path):
    """A file that is silent is left out and said; alone it is refused."""
    songs = tmp_path / "songs"
    songs.mkdir()
    for at, file in enumerate(sorted(folder.rglob("*.wav"))[:3]):
        write(songs / f"{at}.wav", read(file))
    write(songs / "none.wav", Clip(np.zeros(RATE), RATE))
    found = FeatureStudy(OWN, paths=(str(songs),), background=20).run(bench)
    assert len(found.tables()["clips"]) == 3
    assert any("none" in word and "silent" in word and "left out" in word for word in found.words())
    with pytest.raises(InputError, match="silent"):
        FeatureStudy(OWN, paths=(str(songs / "none.wav"),)).run(bench)
