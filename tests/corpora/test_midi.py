"""MIDI files as sounds: what is written is what is heard, and what is no MIDI is one line."""

import struct
from pathlib import Path

import numpy as np
import pretty_midi
import pytest

from escucha.audio.clip import Clip
from escucha.corpora.midi import MAX_BYTES, MidiSource, list_midi
from escucha.corpora.rendering.calibration import DRUM, PROGRAM, decibels
from escucha.corpora.rendering.levels import LEVELS
from escucha.errors import InputError

A4 = 69


def midi(path: Path, notes, *, program: int = 24, drums=(), late: float = 0.0) -> Path:
    """A file of (start, end, pitch) notes on one instrument, and of (start, drum)."""
    song = pretty_midi.PrettyMIDI()
    tune, kit = pretty_midi.Instrument(program), pretty_midi.Instrument(0, is_drum=True)
    tune.notes = [pretty_midi.Note(100, pitch, late + start, late + end) for start, end, pitch in notes]
    kit.notes = [pretty_midi.Note(100, drum, late + start, late + start + .1) for start, drum in drums]
    song.instruments = [tune, kit]
    path.parent.mkdir(parents=True, exist_ok=True)
    song.write(str(path))
    return path


def pitch(clip: Clip) -> float:
    """Hz of the strongest bin."""
    power = np.abs(np.fft.rfft(clip.wave * np.hanning(len(clip.wave)), 4 * len(clip.wave)))
    return float(power.argmax() * clip.rate / (4 * len(clip.wave)))


def level(wave: np.ndarray) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(np.square(wave))) + 1e-9))


def test_pitch_start_and_length_are_those_of_the_file(tmp_path):
    source = MidiSource(midi(tmp_path / "canción.mid", [(0, .8, A4), (1.5, 2.3, A4 + 12)], program=73, late=3.0))
    clip = source.clip()
    assert pitch(clip.cut(.2, .5)) == pytest.approx(440, rel=.01)
    assert pitch(clip.cut(1.7, .5)) == pytest.approx(880, rel=.01)
    assert level(clip.cut(.2, .5).wave) > level(clip.cut(1.25, .2).wave) + 12  # the pause is heard as one
    assert clip.duration == pytest.approx(2.42, abs=.05)
    assert source.annotations() == {"sources": ["flute"], "onsets": {"flute": [0.0, 1.5]}, "programs": [73]}


def test_stems_are_the_instruments_and_sum_to_the_clip(tmp_path):
    source = MidiSource(midi(tmp_path / "a.mid", [(0, 1, 60)], drums=[(.5, 38), (1.0, 56)]))
    stems = source.stems()
    assert list(stems) == ["acoustic-guitar-(nylon)", "drums", "rest"]
    np.testing.assert_array_equal(sum(stem.wave for stem in stems.values()), source.clip().wave)
    drums = stems["drums"]
    assert np.abs(drums.cut(0, .45).wave).max() < 1e-3 < .05 < np.abs(drums.cut(.5, .3).wave).max()


def test_one_program_plays_every_melodic_track_and_leaves_the_drums(tmp_path):
    file = midi(tmp_path / "a.mid", [(0, 1, A4)], program=0, drums=[(0, 38)])
    piano, flute = MidiSource(file), MidiSource(file, program=73)
    assert list(flute.stems()) == ["flute", "drums", "rest"]
    np.testing.assert_array_equal(piano.stems()["drums"].wave, flute.stems()["drums"].wave)
    assert len({piano.key(), flute.key(), MidiSource(file, room=1).key(), MidiSource(file, duration=1.0).key()}) == 4


def test_the_key_follows_the_files_bytes_and_not_its_name(tmp_path):
    one, same = (midi(tmp_path / name, [(0, 1, A4)]) for name in ("a.mid", "b.mid"))
    assert MidiSource(one).key() == MidiSource(same).key()
    assert MidiSource(midi(tmp_path / "c.mid", [(0, 1, A4 + 1)])).key() != MidiSource(one).key()


