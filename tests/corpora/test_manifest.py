"""Manifests: what is written is read, and every mistake is found with its line."""

import hashlib
import json

import pytest

from escucha.corpora.corpus import Corpus, Track
from escucha.corpora.folder import FileSource
from escucha.corpora.manifest import manifest_corpus, write_manifest
from escucha.corpora.palos import palos_corpus
from escucha.corpora.shelf import corpus_table
from escucha.errors import InputError

HEADER = "path,label,group,split"


@pytest.fixture
def make(tmp_path):
    """Write a manifest of these lines, with the files x.wav, y.wav and deep/z.mp3 beside it."""
    (tmp_path / "deep").mkdir()
    for name in ("x.wav", "y.wav", "deep/z.mp3"):
        (tmp_path / name).touch()

    def write(*lines, encoding="utf-8"):
        (tmp_path / "m.csv").write_text("\n".join(lines) + "\n", encoding=encoding)
        return tmp_path / "m.csv"

    return write


def test_rows_are_tracks(make, tmp_path):
    file = make(f"{HEADER},name,start,duration,tempo,mode,palmas,beats,singer",
                'x.wav,bulerias,g1,train,one,,,220,phrygian,true,"[0.1, 0.5]",1975',
                "x.wav,alegrias; live ,g1,train,two,1.5,2,118.5,,false,,Camarón",
                "deep/z.mp3,,g2,,,,,,major,,,Ana", encoding="utf-8-sig")
    one, two, three = manifest_corpus(path=file)
    assert (one.name, one.labels, one.group, one.split) == ("one", ("bulerias",), "g1", "train")
    assert one.source == FileSource(tmp_path / "x.wav", 0.0, None, {
        "tempo": 220, "mode": "phrygian", "palmas": True, "beats": [0.1, 0.5], "singer": "1975"})
    assert two.labels == ("alegrias", "live")
    assert (two.source.start, two.source.duration) == (1.5, 2.0)
    assert two.source.annotations() == {"tempo": 118.5, "palmas": False, "singer": "Camarón"}
    assert (three.name, three.labels, three.split) == ("deep-z", (), "")


def test_one_split_can_be_asked_for(make):
    file = make(HEADER, "x.wav,a,g1,train", "y.wav,a,g2,test")
    assert [track.name for track in manifest_corpus(path=file, split="test")] == ["y"]
    with pytest.raises(InputError, match=r"unknown split 'tets' in .*did you mean 'test'"):
        manifest_corpus(path=file, split="tets")


def test_parts_of_one_file_have_names_of_their_own(make):
    file = make(f"{HEADER},start,duration", "x.wav,a,g,,0,2", "x.wav,a,g,,2.5,2")
    assert [track.name for track in manifest_corpus(path=file)] == ["x", "x@2.5"]


def test_labels_are_as_written_unless_they_are_renamed(make):
    file = make(HEADER, "x.wav,Bulerías;Live,g1,", "y.wav,bulerias,g2,")
    assert manifest_corpus(path=file).labels == ("Bulerías", "Live", "bulerias")
    assert manifest_corpus(path=file, labels={"Bulerías": "bulerias"}).labels == ("Live", "bulerias")
    with pytest.raises(InputError, match=r"unknown label to rename 'Bulerias' in .*m\.csv"):
        manifest_corpus(path=file, labels={"Bulerias": "bulerias"})


