"""The form of files, written in forms that are known."""

import numpy as np
import pytest
import soundfile

from escucha.audio.form import Form, form


@pytest.mark.parametrize(("name", "subtype", "rate", "channels", "bits"), [
    ("a.wav", "PCM_24", 8000, 2, 24), ("b.flac", "PCM_16", 44100, 1, 16), ("c.wav", "FLOAT", 22050, 1, 32),
    ("d.mp3", "MPEG_LAYER_III", 44100, 2, 0), ("e.ogg", "VORBIS", 16000, 1, 0)])
def test_a_file_tells_its_form(tmp_path, name, subtype, rate, channels, bits):
    soundfile.write(tmp_path / name, np.zeros((5000, channels)), rate, subtype=subtype)
    assert form(tmp_path / name) == Form(rate, bits, channels)


def test_what_is_no_sound_has_none(tmp_path):
    (tmp_path / "b.wav").write_text("words", encoding="utf-8")
    assert form(tmp_path / "b.wav") is None
    assert form(tmp_path / "nowhere.wav") is None
