"""Export: rendered clips as files that sum as before, made once and finished after a stop."""

import numpy as np
import pytest
import soundfile

from escucha.corpora import export as module
from escucha.corpora.corpus import Corpus, Track
from escucha.corpora.export import export
from escucha.corpora.folder import FileSource, folder_corpus
from escucha.corpora.manifest import manifest_corpus
from escucha.corpora.palos import palos_corpus
from escucha.errors import InputError


@pytest.fixture(scope="module")
def rendered():
    return palos_corpus(clips=3, duration=2.0)


def test_what_is_exported_is_the_corpus(rendered, tmp_path):
    file = export(rendered, tmp_path / "out", stems=True)
    back = manifest_corpus(path=file)
    for track, again in zip(rendered, back, strict=True):
        assert (again.name, again.labels, again.group, again.split) == (
            track.name, track.labels, track.group, track.split)
        clip, stems = track.source.clip(), again.source.stems()
        np.testing.assert_array_equal(again.source.clip().wave, clip.wave)
        assert sorted(track.source.stems()) == list(stems)
        np.testing.assert_allclose(sum(stem.wave for stem in stems.values()), clip.wave, atol=1e-6)
        assert again.source.annotations() == {
            name: value for name, value in track.source.annotations().items() if name != "duration"}
    assert {track.name for track in folder_corpus(path=tmp_path / "out", group="file")} == {
        f"{track.label}-{track.name}" for track in rendered}


def test_a_stop_is_made_good_and_what_is_there_is_not_made_again(rendered, tmp_path, monkeypatch):
    made = []
    write = module._write

    def counted(track, file, *, stems):
        if len(made) == 2:
            raise KeyboardInterrupt
        made.append(track.name)
        write(track, file, stems=stems)

    monkeypatch.setattr(module, "_write", counted)
    with pytest.raises(KeyboardInterrupt):
        export(rendered, tmp_path)
    assert not (tmp_path / "manifest.csv").exists()
    with (tmp_path / module.JOURNAL).open("ab") as stream:
        stream.write(b'\n3\n{}\n[["a"], 1, 2]\n\xff\n["broken o')  # edited by hand; killed while writing
    made.clear()
    assert len(manifest_corpus(path=export(rendered, tmp_path))) == 3
    assert made == [rendered.tracks[2].name]
    made.clear()
    export(rendered, tmp_path)
    assert made == []


def test_a_changed_source_is_made_again_and_loses_its_old_stems(tmp_path):
    def tracks(number):
        return Corpus((Track("one", ("x",), "g", palos_corpus(clips=3, duration=1.0).tracks[number].source),), "one")

    export(tracks(0), tmp_path, stems=True)
    first = (tmp_path / "x/one.wav").read_bytes()
    (tmp_path / "x/one.stems/kazoo.wav").write_bytes(first)
    file = export(tracks(1), tmp_path, stems=True)
    assert (tmp_path / "x/one.wav").read_bytes() != first
    (track,) = manifest_corpus(path=file)
    assert sorted(track.source.stems()) == sorted(tracks(1).tracks[0].source.stems())


def test_names_that_would_leave_the_folder_are_refused(tmp_path):
    for name, label in (("../one", "x"), ("one", "../x"), ("one", ".x")):
        corpus = Corpus((Track(name, (label,), "g", FileSource(tmp_path / "a.wav")),), "one")
        (tmp_path / "a.wav").write_bytes(b"sound")
        with pytest.raises(InputError, match="rename"):
            export(corpus, tmp_path / "out")
    with pytest.raises(InputError, match="is a file"):
        export(corpus, tmp_path / "a.wav")


def test_what_cannot_be_read_is_left_out(rendered, tmp_path):
    (tmp_path / "bad.wav").write_bytes(b"RIFF" + bytes(60))
    bad = Track("bad", ("x",), "g", FileSource(tmp_path / "bad.wav"))
    with pytest.warns(UserWarning, match=r"1 of 2 clips of one .* left out: .*bad\.wav"):
        file = export(Corpus((bad, rendered.tracks[0]), "one"), tmp_path / "out")
    assert [track.name for track in manifest_corpus(path=file)] == [rendered.tracks[0].name]
    with pytest.raises(InputError, match="1 of 1 clips"):
        export(Corpus((bad,), "one"), tmp_path / "none")
    assert not (tmp_path / "none/manifest.csv").exists()


def test_a_recording_is_not_replaced_by_its_own_copy(tmp_path):
    (tmp_path / "a").mkdir()
    soundfile.write(tmp_path / "a" / "1.wav", np.full(800, 0.5), 8000, subtype="PCM_16")
    before = (tmp_path / "a" / "1.wav").read_bytes()
    (tmp_path / "list.csv").write_text("path,label,group,split,name\na/1.wav,a,g,,1\n")
    with pytest.raises(InputError, match=r"1\.wav is a recording of the corpus itself"):
        export(manifest_corpus(path=tmp_path / "list.csv"), tmp_path)
    assert (tmp_path / "a" / "1.wav").read_bytes() == before
    assert not (tmp_path / "manifest.csv").exists()
