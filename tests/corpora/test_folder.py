"""Folders: labels from their names, groups as stated and never guessed, sounds only when asked for."""

import os
import unicodedata

import numpy as np
import pytest

from escucha.audio import io
from escucha.audio.clip import Clip
from escucha.corpora.folder import FileSource, folder_corpus, list_audio
from escucha.errors import InputError


def put(root, *names):
    """Files that are audio by their name only: a corpus does not open them."""
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()


def test_labels_are_folders_and_files_are_not_opened(tmp_path):
    put(tmp_path, "blues/blues.00001.wav", "blues/blues.00000.au", "jazz/a.MP3", "jazz/cover.jpg", "jazz/._a.mp3",
        "README.txt")
    corpus = folder_corpus(path=tmp_path, group="file")
    assert [(track.name, track.label, track.split) for track in corpus] == [
        ("blues-blues.00000", "blues", ""), ("blues-blues.00001", "blues", ""), ("jazz-a", "jazz", "")]
    assert len({track.group for track in corpus}) == 3


def test_without_a_group_the_choices_are_explained(tmp_path):
    put(tmp_path, "blues/a.wav")
    with pytest.raises(InputError, match=r'group = "parent".*regular expression.*"file"'):
        folder_corpus(path=tmp_path)


def test_groups_by_parent_are_people_whatever_they_play(tmp_path):
    put(tmp_path, "bulerias/camaron/1.mp3", "bulerias/camaron/live/2.mp3", "alegrias/camaron/3.mp3",
        "alegrias/carmen/4.mp3")
    groups = {track.name: track.group for track in folder_corpus(path=tmp_path, group="parent")}
    assert groups == {"alegrias-camaron-3": "camaron", "alegrias-carmen-4": "carmen", "bulerias-camaron-1": "camaron",
                      "bulerias-camaron-live-2": "live"}
    put(tmp_path, "alegrias/5.mp3")
    with pytest.raises(InputError, match=r"5\.mp3"):
        folder_corpus(path=tmp_path, group="parent")


def test_groups_by_a_pattern_in_the_name(tmp_path):
    put(tmp_path, "bulerias/camaron_01.mp3", "bulerias/camaron_02.mp3", "bulerias/carmen_01.mp3")
    corpus = folder_corpus(path=tmp_path, group="^([^_]+)_")
    assert [track.group for track in corpus] == ["camaron", "camaron", "carmen"]
    put(tmp_path, "bulerias/unknown.mp3")
    with pytest.raises(InputError, match=r"unknown\.mp3"):
        folder_corpus(path=tmp_path, group="^([^_]+)_")


@pytest.mark.parametrize(("group", "word"), [("parents", "did you mean 'parent'"), ("(a)(b)", "2 brackets"),
                                             ("(?:a)", "0 brackets"), ("(a", "regular expression")])
def test_a_group_that_is_none_of_these_is_said(tmp_path, group, word):
    put(tmp_path, "blues/a.wav")
    with pytest.raises(InputError, match=word):
        folder_corpus(path=tmp_path, group=group)


def test_splits_are_folders_above_the_labels(tmp_path):
    put(tmp_path, "train/blues/ana/1.wav", "train/jazz/eva/1.wav", "test/blues/leo/1.wav")
    corpus = folder_corpus(path=tmp_path, group="parent")
    assert {track.name: track.split for track in corpus} == {
        "test-blues-leo-1": "test", "train-blues-ana-1": "train", "train-jazz-eva-1": "train"}
    assert [track.group for track in folder_corpus(path=tmp_path, group="parent", split="test")] == ["leo"]
    with pytest.raises(InputError, match="unknown split 'valid'"):
        folder_corpus(path=tmp_path, group="parent", split="valid")
    put(tmp_path, "test/jazz/ana/9.wav")
    with pytest.raises(InputError, match="group 'ana'"):
        folder_corpus(path=tmp_path, group="parent")


def test_a_split_of_a_folder_without_splits_says_how_to_make_one(tmp_path):
    put(tmp_path, "blues/a.wav")
    with pytest.raises(InputError, match="no splits"):
        folder_corpus(path=tmp_path, group="file", split="test")


def test_folders_of_another_shape_are_said(tmp_path):
    with pytest.raises(InputError, match="no folder"):
        folder_corpus(path=tmp_path / "none", group="file")
    with pytest.raises(InputError, match="holds no folders"):
        folder_corpus(path=tmp_path, group="file")
    (tmp_path / "blues").mkdir()
    with pytest.warns(UserWarning, match="blues holds no audio"), pytest.raises(InputError, match="no audio"):
        folder_corpus(path=tmp_path, group="file")
    put(tmp_path, "blues/a.wav", "stray.wav")
    with pytest.raises(InputError, match=r"stray\.wav"):
        folder_corpus(path=tmp_path, group="file")


def test_audio_to_predict_needs_no_labels(tmp_path):
    put(tmp_path, "b.mp3", "a/c.wav", "a/c.stems/guitar.wav", ".hidden/d.wav", "notes.txt")
    (tmp_path / "empty").mkdir()
    assert list_audio(tmp_path) == [tmp_path / "a/c.wav", tmp_path / "b.mp3"]
    assert list_audio(tmp_path / "notes.txt") == [tmp_path / "notes.txt"]
    with pytest.raises(InputError, match="no audio"):
        list_audio(tmp_path / "empty")
    with pytest.raises(InputError, match="no file or folder"):
        list_audio(tmp_path / "none")


