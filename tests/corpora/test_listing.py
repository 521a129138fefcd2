"""Which files words name."""

import pytest

from escucha.corpora.listing import find_audio
from escucha.errors import InputError


@pytest.fixture
def songs(tmp_path):
    for name in ("a/uno.wav", "a/b/dos ñ.mp3", "a/b/notes.txt", "tres [live].wav", ".hidden.wav", "a/b/c/cuatro.FLAC"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "empty").mkdir()
    return tmp_path


@pytest.mark.parametrize(("words", "found"), [
    (["a"], ["a/b/c/cuatro.FLAC", "a/b/dos ñ.mp3", "a/uno.wav"]),
    (["a/*.wav"], ["a/uno.wav"]),
    (["**/*"], ["a/b/c/cuatro.FLAC", "a/b/dos ñ.mp3", "a/uno.wav", "tres [live].wav"]),
    (["**/*.mp3"], ["a/b/dos ñ.mp3"]),
    (["?"], ["a/b/c/cuatro.FLAC", "a/b/dos ñ.mp3", "a/uno.wav"]),
    (["tres [live].wav"], ["tres [live].wav"]),
    (["a/uno.wav", "a/*.wav", "a/b/notes.txt", "missing.wav"], ["a/uno.wav", "a/b/notes.txt", "missing.wav"]),
])
def test_files_folders_and_patterns(songs, monkeypatch, words, found):
    monkeypatch.chdir(songs)
    assert sorted(path.as_posix() for path in find_audio(words)) == sorted(found)


@pytest.mark.parametrize(("word", "says"), [("empty", "no audio in empty"), ("*.ogg", "no audio fits"),
                                            ("empt*", "no audio fits")])
def test_what_names_nothing_is_said(songs, monkeypatch, word, says):
    monkeypatch.chdir(songs)
    with pytest.raises(InputError, match=says):
        find_audio(["a", word])