MISTAKES = {
    "missing column": ([f"{HEADER[:-6]},extra", "x.wav,a,g,1"], "lacks the column 'split'"),
    "semicolons": ([HEADER.replace(",", ";"), "x.wav;a;g;"], "separated by commas"),
    "nothing": ([""], "lacks the column 'path'"),
    "twice": ([f"{HEADER},label", "x.wav,a,g,,b"], "2 columns called 'label'"),
    "no file": ([HEADER, "x.wav,a,g,", "w.wav,a,g,"], r"w\.wav \(line 3 of"),
    "no path": ([HEADER, ",a,g,"], "line 2"),
    "no group": ([HEADER, "x.wav,a,,"], "no group in line 2"),
    "a wrong split": ([HEADER, "x.wav,a,g,tset"], "'tset' in line 2 .*did you mean 'test'"),
    "a start in words": ([f"{HEADER},start", "x.wav,a,g,,soon"], "start 'soon' in line 2"),
    "a negative start": ([f"{HEADER},start", "x.wav,a,g,,-1"], "start '-1' in line 2"),
    "no duration": ([f"{HEADER},duration", "x.wav,a,g,,0"], "duration '0' in line 2"),
    "an endless one": ([f"{HEADER},duration", "x.wav,a,g,,inf"], "duration 'inf' in line 2"),
    "a word among numbers": ([f"{HEADER},tempo", "x.wav,a,g,,120", "y.wav,a,g,,18o", "deep/z.mp3,a,g,,90"],
                             "tempo '18o' in line 3"),
    "too many cells": ([HEADER, "x.wav,a,g,,more"], "line 2"),
    "too few cells": ([HEADER, "x.wav,a"], "line 2"),
    "the same name": ([HEADER, "x.wav,a,g,", "x.wav,b,g,"], "two tracks are called 'x'"),
    "a name with a slash": ([f"{HEADER},name", "x.wav,a,g,,../x"], "line 2"),
    "a leak": ([HEADER, "x.wav,a,ana,train", "y.wav,a,ana,test"], "group 'ana'"),
    "an open quote": ([HEADER, '"x.wav,a,g,'], "not a CSV"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_every_mistake_is_said_in_one_line_with_its_place(make, case):
    lines, word = MISTAKES[case]
    with pytest.raises(InputError, match=word) as caught:
        manifest_corpus(path=make(*lines))
    assert "m.csv" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_no_manifest_is_said(tmp_path):
    with pytest.raises(InputError, match="no manifest"):
        manifest_corpus(path=tmp_path / "m.csv")
    (tmp_path / "m.csv").write_bytes(b"path,label\xff,group,split\n")
    with pytest.raises(InputError, match="UTF-8"):
        manifest_corpus(path=tmp_path / "m.csv")


def test_what_is_written_is_read(tmp_path):
    (tmp_path / "audio").mkdir()
    (tmp_path / "tables").mkdir()
    for name in ("a.wav", "b.wav"):
        (tmp_path / "audio" / name).touch()
    notes = {"tempo": 211.7012345678901, "bars": 12, "mode": "phrygian", "palmas": True, "year": "1975",
             "says": '[ole, "arsa"], sí', "beats": [[0.1, 12], [0.4, 1]], "onsets": {"guitar": [0.25]},
             "long": list(range(60000)), "lines": "one\ntwo"}
    tracks = (Track("a one", ("x", "y"), "g,1", FileSource(tmp_path / "audio/a.wav", notes=notes), "train"),
              Track("b", (), "g2", FileSource(tmp_path / "audio/b.wav", 0.1, 1 / 3, {"bars": 3}), ""))
    file = write_manifest(Corpus(tracks, "here"), tmp_path / "tables/m.csv")
    assert "../audio/a.wav" in file.read_text(encoding="utf-8")
    back = manifest_corpus(path=file)
    for track, again in zip(tracks, back):
        assert (again.name, again.labels, again.group, again.split) == (
            track.name, track.labels, track.group, track.split)
        assert again.source.notes == track.source.notes
        assert (again.source.start, again.source.duration) == (track.source.start, track.source.duration)
        assert again.source.path.samefile(track.source.path)
    assert [path.name for path in (tmp_path / "tables").iterdir()] == ["m.csv"]


def test_only_files_stand_in_a_manifest(tmp_path):
    with pytest.raises(InputError, match="export"):
        write_manifest(palos_corpus(clips=1), tmp_path / "m.csv")
    track = Track("a", ("rock;pop",), "g", FileSource(tmp_path / "a.wav"))
    with pytest.raises(InputError, match="';'"):
        write_manifest(Corpus((track,), "here"), tmp_path / "m.csv")
    assert not list(tmp_path.iterdir())


def test_a_folder_with_a_manifest_is_what_that_says_unless_a_group_is_asked_for(tmp_path):
    (tmp_path / "manifest.csv").write_text("path,label,group,split\n")
    assert corpus_table(str(tmp_path)) == {"kind": "manifest", "path": str(tmp_path / "manifest.csv")}
    assert corpus_table(str(tmp_path), group="file")["kind"] == "folder"


def test_another_annotation_is_another_corpus_of_the_same_sounds(make):
    def corpus(tempo):
        return manifest_corpus(path=make(f"{HEADER},tempo", f"x.wav,a,g1,,{tempo}", "y.wav,a,g2,,"))

    slow, fast = corpus(90), corpus(120)
    assert slow.digest() == corpus(90).digest() != fast.digest()
    assert slow.digest(known=False) == fast.digest(known=False)
    assert manifest_corpus(path=make(HEADER, "x.wav,a,g1,", "y.wav,a,g2,")).digest() == slow.digest(known=False)


def test_a_rendered_corpus_is_named_by_its_rows_and_sounds_alone():
    corpus = palos_corpus(clips=12, duration=2.0)
    assert corpus.tracks[0].source.annotations()
    rows = [[track.name, track.labels, track.group, track.split, track.source.key()] for track in corpus]
    assert corpus.digest() == hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:16]
