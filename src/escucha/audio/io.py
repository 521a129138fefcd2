"""Files in, clips out, and back.

Conventions: seconds in an API, samples inside; every clip is mono, the mean of the channels. wav, flac, ogg and mp3
are decoded by libsndfile, everything else by ffmpeg where it is installed. Files come from outside and are not
trusted: their size and length are limited, their samples must be finite, and what cannot be decoded is an error, never
silence. Where a part is asked for, only that part is decoded.
"""

import errno
import hashlib
import math
import os
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import soundfile
import soxr

from escucha.audio import ffmpeg, native
from escucha.audio.clip import Clip, within
from escucha.audio.ffmpeg import BLOCK, Blocks
from escucha.errors import InputError, check_name, unknown
from escucha.whole import whole

NATIVE = frozenset({".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff", ".au"})
"""Suffixes tried with libsndfile first."""

SUFFIXES = NATIVE | {".m4a", ".mp4", ".aac", ".wma", ".webm", ".mka", ".ac3", ".amr", ".ape", ".wv"}
"""Suffixes taken for audio when a folder is listed."""

FORMATS = {".wav": ("WAV", "PCM_16"), ".flac": ("FLAC", "PCM_16"), ".ogg": ("OGG", "VORBIS"),
           ".mp3": ("MP3", "MPEG_LAYER_III")}
"""What `write` can write: suffix to libsndfile's format and subtype."""

MAX_SECONDS = 3600.0
"""The longest part that is decoded at once."""

MAX_BYTES = 2 * 2**30
"""The largest file that is opened."""

MAX_START = 1e9
"""Seconds; no recording is as long."""

MP3_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)


def read(path: str | Path, *, rate: int | None = None, start: float = 0.0, duration: float | None = None) -> Clip:
    """The sound of a file from `start` on, `duration` seconds long or to its end, resampled to `rate` (soxr HQ).

    With no rate the file's own is kept. Of n samples at the file's rate r, round(n rate / r) come back. A part that
    runs past the end stops there. A file that is cut off (fewer samples than it promises) is read as far as it goes,
    with a warning.

    Raises InputError for what is missing, a folder, empty, too large or too long, not audio, not finite, and for a
    start or duration outside the file.
    """
    file = Path(path)
    _check_file(file)
    _check_span(file, start, duration)
    if rate is not None and rate <= 0:
        raise InputError(f"cannot resample {file} to {rate} Hz; a rate is above zero")
    with _decoder(file, start, duration) as (own, blocks):
        return Clip(_join(file, blocks, own, rate or own), rate or own)


def resample(clip: Clip, rate: int) -> Clip:
    """The same sound at another rate (soxr HQ): `(round(time * rate / clip.rate),)`, at least one sample."""
    if rate <= 0:
        raise InputError(f"cannot resample to {rate} Hz; a rate is above zero")
    if rate == clip.rate:
        return clip
    wave = soxr.resample(clip.wave, clip.rate, rate, quality="HQ")
    return Clip(_fit(wave, _resampled(len(clip.wave), clip.rate, rate)), rate)


def write(path: str | Path, clip: Clip, *, exact: bool = False) -> float:
    """Write a wav, flac (both 16 bit), ogg or mp3, after its suffix; the gain in dB that this took is returned.

    Files are bounded: a clip whose peak is above 1 is scaled down to a peak of .999 and its gain (below 0) comes back;
    else 0. With `exact` a wav of 32-bit floats holds the samples as they are, unbounded, the same bytes at every
    writing. An mp3 of a rate that the format does not know is resampled to the next one up. Written to a hidden file
    beside it and renamed: a reader never meets half a sound. OSError, naming it, where it cannot be written.
    """
    file = Path(path)
    suffix = file.suffix.lower()
    if suffix not in FORMATS:
        raise unknown("audio format", suffix or "(none)", FORMATS, str(file))
    if exact and suffix != ".wav":
        raise InputError(f"{file}: only a .wav holds samples exactly; change the suffix, or write without `exact`")
    if not file.parent.is_dir():
        raise InputError(f"there is no folder {file.parent} to write {file.name} into; make it first")
    bounded, gain = (clip, 0.0) if exact else bound(clip)
    try:
        with whole(file) as partial:
            if exact:
                _write_float(partial, bounded)
            else:
                _encode(partial, bounded, suffix)
    except (OSError, soundfile.LibsndfileError) as error:  # libsndfile's is no OSError, scipy's does not name the file
        why = getattr(error, "strerror", None) or f"cannot be written ({error})"
        raise OSError(getattr(error, "errno", None) or errno.EIO, why, str(file)) from error
    return gain


def bound(clip: Clip) -> tuple[Clip, float]:
    """The clip with its peak at most 1 (above that it is scaled to .999), and the gain in dB that this took."""
    peak = float(np.abs(clip.wave).max())
    if peak <= 1:
        return clip, 0.0
    gain = 0.999 / peak
    return Clip(clip.wave * np.float32(gain), clip.rate), 20 * math.log10(gain)