def test_a_source_is_its_part_with_its_stems(tmp_path):
    chance = np.random.default_rng(0)
    stems = {name: Clip(chance.normal(0, 0.1, 8000), 8000) for name in ("guitar", "palmas")}
    mix = Clip(stems["guitar"].wave + stems["palmas"].wave, 8000)
    (tmp_path / "a.stems").mkdir()
    io.write(tmp_path / "a.wav", mix, exact=True)
    for name, clip in stems.items():
        io.write(tmp_path / f"a.stems/{name}.wav", clip, exact=True)
    source = FileSource(tmp_path / "a.wav", 0.25, 0.5, {"tempo": 120})
    np.testing.assert_array_equal(source.clip().wave, mix.wave[2000:6000])
    np.testing.assert_allclose(sum(clip.wave for clip in source.stems().values()), source.clip().wave, atol=1e-7)
    assert source.annotations() == {"tempo": 120}
    (tmp_path / "b").mkdir()
    io.write(tmp_path / "b/b.wav", mix, exact=True)
    assert FileSource(tmp_path / "b/b.wav").stems() == {}
    hash(source)


def test_the_key_is_of_the_bytes_and_the_part(tmp_path):
    for name, peak in (("a", 0.5), ("b", 0.5), ("c", 0.4)):
        io.write(tmp_path / f"{name}.wav", Clip(np.full(800, peak), 8000))
    key = FileSource(tmp_path / "a.wav").key()
    assert FileSource(tmp_path / "b.wav", notes={"mode": "major"}).key() == key
    others = [FileSource(tmp_path / "c.wav"), FileSource(tmp_path / "a.wav", 0.05),
              FileSource(tmp_path / "a.wav", 0.0, 0.05)]
    assert len({key, *(other.key() for other in others)}) == 4


def test_the_error_of_a_sound_comes_when_it_is_asked_for(tmp_path):
    put(tmp_path, "blues/a.wav")
    (track,) = folder_corpus(path=tmp_path, group="file")
    with pytest.raises(InputError, match=r"a\.wav is empty"):
        track.source.clip()


def test_real_music_in_the_layout_of_gtzan(tmp_path, shared):
    for label, name in (("jazz", "vibe-ace"), ("jazz", "solo-trumpet"), ("folk", "lets-go-fishin")):
        (tmp_path / label).mkdir(exist_ok=True)
        (tmp_path / label / f"{name}.ogg").symlink_to(shared / f"audio/{name}.ogg")
    corpus = folder_corpus(path=tmp_path, group="file")
    assert corpus.labels == ("folk", "jazz")
    assert [round(track.source.clip().duration, 1) for track in corpus] == [133.0, 5.3, 61.5]


def test_folders_with_accents_are_the_labels_of_a_card(tmp_path):
    put(tmp_path, "Bulerías/1.mp3", "ALEGRIAS/1.mp3", "Fandangos de Huelva/1.mp3", "Tangos 2/1.mp3", "tangos/1.mp3")
    corpus = folder_corpus(path=tmp_path, group="file", labels={"Tangos 2": "tangos"})
    assert corpus.labels == ("alegrias", "bulerias", "fandangos-de-huelva", "tangos")
    assert sum(track.label == "tangos" for track in corpus) == 2
    decomposed = unicodedata.normalize("NFD", "Soleá")  # as some disks spell it
    put(tmp_path, f"{decomposed}/1.mp3")
    assert "soleares" in folder_corpus(path=tmp_path, group="file", labels={"Soleá": "soleares"}).labels
    with pytest.raises(InputError, match=r"unknown label to rename 'Tangos 3' .*did you mean 'Tangos 2'"):
        folder_corpus(path=tmp_path, group="file", labels={"Tangos 3": "tangos"})
    with pytest.raises(InputError, match="should give 'tangos' a name"):
        folder_corpus(path=tmp_path, group="file", labels={"tangos": ""})


def test_a_link_that_leads_nowhere_is_listed_and_named_when_it_is_read(tmp_path):
    put(tmp_path, "b.mp3")
    (tmp_path / "a.wav").symlink_to("moved/a.wav")
    found = list_audio(tmp_path)
    assert found == [tmp_path / "a.wav", tmp_path / "b.mp3"]
    with pytest.raises(InputError, match=r"there is no file .*a\.wav"):
        FileSource(found[0]).clip()


def test_a_folder_that_may_not_be_looked_into_is_said(tmp_path, monkeypatch):
    put(tmp_path, "b.mp3", "closed/a.wav")
    look = os.scandir

    def refused(path):
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return look(path)

    monkeypatch.setattr(os, "scandir", refused)
    with pytest.warns(UserWarning, match=r"closed cannot be looked into \(Permission denied\) and is passed over"):
        assert list_audio(tmp_path) == [tmp_path / "b.mp3"]


def test_stems_beside_a_file_are_part_of_what_a_corpus_is(tmp_path):
    put(tmp_path, "blues/a.wav", "blues/b.wav")
    digests = [folder_corpus(path=tmp_path, group="file").digest()]
    (tmp_path / "blues/a.stems").mkdir()
    assert folder_corpus(path=tmp_path, group="file").digest() == digests[0]
    for name, sound in (("guitar", b"one"), ("voice", b"one"), ("voice", b"another")):
        (tmp_path / f"blues/a.stems/{name}.wav").write_bytes(sound)
        digests.append(folder_corpus(path=tmp_path, group="file").digest())
    (tmp_path / "blues/a.stems/voice.wav").unlink()
    assert folder_corpus(path=tmp_path, group="file").digest() == digests[1]
    assert len(set(digests)) == 4