def test_a_long_note_sounds_to_its_end_and_a_long_file_is_cut(tmp_path):
    file = midi(tmp_path / "organ.mid", [(0, 9, 60), (20, 21, 60)], program=16)
    clip = MidiSource(file, duration=12.0).clip()
    assert clip.duration == 12.0 or clip.duration == pytest.approx(9.12, abs=.05)
    assert level(clip.cut(8.0, .5).wave) > level(clip.cut(1.0, .5).wave) - 3
    assert MidiSource(file, duration=2.0).clip().duration == 2.0


@pytest.mark.parametrize("program", [program for program in range(0, 112, 7) if program not in LEVELS])
def test_programs_that_no_table_lists_come_to_the_same_level(program, tmp_path):
    clip = MidiSource(midi(tmp_path / "a.mid", [(0, .5, 60)], program=program)).stems()
    loud = level(next(iter(clip.values())).cut(0, .4).wave)
    assert loud == pytest.approx(PROGRAM - 6, abs=4)  # -6 dB for the mix


def test_drums_that_no_table_lists_are_heard():
    from escucha.corpora.rendering.note import Note
    from escucha.corpora.rendering.sound import sound

    for drum in (35, 36, 49, 70):
        assert level(sound(Note(0, 0, drum, 112, .5, kit=True))[:4410]) == pytest.approx(DRUM, abs=4)
    assert decibels(24, 60, kit=False) == LEVELS[24]  # what is in the table stays as it was


def broken(path: Path, kind: str) -> Path:
    good = midi(path, [(0, 1, A4)]).read_bytes()
    path.write_bytes({"text": b"not a song", "empty": b"", "cut off": good[:len(good) - 20],
                      "header alone": good[:14], "no division": good[:12] + b"\x00\x00" + good[14:],
                      "huge": good + bytes(MAX_BYTES), "far": good[:14] + b"MTrk" + struct.pack(">I", 9)
                      + b"\xff\xff\xff\x7f\x90\x45\x40\x00\xff"}[kind])
    return path


@pytest.mark.parametrize(("kind", "says"), [
    ("text", "is no MIDI file"), ("empty", "is no MIDI file"), ("cut off", "cannot be read as MIDI"),
    ("header alone", "cannot be read as MIDI|holds no notes"), ("huge", "above the limit of"),
    ("no division", "cannot be read as MIDI|holds no notes"), ("far", "cannot be read as MIDI")])
def test_what_is_no_midi_is_one_line(tmp_path, kind, says):
    with pytest.raises(InputError, match=says) as told:
        MidiSource(broken(tmp_path / "mal.mid", kind)).clip()
    assert "mal.mid" in str(told.value)


def test_files_without_notes_or_with_too_many(tmp_path, monkeypatch):
    with pytest.raises(InputError, match=r"holds no notes; take it out"):
        MidiSource(midi(tmp_path / "none.mid", [])).annotations()
    monkeypatch.setattr("escucha.corpora.midi.MAX_NOTES", 60)
    many = midi(tmp_path / "many.mid", [(number / 10, number / 10 + .05, 60) for number in range(100)])
    with pytest.raises(InputError, match=r"more than 60 notes in its first 8 s"):
        MidiSource(many, duration=8.0).clip()
    assert MidiSource(many, duration=2.0).clip().duration == 2.0


def test_folders_are_listed_and_checked_without_reading_notes(tmp_path):
    files = [midi(tmp_path / name, [(0, 1, A4)]) for name in ("a.mid", "más/b.MIDI")]
    midi(tmp_path / ".hidden" / "c.mid", [(0, 1, A4)])
    assert list_midi(tmp_path) == files
    with pytest.raises(InputError, match="there is no folder"):
        list_midi(tmp_path / "nowhere")
    broken(tmp_path / "d.mid", "text")
    with pytest.raises(InputError, match=r"d\.mid is no MIDI file"):
        list_midi(tmp_path)
    (tmp_path / "none").mkdir()
    with pytest.raises(InputError, match="no MIDI in"):
        list_midi(tmp_path / "none")
