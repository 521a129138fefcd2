"""Every alarm is triggered once by what it is for, and by nothing in a clean corpus."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from escucha.audio.clip import Clip
from escucha.audio.io import resample, write
from escucha.config import to_toml
from escucha.corpora.corpus import Corpus
from escucha.corpora.folder import folder_corpus
from escucha.experiments.accuracy.study import Accuracy, evaluate
from escucha.experiments.training.splitting import split_by_group
from escucha.experiments.workbench import Workbench
from tests.experiments.accuracy.test_study import Counter
from tests.experiments.toys import ToyBench, toy_corpus

CARD = """meaning = "m"
kind = "network"
labels = ["fast", "slow"]
rate = 4000
window = 3.0
weights = "counter.safetensors"

[trained]
experiment = "train-counter"
"""
TRAINING = 'kind = "training"\ncard = "counter"\nmeaning = "m"\n\n[corpus]\nclips = 96\n'


@dataclass(frozen=True)
class Always(Counter):
    def scores(self, waves):
        return np.tile([1.0, -1.0], (len(waves), 1))


@pytest.fixture
def bench(tmp_path):
    return ToyBench(tmp_path, tmp_path / "cache")


def alarmed(corpus, bench, model=None, **settings):
    asked = Accuracy("counter", {"clips": 96}, **{key: value for key, value in settings.items() if key != "card"})
    return " ".join(evaluate(model or Counter(), corpus, asked, bench, card=settings.get("card", "")).alarms)


def moved(corpus, rows, **changes):
    """The corpus with some of its tracks otherwise."""
    tracks = [replace(track, **changes) if at in rows else track for at, track in enumerate(corpus.tracks)]
    return Corpus(tuple(tracks), corpus.origin)


def test_a_clean_corpus_raises_no_alarm(bench):
    assert alarmed(toy_corpus(96), bench) == ""


def test_a_clip_in_two_splits(bench):
    text = alarmed(toy_corpus(96, leak=True), bench)
    assert "4 of the scored clips are also in another split, the first is fast-006." in text


def test_train_and_test_are_the_same(bench):
    corpus = toy_corpus(96).split("test")
    again = Corpus(tuple(replace(track, name=f"again-{track.name}", split="train", group=f"other-{track.group}")
                         for track in corpus), "twice")
    text = alarmed(Corpus((*corpus, *again), "twice"), bench)
    assert text == "Every scored clip is also in another split: what is tested is what was learned."


def test_a_group_on_both_sides(bench):
    corpus = toy_corpus(96)
    assert "1 groups stand in another split too, the first is family-0." in alarmed(
        moved(corpus, {6}, group="family-0"), bench)


def test_clips_that_sound_the_same_count_twice(bench):
    corpus = toy_corpus(96)
    text = alarmed(moved(corpus, {14}, source=corpus.tracks[6].source), bench)
    assert "1 scored clips sound exactly like another one" in text


def test_one_class_predicted_and_chance(bench):
    text = alarmed(toy_corpus(96), bench, Always())
    assert "one answer to everything: fast" in text
    assert "not shown to be better than always giving the commonest label" in text


def test_a_label_without_a_clip(bench):
    text = alarmed(toy_corpus(96), bench, Counter(labels=("fast", "slow")), labels=())
    assert text == ""

    @dataclass(frozen=True)
    class Third(Counter):
        labels: tuple[str, ...] = ("fast", "slow", "still")

        def scores(self, waves):
            return np.column_stack([Counter().scores(waves), np.full(len(waves), -9.0)])

    assert alarmed(toy_corpus(96), bench, Third()) == "No clip of still was scored."


def test_what_the_card_learned_from_is_known_by_its_experiment(bench):
    for shelf, text in (("models", CARD), ("experiments", TRAINING)):
        (bench.home / shelf).mkdir()
        name = "counter" if shelf == "models" else "train-counter"
        (bench.home / shelf / f"{name}.toml").write_text(text)
    learned = toy_corpus(96)
    assert "Every scored clip is also in what counter was trained on" in alarmed(learned, bench, split="train",
                                                                                 card="counter")
    assert alarmed(learned, bench, split="test", card="counter") == ""
    fresh = Corpus(tuple(replace(track, source=replace(track.source, seed=track.source.seed + 1000), split="")
                         for track in learned), "fresh clips of known groups")
    assert alarmed(fresh, bench, card="counter") == (
        "18 groups are also in what counter was trained on, the first is family-0.")
    (bench.home / "experiments" / "train-counter.toml").unlink()  # then it cannot be known, and nothing is said
    assert alarmed(fresh, bench, card="counter") == ""


def test_what_the_model_it_started_from_has_learned_counts_too(bench):
    for place, text in (("models/counter", CARD), ("experiments/train-counter", TRAINING),
                        ("models/child", CARD.replace("train-counter", "train-child")),
                        ("experiments/train-child", TRAINING.replace("meaning", 'start = "counter"\nmeaning').replace(
                            "96", "8"))):
        (bench.home / place).parent.mkdir(exist_ok=True)
        (bench.home / f"{place}.toml").write_text(text)
    text = alarmed(toy_corpus(96), bench, split="train", card="child")
    assert "4 of the scored clips are also in what child was trained on" in text
    assert "Every scored clip is also in what counter was trained on" in text


@pytest.fixture
def files(tmp_path):
    """The first 48 toys as files of a folder with splits, and the folder."""
    root = tmp_path / "files"
    for track in toy_corpus(48):
        folder = root / track.split / track.label
        folder.mkdir(parents=True, exist_ok=True)
        write(folder / f"{track.group}_{track.name}.wav", track.source.clip())
    return root


def opened(root):
    return folder_corpus(path=root, group="^([^_]+)_")


def test_recordings_are_compared_by_ear_across_splits_and_within(files, tmp_path):
    bench = Workbench(tmp_path, tmp_path / "cache")
    assert alarmed(opened(files), bench) == ""
    clip = toy_corpus(48).tracks[0].source.clip()  # a training clip, softer, at another rate and as mp3
    write(files / "test" / "fast" / "family-x_copy.mp3", resample(Clip(clip.wave * 0.5, clip.rate), 8000))
    text = alarmed(opened(files), bench)
    assert "1 of the scored clips sound like another recording in another split" in text
    assert "copy" in text
    assert "fast-000" in text
    (files / "test" / "fast" / "family-x_copy.mp3").unlink()
    inside = toy_corpus(48).tracks[6].source.clip()
    write(files / "test" / "fast" / "family-x_copy.mp3", resample(Clip(inside.wave * 0.5, inside.rate), 8000))
    assert "1 scored clips sound like the same recording as another one" in alarmed(opened(files), bench)


def test_the_very_training_files_under_other_names(files, tmp_path):
    for path in (files / "test").rglob("*.wav"):
        path.unlink()
    for path in (files / "train").rglob("*.wav"):
        copy = files / "test" / path.parent.name / f"other-{path.name}"
        copy.write_bytes(path.read_bytes())
    text = alarmed(opened(files), Workbench(tmp_path, tmp_path / "cache"))
    assert "Every scored clip is also in another split" in text


def test_files_that_training_divided_are_divided_again(files, tmp_path):
    """A folder without splits: what training held back as test is no training clip, and the rest is."""
    folder = tmp_path / "plain"
    for path in files.rglob("*.wav"):
        (folder / path.parent.name).mkdir(parents=True, exist_ok=True)
        path.rename(folder / path.parent.name / path.name)
    table = {"kind": "folder", "path": str(folder), "group": "^([^_]+)_"}
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "counter.toml").write_text(CARD)
    (tmp_path / "experiments").mkdir()
    (tmp_path / "experiments" / "train-counter.toml").write_text(to_toml({"kind": "training", "corpus": table}))
    bench = Workbench(tmp_path, tmp_path / "cache")
    divided = split_by_group(bench.corpus(table))
    for split, known in (("train", True), ("valid", True), ("test", False)):
        part = Corpus(divided.split(split).tracks, "a part")
        assert ("Every scored clip is also in what counter was trained on" in alarmed(part, bench,
                                                                                      card="counter")) == known


def test_corrupt_files_are_listed_and_skipped_never_scored(files, tmp_path):
    bench = Workbench(tmp_path, tmp_path / "cache")
    before = evaluate(Counter(), opened(files), Accuracy("counter", {}), bench).numbers()
    for at, name in enumerate(("family-y_empty.wav", "family-y_text.wav")):
        (files / "test" / "slow" / name).write_bytes(b"not audio" * at)
    with pytest.warns(UserWarning, match="2 of 14 clips .* cannot be read"):
        told = evaluate(Counter(), opened(files), Accuracy("counter", {}), bench)
    numbers = told.numbers()
    assert (numbers["unreadable"], numbers["clips"]) == (2, before["clips"])
    assert numbers["confusion"] == before["confusion"]
    assert any("2 of 14 clips cannot be read and are left out" in line for line in told.words())
    assert len(told.tables()["unreadable"]) == 2
    assert not set(told.tables()["unreadable"].name) & set(told.tables()["clips"].name)
