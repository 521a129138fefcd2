"""Files: what is written is read, a part is the same part, and what is broken is said in one line."""

import io as memory
import math
import os
import shutil
import signal
import subprocess

import numpy as np
import pytest
import soundfile

from escucha.audio import ffmpeg, io
from escucha.audio.clip import Clip
from escucha.errors import InputError

needs_ffmpeg = pytest.mark.skipif(not ffmpeg.installed(), reason="needs ffmpeg and ffprobe on the path")


def tone(frequency=440.0, seconds=1.0, rate=22050, peak=0.5):
    return Clip(peak * np.sin(2 * np.pi * frequency * np.arange(round(seconds * rate)) / rate), rate)


def strongest(clip):
    """Hz of the strongest bin."""
    spectrum = np.abs(np.fft.rfft(clip.wave * np.hanning(len(clip.wave))))
    return np.argmax(spectrum) * clip.rate / len(clip.wave)


@pytest.mark.parametrize(("suffix", "error"), [(".wav", 1e-4), (".flac", 1e-4), (".ogg", 0.03), (".mp3", 0.03)])
def test_what_is_written_is_read(tmp_path, suffix, error):
    clip = tone(seconds=2)
    assert io.write(tmp_path / f"a{suffix}", clip) == 0.0
    back = io.read(tmp_path / f"a{suffix}")
    assert (back.rate, len(back.wave)) == (22050, 44100)
    assert np.abs(back.wave - clip.wave)[2000:-2000].max() < error


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg", ".mp3"])
def test_a_part_is_the_same_part_of_the_whole(tmp_path, shared, suffix):
    io.write(tmp_path / f"a{suffix}", io.read(shared / "audio/vibe-ace.ogg", start=10, duration=8))
    whole = io.read(tmp_path / f"a{suffix}")
    part = io.read(tmp_path / f"a{suffix}", start=3.21, duration=1.5)
    assert len(part.wave) == 33075
    np.testing.assert_allclose(part.wave, whole.cut(3.21, 1.5).wave, atol=1e-6)


def test_only_the_part_that_is_asked_for_is_decoded(tmp_path):
    wave = np.zeros(40000, dtype=np.float32)
    wave[20000:] = np.nan  # would be an error if anything beyond the part were looked at
    soundfile.write(tmp_path / "a.wav", wave, 8000, subtype="FLOAT")
    assert io.read(tmp_path / "a.wav", start=1, duration=1.5).duration == 1.5


def test_a_part_that_runs_past_the_end_stops_there(tmp_path):
    io.write(tmp_path / "a.wav", tone(seconds=2))
    assert io.read(tmp_path / "a.wav", start=1.5, duration=10).duration == 0.5


def test_eight_channels_at_192_khz_become_their_mean(tmp_path):
    loud = tone(1000, rate=192000, peak=0.4).wave
    channels = np.stack([loud * weight for weight in np.arange(8) / 3.5], axis=1)  # the weights' mean is 1
    soundfile.write(tmp_path / "a.wav", channels, 192000, subtype="FLOAT")
    clip = io.read(tmp_path / "a.wav", rate=22050)
    expected = tone(1000, rate=22050, peak=0.4).wave
    assert (clip.rate, len(clip.wave)) == (22050, 22050)
    np.testing.assert_allclose(clip.wave[500:-500], expected[500:-500], atol=2e-3)


def test_resampling_keeps_a_tone_and_drops_what_the_new_rate_cannot_hold(tmp_path):
    both = Clip(tone(1000, rate=44100).wave + tone(9000, rate=44100, peak=0.3).wave, 44100)
    io.write(tmp_path / "a.wav", both, exact=True)
    for clip in (io.resample(both, 12000), io.read(tmp_path / "a.wav", rate=12000)):
        assert len(clip.wave) == 12000
        np.testing.assert_allclose(clip.wave[300:-300], tone(1000, rate=12000).wave[300:-300], atol=2e-3)


