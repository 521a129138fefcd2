"""Public data sets known by their names: what a name says is read, what it does not say is not guessed."""

import pytest

from escucha.corpora.conventions import public_palos
from escucha.corpora.irmas import irmas_folder
from escucha.corpora.vocalset import vocalset
from escucha.errors import InputError
from tests.corpora.test_folder import put


def rows(corpus):
    return {track.name: (track.labels, track.group, track.split) for track in corpus}


def test_public_palos_need_a_group_for_their_names_are_numbers(tmp_path):
    put(tmp_path, *(f"{palo}/{number}.mp3" for palo in ("alegrias", "Bulerías", "sevillanas") for number in range(25)))
    for wrong in ({}, {"group": "file", "block": 10}):
        with pytest.raises(InputError, match="do not say who plays"):
            public_palos(path=tmp_path, **wrong)
    corpus = public_palos(path=tmp_path, block=10)
    assert corpus.labels == ("alegrias", "bulerias", "sevillanas")
    groups = {track.name: track.group for track in corpus}
    assert len(set(groups.values())) == 9
    assert groups["alegrias-9"] != groups["alegrias-10"] == groups["alegrias-19"] != groups["sevillanas-10"]
    assert len({track.group for track in public_palos(path=tmp_path, group="file")}) == 75


def test_other_folders_are_not_public_palos(tmp_path):
    put(tmp_path, "alegrias/0.mp3", "blues/0.mp3")
    with pytest.raises(InputError, match="unknown palo 'blues'"):
        public_palos(path=tmp_path, block=10)
    put(tmp_path, "alegrias/camaron.mp3")
    with pytest.raises(InputError, match=r"camaron\.mp3 is not called by a number"):
        public_palos(path=tmp_path, block=10)


SUNG = ("female1/scales/straight/f1_scales_straight_a.wav", "female1/arpeggios/vocal_fry/f1_arpeggios_vocal_fry_e.wav",
        "male11/long_tones/forte/m11_long_forte_o(1).wav", "male2/scales/fast_forte/m2_scales_c_fast_forte_u.wav",
        "male2/excerpts/vibrato/m2_row_vibrado.wav")


def test_vocalset_by_technique_with_the_singer_as_group(tmp_path):
    put(tmp_path, *(f"data_by_singer/{name}" for name in SUNG), "data_by_technique/straight/f1_scales_straight_a.wav")
    corpus = vocalset(path=tmp_path)
    assert [(track.label, track.group) for track in corpus] == [
        ("vocal_fry", "f1"), ("straight", "f1"), ("forte", "m11"), ("vibrato", "m2"), ("fast_forte", "m2")]
    assert corpus.tracks[0].source.annotations() == {
        "singer": "f1", "gender": "female", "technique": "vocal_fry", "context": "arpeggios", "vowel": "e"}


def test_vocalset_by_other_labels_and_in_one_heap(tmp_path):
    put(tmp_path, *(name.split("/")[-1] for name in SUNG))
    with pytest.warns(UserWarning, match=r"1 of 5 files .* says no technique; they are left out: m2_row_vibrado"):
        assert [track.label for track in vocalset(path=tmp_path)] == [
            "vocal_fry", "straight", "forte", "fast_forte"]
    with pytest.warns(UserWarning, match="says no vowel"):
        assert [track.label for track in vocalset(path=tmp_path, label="vowel")] == ["e", "a", "o", "u"]
    assert set(vocalset(path=tmp_path, label="gender").labels) == {"female", "male"}


def test_vocalset_with_its_own_lists_of_singers(tmp_path):
    put(tmp_path, *(f"FULL/{name}" for name in SUNG))
    (tmp_path / "train_singers_technique.txt").write_text("female1\nmale2\n")
    (tmp_path / "test_singers_technique.txt").write_text("male11\n")
    assert [track.group for track in vocalset(path=tmp_path, split="test")] == ["m11"]
    (tmp_path / "test_singers_technique.txt").write_text("singer 11\n")
    with pytest.raises(InputError, match=r"'singer' in .*test_singers_technique\.txt is no singer"):
        vocalset(path=tmp_path)


def test_names_of_another_kind_are_said(tmp_path):
    put(tmp_path, "blues/a.wav")
    for kind in (vocalset, irmas_folder):
        with pytest.raises(InputError, match="named as this kind expects"):
            kind(path=tmp_path)
        with pytest.raises(InputError, match="no folder"):
            kind(path=tmp_path / "none")


@pytest.fixture
def irmas(tmp_path):
    put(tmp_path, *(f"IRMAS-TrainingData/{name}" for name in (
        "gel/[gel][dru][pop_roc]0829__1.wav", "gel/[gel][dru][pop_roc]0829__2.wav", "cel/[cel][cla]0001__1.wav",
        "sax/008__[sax][nod][jaz_blu]1686__1.wav")))
    put(tmp_path, "IRMAS-TestingData-Part1/Part1/02 - And The Body Will Die-8.wav")
    (tmp_path / "IRMAS-TestingData-Part1/Part1/02 - And The Body Will Die-8.txt").write_text("gel\t\nvoi\t\n")
    return tmp_path


def test_irmas_folders_with_recordings_as_groups_and_several_labels_in_the_test(irmas):
    corpus = irmas_folder(path=irmas)
    assert sorted((track.labels, track.group, track.split) for track in corpus) == [
        (("cel",), "recording-0001", "train"), (("gel",), "recording-0829", "train"),
        (("gel",), "recording-0829", "train"), (("gel", "voi"), "test-02 - And The Body Will Die", "test"),
        (("sax",), "recording-1686", "train")]
    notes = {track.group: track.source.annotations() for track in corpus.split("train")}
    assert notes["recording-0829"] == {"genre": "pop_roc", "drums": True}
    assert notes["recording-1686"] == {"genre": "jaz_blu", "drums": False}
    assert notes["recording-0001"] == {"genre": "cla"}


def test_irmas_by_genre_and_without_annotations(irmas):
    with pytest.warns(UserWarning, match=r"1 of 5 files .* says no genre"):
        assert irmas_folder(path=irmas, label="genre", split="train").labels == ("cla", "jaz_blu", "pop_roc")
    (irmas / "IRMAS-TestingData-Part1/Part1/02 - And The Body Will Die-8.txt").write_text("gel\nkazoo\n")
    with pytest.raises(InputError, match=r"unknown instrument 'kazoo' in .*Die-8\.txt"):
        irmas_folder(path=irmas)
