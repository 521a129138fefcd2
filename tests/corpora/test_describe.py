"""Describing a corpus: every fault that is planted is named, and nothing else."""

import json

import numpy as np
import pytest
import soundfile

from escucha.cli import main
from escucha.corpora.corpus import Corpus, Track
from escucha.corpora.describe import describe, words
from escucha.corpora.folder import FileSource

RATE = 8000


def melody(seed, seconds=3.0):
    """A line of short random tones: each seed another piece."""
    rng = np.random.default_rng(seed)
    time = np.arange(round(seconds * RATE)) / RATE
    pitch = 300 * 2 ** rng.uniform(0, 3, 3 * 10)[(time * 10).astype(int)]
    return 0.3 * np.sin(2 * np.pi * np.cumsum(pitch) / RATE) + 0.01 * rng.normal(size=len(time))


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    """A folder with two labels, train and test, and one of every fault."""
    root = tmp_path_factory.mktemp("faulty")
    sounds = {
        "train/blues/ana/a.wav": melody(0), "train/blues/ana/quieter.wav": melody(1), "train/jazz/eva/b.wav": melody(2),
        "train/jazz/eva/silent.wav": np.full(3 * RATE, 1e-5), "test/blues/leo/original.wav": 2 * melody(1),
        "test/jazz/max/c.wav": melody(3, 2.0), "test/jazz/max/b again.wav": melody(3, 2.0),
        "train/blues/ana/called blues.wav": melody(2) * 0.7,
    }
    for name, wave in sounds.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(root / name, wave, RATE)
    soundfile.write(root / "train/jazz/eva/fast.wav", melody(4), 2 * RATE)
    (root / "test/jazz/max/damaged.wav").write_bytes(b"RIFF" + bytes(60))
    return root


@pytest.fixture(scope="module")
def summary(faulty):
    from escucha.corpora.folder import folder_corpus

    return describe(folder_corpus(path=faulty, group="parent"))


def test_counts_and_lengths(summary):
    assert summary["tracks"] == 10
    assert summary["labels"] == {"blues": 4, "jazz": 6}
    assert summary["imbalance"] == 1.5
    assert summary["splits"] == {"test": 4, "train": 6}
    assert summary["groups"] == 4
    assert summary["one_group"] == []
    assert summary["rates"] == {"8000": 8, "16000": 1}
    assert summary["seconds"] == {"total": 23.5, "min": 1.5, "median": 3.0, "max": 3.0}


def test_every_fault_is_named(summary):
    assert summary["silent"] == ["train-jazz-eva-silent"]
    assert summary["duplicates"] == [["test-jazz-max-b again", "test-jazz-max-c"]]
    assert sorted(summary["twins"]) == [
        ["test-blues-leo-original", "train-blues-ana-quieter"], ["test-jazz-max-b again", "test-jazz-max-c"],
        ["train-blues-ana-called blues", "train-jazz-eva-b"]]
    assert summary["leaks"] == [["test-blues-leo-original", "train-blues-ana-quieter"]]
    assert summary["contradictions"] == [["train-blues-ana-called blues", "train-jazz-eva-b"]]
    (damaged,) = summary["unreadable"]
    assert damaged["name"] == "test-jazz-max-damaged"
    assert "damaged.wav" in damaged["reason"]


def test_groups_that_cross_and_labels_of_one_group(tmp_path):
    soundfile.write(tmp_path / "a.wav", melody(0), RATE)
    source = FileSource(tmp_path / "a.wav")
    corpus = Corpus((Track("a", ("x",), "ana", source, "train"), Track("b", ("x", "y"), "ana", source, "test"),
                     Track("c", (), "eva", source)), "here")
    summary = describe(corpus)
    assert summary["crossing"] == ["ana"]
    assert summary["one_group"] == ["x", "y"]
    assert summary["unlabelled"] == 1


def test_a_corpus_without_a_sound_is_described_too(tmp_path):
    summary = describe(Corpus((Track("a", ("x",), "g", FileSource(tmp_path / "a.wav")),), "here"))
    assert summary["seconds"] == {"total": 0.0}
    assert len(summary["unreadable"]) == 1
    json.dumps(summary)


def test_the_command_says_it_in_words_and_in_json(faulty, summary, capsys):
    assert main(["corpus", "describe", str(faulty), "--group", "parent", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {**summary, "origin": f"folder {faulty}"}
    assert main(["corpus", "describe", str(faulty), "--group", "parent"]) == 0
    printed = capsys.readouterr().out
    for line in ("labels: blues 4, jazz 6", "  test-blues-leo-original = train-blues-ana-quieter", "damaged.wav"):
        assert line in printed


def test_long_lists_are_cut_off_in_words():
    said = "\n".join(words({"silent": [str(number) for number in range(25)], "twins": []}))
    assert "silent: 25\n  0\n" in said
    assert "and 15 more" in said
    assert "twins: 0" in said
