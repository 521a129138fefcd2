"""Files and folders as tracks: what they are called, which label a folder gives, what their groups are."""

import pytest

from escucha.errors import InputError
from escucha.experiments.clips.gathering import gathered

KNOWN = ("bulerias", "alegrias")


@pytest.fixture
def root(tmp_path):
    """Files by their suffix; none is opened."""
    for name in ("Bulerías/camaron_1.wav", "Bulerías/live/camaron_1.wav", "alegrias/mellizo_1.mp3", "rumba/one.flac",
                 "loose.wav", "notes.txt", ".hidden.wav", "loose.stems/guitar.wav"):
        (tmp_path / "music" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "music" / name).write_bytes(b"")
    return tmp_path / "music"


def test_two_files_of_one_name_are_two_tracks_called_by_their_place(root):
    found = gathered([root], known=KNOWN)
    assert [track.name for track in found] == [
        "Bulerías/camaron_1.wav", "Bulerías/live/camaron_1.wav", "alegrias/mellizo_1.mp3", "loose.wav",
        "rumba/one.flac"]
    assert len({track.group for track in found}) == 5  # each by itself


def test_a_folder_called_like_a_label_gives_it_at_any_depth(root):
    labels = {track.name: track.labels for track in gathered([root], known=KNOWN)}
    assert labels["Bulerías/camaron_1.wav"] == labels["Bulerías/live/camaron_1.wav"] == ("bulerias",)
    assert labels["alegrias/mellizo_1.mp3"] == ("alegrias",)
    assert labels["rumba/one.flac"] == labels["loose.wav"] == ()


def test_groups_are_told_by_a_pattern_or_by_folders(root):
    files = [root / "Bulerías" / "camaron_1.wav", root / "alegrias" / "mellizo_1.mp3"]
    assert [track.group for track in gathered(files, known=KNOWN, group="^([^_]+)_")] == ["camaron", "mellizo"]
    with pytest.raises(InputError, match="is not found in the name"):
        gathered([root], known=KNOWN, group="^([^_]+)_")
    with pytest.raises(InputError, match="did you mean 'parent'"):
        gathered([root], known=KNOWN, group="parents")


def test_words_are_files_folders_and_patterns_each_file_once(root):
    song = root / "loose.wav"
    names = [track.name for track in gathered([song, root / "rumba", str(root / "*.wav"), song], known=KNOWN)]
    assert names == ["loose.wav", "rumba/one.flac"]
    assert gathered([song], known=KNOWN, start=1.0, duration=2.0)[0].source.duration == 2.0


@pytest.mark.parametrize("words", [["empty"], ["nowhere/*.mp3"], ["texts"]])
def test_where_there_is_no_audio_one_line_says_so(tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "song.txt").write_text("not audio")
    with pytest.raises(InputError, match="no audio"):
        gathered(words, known=KNOWN)