def mp3_bytes(clip: Clip) -> bytes:
    """The clip as a bounded mp3 of variable bit rate (about 6 kB a second at 22 050 Hz), for embedding in a page."""
    # not into memory: that goes through a callback of Python, in which a Ctrl-C would be lost and leave a gap
    with tempfile.TemporaryFile() as file:
        _encode(file.fileno(), bound(clip)[0], ".mp3")
        file.seek(0)
        return file.read()


def digest(path: str | Path) -> str:
    """The first 16 hex digits of the SHA-256 of a file's bytes."""
    file = Path(path)
    _check_file(file)
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()[:16]


def _check_file(file: Path) -> None:
    check_name(file)
    if file.is_dir():
        raise InputError(f"{file} is a folder, not an audio file; name one file in it")
    if not file.is_file():
        raise InputError(f"there is no file {file}; check the path")
    if not os.access(file, os.R_OK):
        raise InputError(f"{file} may not be read; check its permissions")
    size = file.stat().st_size
    if size == 0:
        raise InputError(f"{file} is empty (0 bytes); fetch or export it again")
    if size > MAX_BYTES:
        raise InputError(f"{file} is {size / 2**30:.1f} GiB, above the limit of {MAX_BYTES / 2**30:.1f}; "
                         "cut it or compress it first")


def _check_span(file: Path, start: float, duration: float | None) -> None:
    if not 0 <= start <= MAX_START:
        raise InputError(f"cannot read {file} from {start:g} s; a start is 0 or later, and within the file")
    if duration is not None and not 0 < duration <= MAX_START:
        raise InputError(f"cannot read {duration:g} s of {file}; a duration is above 0, or left out to read to the end")


def _decoder(file: Path, start: float, duration: float | None) -> AbstractContextManager[tuple[int, Blocks]]:
    """What decodes this file: its rate and its blocks. A native suffix can lie (an m4a called .mp3): ask ffmpeg too."""
    known = file.suffix.lower() in NATIVE
    if known and native.opens(file):
        return native.decode(file, start, duration)
    if known and not ffmpeg.installed():
        raise InputError(f"{file} cannot be decoded; is it audio, and complete? If it plays elsewhere, "
                         "install ffmpeg (sudo apt-get install ffmpeg) and try again")
    return ffmpeg.decode(file, start, MAX_SECONDS + 1 if duration is None else duration)


def _join(file: Path, blocks: Blocks, source: int, target: int) -> np.ndarray:
    """`(time,)` at `target`: averaged over channels and resampled block by block, so that memory stays bounded."""
    stream = soxr.ResampleStream(source, target, 1, dtype="float32", quality="HQ") if target != source else None
    pieces, count = [], 0
    for block in blocks:
        count += len(block)
        if count > MAX_SECONDS * source:
            raise InputError(f"{file} is longer than {MAX_SECONDS:g} s; take a part of it (start, duration)")
        if not np.isfinite(block).all():
            raise InputError(f"{file} holds samples that are not finite (NaN or infinite), the first within "
                             f"{count / source:.2f} s of where reading began; export it again")
        if not within(block):
            raise InputError(f"{file} holds samples as large as {np.abs(block).max():.3g}, where full scale is 1; "
                             "export it again")
        mono = block.mean(axis=1, dtype=np.float32)
        pieces.append(stream.resample_chunk(mono) if stream else mono)
    if not count:
        raise InputError(f"{file} holds no samples to read; fetch or export it again")
    if stream:
        pieces.append(stream.resample_chunk(np.zeros(0, dtype=np.float32), last=True))
    return _fit(np.concatenate(pieces), _resampled(count, source, target))


def _resampled(count: int, source: int, target: int) -> int:
    return max(1, round(count * target / source))


def _fit(wave: np.ndarray, count: int) -> np.ndarray:
    """Exactly `count` samples: soxr's last sample depends on how it rounds."""
    return wave[:count] if len(wave) >= count else np.pad(wave, (0, count - len(wave)))


def _encode(target: Path | int, clip: Clip, suffix: str) -> None:
    kind, subtype = FORMATS[suffix]
    if suffix == ".mp3" and clip.rate not in MP3_RATES:
        clip = bound(resample(clip, next((rate for rate in MP3_RATES if rate >= clip.rate), MP3_RATES[-1])))[0]
    with soundfile.SoundFile(target, "w", clip.rate, 1, subtype, format=kind, closefd=False) as sound:
        # in blocks: libsndfile's Vorbis encoder keeps a whole write on its stack and dies of a long one
        for first in range(0, len(clip.wave), BLOCK):
            sound.write(clip.wave[first:first + BLOCK])


def _write_float(path: Path, clip: Clip) -> None:
    # not libsndfile: it puts the time of writing into every float wav, and a file is known by its bytes
    from scipy.io import wavfile

    wavfile.write(path, clip.rate, clip.wave)