@pytest.mark.parametrize("count", [1, 7, 12345, 70001])
def test_read_and_resample_agree_on_the_last_sample(tmp_path, count):
    clip = Clip(np.random.default_rng(0).normal(0, 0.1, count), 44100)
    io.write(tmp_path / "a.wav", clip, exact=True)
    whole, read = io.resample(clip, 16000), io.read(tmp_path / "a.wav", rate=16000)
    assert len(whole.wave) == len(read.wave) == max(1, round(count * 16000 / 44100))
    np.testing.assert_allclose(whole.wave, read.wave, atol=1e-6)


@pytest.mark.parametrize("name", ["vibe-ace", "solo-trumpet"])
def test_real_music_has_its_length_at_any_rate(shared, name):
    file = shared / f"audio/{name}.ogg"
    info = soundfile.info(file)
    assert len(io.read(file, rate=12000).wave) == round(info.frames * 12000 / info.samplerate)


def _text(path):
    path.write_text("This is a shopping list, not music.\n" * 400)


def _playlist(path):
    io.write(path.with_name("secret.wav"), tone())
    path.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:1,\n{path.with_name('secret.wav')}\n#EXT-X-ENDLIST\n")


def _scrap(path):
    whole = path.with_name("whole.mp3")
    io.write(whole, tone(seconds=5))
    path.write_bytes(whole.read_bytes()[:500])


def _no_channels(path):
    soundfile.write(path, np.zeros(9), 8000)
    data = bytearray(path.read_bytes())
    data[22:24] = b"\0\0"
    path.write_bytes(data)


