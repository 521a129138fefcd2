"""What libsndfile can decode: wav, flac, ogg, mp3 and their kin."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import soundfile

from escucha.audio.ffmpeg import BLOCK, Blocks
from escucha.audio.quiet import quiet
from escucha.errors import InputError

_SCRAP = 0.1  # seconds; less than this of a file that is cut off is an encoder's first silence, not music


def opens(file: Path) -> bool:
    """Whether libsndfile takes the file for sound."""
    try:
        with quiet(), soundfile.SoundFile(file):
            return True
    except soundfile.LibsndfileError:
        return False


@contextmanager
def decode(file: Path, start: float, duration: float | None) -> Iterator[tuple[int, Blocks]]:
    """The file's rate and its sound in blocks, from `start` for `duration` seconds or to its end.

    Raises InputError where the start is past the end and for a file that breaks off before it; warns of one that
    breaks off within the part.
    """
    with quiet():
        sound = soundfile.SoundFile(file)
    with sound:
        try:
            yield sound.samplerate, _blocks(file, sound, start, duration)
        except soundfile.LibsndfileError as error:
            raise InputError(f"{file} cannot be decoded: {error}; convert it to wav or fetch it again") from error


def _blocks(file: Path, sound: soundfile.SoundFile, start: float, duration: float | None) -> Blocks:
    first = round(start * sound.samplerate)
    if not sound.frames:
        raise InputError(f"{file} holds no samples; it is empty or cut off: fetch or export it again")
    if first >= sound.frames:
        raise InputError(f"nothing at {start:g} s in {file}: it lasts {sound.frames / sound.samplerate:.3f} s")
    left = sound.frames - first if duration is None else min(sound.frames - first, round(duration * sound.samplerate))
    if first:
        with quiet():
            sound.seek(first)
    wanted = left
    while left > 0:
        with quiet():
            block = sound.read(min(left, BLOCK), dtype="float32", always_2d=True)
        left -= len(block)
        if not len(block):
            break
        yield block
    if left > 0:
        _say_cut_off(file, start, wanted / sound.samplerate, (wanted - left) / sound.samplerate)


def _say_cut_off(file: Path, start: float, wanted: float, found: float) -> None:
    said = f"{file} is cut off: of {wanted:.2f} s from {start:g} s on, only {found:.2f} s can be decoded"
    if found < _SCRAP:
        raise InputError(f"{said}; fetch it again")
    warnings.warn(f"{said} and used", stacklevel=2)
