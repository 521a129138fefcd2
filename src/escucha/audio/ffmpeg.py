"""The formats that libsndfile does not know, through the `ffmpeg` and `ffprobe` commands."""

import json
import math
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np

from escucha.errors import InputError

INSTALL = "install it (sudo apt-get install ffmpeg)"

# Playlist formats (hls, concat, dash) can name other files and hosts; only containers and raw streams are opened.
_CONTAINERS = ("mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,aac,ac3,eac3,amr,ape,asf,avi,caf,dts,flac,flv,mp3,mpeg,mpegts,"
               "ogg,rm,tak,tta,voc,w64,wav,wv,aiff,au,mpc,mpc8")
_SAFE = ["-protocol_whitelist", "file,pipe", "-format_whitelist", _CONTAINERS]
_GUESS = 25  # ffprobe's score for a format: up to here it only trusted the suffix
BLOCK = 1 << 16
"""Frames decoded at once: bounds memory."""

Blocks = Iterator[np.ndarray]
"""Pieces of sound, each `(frame, channel)` float32."""


def installed() -> bool:
    """Whether both commands are on the path."""
    return bool(shutil.which("ffmpeg") and shutil.which("ffprobe"))


@contextmanager
def decode(file: Path, start: float, duration: float) -> Iterator[tuple[int, Blocks]]:
    """The file's rate and its sound in blocks `(frame, channel)` float32, from `start` for `duration` seconds.

    Raises InputError where ffmpeg is missing, and for a file in which it finds no audio (there).
    """
    if not installed():
        raise InputError(f"{file} needs ffmpeg to be decoded, and it is not on the path; {INSTALL}, "
                         "or convert the file to wav, flac, ogg or mp3")
    rate, channels = _probe(file)
    # begin a second or two early, on a whole second: the first frame after a seek lacks its overlap with the one
    # before, and at a fraction of a second ffmpeg's clock may be a sample off
    early = max(0, math.floor(start) - 1)
    skip, wanted = round(start * rate) - early * rate, round(duration * rate)
    command = ["ffmpeg", "-v", "error", "-nostdin", *_SAFE, "-ss", str(early), "-i", f"file:{file}",
               "-t", f"{start - early + duration + 1:.3f}", "-map", "0:a:0", "-f", "f32le",
               "-ac", str(channels), "-ar", str(rate), "-"]
    with tempfile.TemporaryFile() as notes:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=notes)
        try:
            yield rate, _span(file, _blocks(process, channels), skip, wanted, notes)
        finally:
            process.kill()
            process.communicate()


def _probe(file: Path) -> tuple[int, int]:
    """Rate and channels of the first audio stream."""
    command = ["ffprobe", "-v", "error", *_SAFE, "-select_streams", "a:0", "-of", "json",
               "-show_entries", "stream=sample_rate,channels:format=probe_score", f"file:{file}"]
    answer = subprocess.run(command, capture_output=True, check=False)
    found = {} if answer.returncode else json.loads(answer.stdout or b"{}")  # where it fails it stops half-way
    stream = (found.get("streams") or [{}])[0]
    rate, channels = int(stream.get("sample_rate", 0)), int(stream.get("channels", 0))
    if not (rate > 0 and channels > 0) or found.get("format", {}).get("probe_score", 0) <= _GUESS:
        raise InputError(f"{file} holds no audio that ffmpeg or libsndfile can decode; is it audio, and complete?")
    return rate, channels


def _span(file: Path, blocks: Blocks, skip: int, wanted: int, notes: IO[bytes]) -> Blocks:
    """`wanted` frames after the first `skip`; without any, ffmpeg's complaint is an error, else a warning."""
    passed = 0
    for block in blocks:
        part = block[max(0, skip - passed): max(0, skip + wanted - passed)]
        passed += len(block)
        if len(part):
            yield part
    notes.seek(0)
    note = notes.read(2000).decode(errors="replace").strip().partition("\n")[0]
    if passed <= skip:
        raise InputError(f"nothing of {file} can be decoded there ({note or 'the start is past its end'})")
    if note:
        warnings.warn(f"{file} is damaged ({note}); what can be decoded is used", stacklevel=2)


def _blocks(process: subprocess.Popen, channels: int) -> Blocks:
    frame = 4 * channels
    while data := process.stdout.read(BLOCK * frame):  # type: ignore[union-attr]
        yield np.frombuffer(data[: len(data) // frame * frame], dtype="<f4").reshape(-1, channels)
    process.wait()