BROKEN = {
    "missing": ("a.wav", lambda path: None, "no file"),
    "folder": ("a.wav", lambda path: path.mkdir(), "folder"),
    "empty": ("a.mp3", lambda path: path.touch(), "empty"),
    "text as mp3": ("a.mp3", _text, "decode"),
    "text as m4a": ("a.m4a", _text, "decode"),
    "bytes as mp3": ("a.mp3", lambda path: path.write_bytes(np.random.default_rng(0).bytes(100_000)), "decode"),
    "playlist": ("a.m3u8", _playlist, "decode"),
    "playlist as mp4": ("a.mp4", _playlist, "decode"),
    "scrap of an mp3": ("a.mp3", _scrap, "decode"),
    "no samples": ("a.wav", lambda path: soundfile.write(path, np.zeros(0), 8000), "holds no samples"),
    "NaN": ("a.wav", lambda path: soundfile.write(path, np.array([0, np.nan, 0]), 8000, subtype="FLOAT"), "finite"),
    "no channels": ("a.wav", _no_channels, "decode"),
    "no scale": ("a.wav", lambda path: soundfile.write(path, np.full(9, 1e30), 8000, subtype="FLOAT"), r"1e\+30"),
    "infinite": ("a.wav", lambda path: soundfile.write(path, np.array([0, np.inf]), 8000, subtype="FLOAT"), "finite"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_cannot_be_read_is_said_in_one_line_and_nothing_else(tmp_path, capfd, case):
    name, make, word = BROKEN[case]
    make(tmp_path / name)
    with pytest.raises(InputError, match=word) as caught:
        io.read(tmp_path / name)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)
    assert capfd.readouterr().err == ""  # neither libmpg123's notes nor ffmpeg's


@pytest.mark.parametrize("span", [{"start": -1.0}, {"start": math.nan}, {"start": 2.0}, {"start": 1e308},
                                  {"duration": 0.0}, {"duration": -1.0}, {"duration": math.inf}, {"duration": 1e308}])
@pytest.mark.parametrize("suffix", [".wav", pytest.param(".m4a", marks=needs_ffmpeg)])
def test_a_span_outside_the_file_is_an_error(tmp_path, span, suffix):
    io.write(tmp_path / "b.wav", tone())
    if suffix == ".m4a":
        subprocess.run(["ffmpeg", "-v", "error", "-i", tmp_path / "b.wav", tmp_path / "b.m4a"], check=True)
    with pytest.raises(InputError, match="b\\."):
        io.read(tmp_path / f"b{suffix}", **span)


def test_a_wrong_rate_is_an_error(tmp_path):
    io.write(tmp_path / "a.wav", tone())
    with pytest.raises(InputError, match="above zero"):
        io.read(tmp_path / "a.wav", rate=0)


def test_a_truncated_mp3_is_read_as_far_as_it_goes_with_a_warning(tmp_path, shared, capfd):
    clip = io.read(shared / "audio/vibe-ace.ogg", duration=20)
    io.write(tmp_path / "whole.mp3", clip)
    data = (tmp_path / "whole.mp3").read_bytes()
    (tmp_path / "cut.mp3").write_bytes(data[:len(data) // 2])
    with pytest.warns(UserWarning, match="cut.mp3 is cut off"):
        half = io.read(tmp_path / "cut.mp3")
    whole = io.read(tmp_path / "whole.mp3")
    assert 7 < half.duration < 13
    np.testing.assert_allclose(half.wave[:-2000], whole.wave[:len(half.wave)][:-2000], atol=1e-6)
    with pytest.raises(InputError, match="cut off"):
        io.read(tmp_path / "cut.mp3", start=16, duration=2)
    assert "mpg123" not in capfd.readouterr().err


def test_too_long_and_too_large_are_said(tmp_path, monkeypatch):
    io.write(tmp_path / "a.wav", tone(seconds=3))
    monkeypatch.setattr(io, "MAX_SECONDS", 2.0)
    with pytest.raises(InputError, match="longer than 2 s"):
        io.read(tmp_path / "a.wav", rate=8000)
    assert io.read(tmp_path / "a.wav", start=1, duration=1).duration == 1
    monkeypatch.setattr(io, "MAX_BYTES", 1000)
    with pytest.raises(InputError, match="limit"):
        io.read(tmp_path / "a.wav", duration=1)


@needs_ffmpeg
def test_other_formats_go_through_ffmpeg_to_the_sample(tmp_path, shared):
    io.write(tmp_path / "a.wav", io.read(shared / "audio/vibe-ace.ogg", start=5, duration=8))
    subprocess.run(["ffmpeg", "-v", "error", "-i", tmp_path / "a.wav", "-ac", "2", tmp_path / "a.m4a"], check=True)
    whole = io.read(tmp_path / "a.m4a")
    assert abs(whole.duration - 8) < 0.1
    for start in (0.01, 3.0, 5.1234):
        part = io.read(tmp_path / "a.m4a", start=start, duration=1.5)
        np.testing.assert_allclose(part.wave, whole.cut(start, 1.5).wave, atol=1e-6)


@needs_ffmpeg
def test_a_suffix_that_lies_is_forgiven_where_the_sound_is_there(tmp_path):
    io.write(tmp_path / "a.wav", tone(700))
    subprocess.run(["ffmpeg", "-v", "error", "-i", tmp_path / "a.wav", tmp_path / "a.m4a"], check=True)
    shutil.copy(tmp_path / "a.m4a", tmp_path / "liar.mp3")
    assert strongest(io.read(tmp_path / "liar.mp3")) == pytest.approx(700, abs=2)


def test_without_ffmpeg_the_common_formats_work_and_the_rest_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    for suffix in io.FORMATS:
        io.write(tmp_path / f"a{suffix}", tone(600))
        assert strongest(io.read(tmp_path / f"a{suffix}")) == pytest.approx(600, abs=2)
    shutil.copy(tmp_path / "a.mp3", tmp_path / "a.m4a")
    _text(tmp_path / "b.mp3")
    for name in ("a.m4a", "b.mp3"):
        with pytest.raises(InputError, match=r"ffmpeg.*install|install.*ffmpeg"):
            io.read(tmp_path / name)


@pytest.mark.parametrize("suffix", io.FORMATS)
def test_files_are_bounded_and_the_gain_is_told(tmp_path, suffix):
    gain = io.write(tmp_path / f"a{suffix}", tone(peak=2.5, seconds=2))
    assert gain == pytest.approx(20 * math.log10(0.999 / 2.5), abs=1e-4)
    assert np.abs(io.read(tmp_path / f"a{suffix}").wave[3000:-3000]).max() == pytest.approx(0.999, abs=0.03)


def test_an_exact_file_holds_the_samples_and_is_the_same_bytes_at_every_writing(tmp_path):
    clip = Clip(np.random.default_rng(3).normal(0, 2, 5000), 22050)
    assert io.write(tmp_path / "a.wav", clip, exact=True) == 0.0
    np.testing.assert_array_equal(io.read(tmp_path / "a.wav").wave, clip.wave)
    before = io.digest(tmp_path / "a.wav")
    os.utime(tmp_path / "a.wav", (0, 0))
    io.write(tmp_path / "a.wav", clip, exact=True)
    assert io.digest(tmp_path / "a.wav") == before
    with pytest.raises(InputError, match=r"\.wav"):
        io.write(tmp_path / "a.flac", clip, exact=True)


def test_writing_says_what_is_wrong_and_leaves_nothing(tmp_path, monkeypatch):
    with pytest.raises(InputError, match=r"did you mean '\.wav'"):
        io.write(tmp_path / "a.wave", tone())
    with pytest.raises(InputError, match="no folder"):
        io.write(tmp_path / "none" / "a.wav", tone())

    def stop(*_):
        raise KeyboardInterrupt

    io.write(tmp_path / "a.wav", tone())
    before = (tmp_path / "a.wav").read_bytes()
    monkeypatch.setattr(io, "_encode", stop)
    with pytest.raises(KeyboardInterrupt):
        io.write(tmp_path / "a.wav", tone(900))
    assert [file.name for file in tmp_path.iterdir()] == ["a.wav"]
    assert (tmp_path / "a.wav").read_bytes() == before


@pytest.mark.parametrize("rate", [22050, 10000, 96000])
def test_mp3_bytes_play_the_clip(rate):
    data = io.mp3_bytes(tone(440, seconds=2, rate=rate, peak=3))
    wave, back = soundfile.read(memory.BytesIO(data), dtype="float32")
    assert len(wave) / back == pytest.approx(2, abs=0.01)
    assert strongest(Clip(wave, back)) == pytest.approx(440, abs=2)
    assert len(data) < 60_000


def test_the_digest_is_of_the_bytes(tmp_path):
    io.write(tmp_path / "a.wav", tone())
    shutil.copy(tmp_path / "a.wav", tmp_path / "b.wav")
    first = io.digest(tmp_path / "a.wav")
    assert first == io.digest(tmp_path / "b.wav")
    assert len(first) == 16
    data = bytearray((tmp_path / "b.wav").read_bytes())
    data[-1] ^= 1
    (tmp_path / "b.wav").write_bytes(data)
    assert io.digest(tmp_path / "b.wav") != first


def test_a_name_that_is_no_text_is_said(tmp_path):
    file = tmp_path / os.fsdecode(b"se\xf1ora.wav")
    io.write(tmp_path / "a.wav", tone())
    (tmp_path / "a.wav").rename(file)
    with pytest.raises(InputError, match="not UTF-8; rename it"):
        io.read(file)


@pytest.mark.parametrize("suffix", [".wav", ".ogg"])
def test_a_disk_that_is_full_is_named_with_its_file(tmp_path, suffix, monkeypatch):
    monkeypatch.setattr(io, "_encode", _full)
    with pytest.raises(OSError, match="No space") as caught:
        io.write(tmp_path / f"a{suffix}", tone())
    assert caught.value.filename == str(tmp_path / f"a{suffix}")
    assert list(tmp_path.iterdir()) == []


def _full(target, clip, suffix):
    target.write_bytes(b"half")
    raise soundfile.LibsndfileError(2, prefix="No space: ") if suffix == ".ogg" else OSError(28, "No space left")


@pytest.mark.parametrize("cut", [(math.nan, 1.0), (0.0, math.nan), (1e308, None), (-1.0, None), (0.0, 0.0), (1.0, 1.0)])
def test_a_cut_outside_the_clip_is_an_error(cut):
    with pytest.raises(InputError, match="nothing to cut"):
        tone().cut(*cut)


def test_a_cut_past_the_end_stops_there():
    clip = tone()
    np.testing.assert_array_equal(clip.cut(0.25, 1e308).wave, clip.wave[round(0.25 * 22050):])
    np.testing.assert_array_equal(clip.cut(0.25, 0.5).wave, clip.wave[5512:5512 + 11025])
    with pytest.raises(InputError, match="full scale"):
        Clip(np.array([0.0, 1e10]), 8000)


def test_a_stop_while_a_sound_is_compressed_is_a_stop():
    def stop(number, frame):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, stop)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.01)
        with pytest.raises(KeyboardInterrupt):
            io.mp3_bytes(tone(seconds=120))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
