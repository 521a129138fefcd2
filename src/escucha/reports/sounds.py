"""Sounds as a page carries them: compressed, in the page itself, within a budget.

Conventions: budgets are in bytes of page (base64 text is four thirds of what it encodes); durations in seconds.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from escucha.audio.clip import Clip
from escucha.audio.io import mp3_bytes, resample
from escucha.reports.text import heading, number

RATES = (None, 16000, 11025)
"""Samples a second tried in turn until all sounds fit (None: the clip's own): duller, but all of them to be heard."""
COLUMNS = 200
"""Points of the outline drawn above a player."""


@dataclass(frozen=True)
class Caption:
    """What is said of a sound, and what the model says of it."""

    text: str = ""
    value: float | None = None
    """The clip value the model gives this sound, before any gain."""
    gain: float | None = None
    """dB, applied for listening only."""

    @property
    def facts(self) -> str:
        """Value and gain in one line, empty where neither is known."""
        value = "" if self.value is None else f"the model’s value: {number(self.value)}"
        gain = "" if abs(self.gain or 0) < 0.05 else f"gain for listening: {self.gain:+.1f} dB".replace("-", "−")
        return " · ".join(filter(None, (value, gain)))


@dataclass(frozen=True)
class Player:
    """One sound as a template needs it."""

    name: str
    heading: str
    caption: Caption
    seconds: float
    outline: str
    """SVG path data of the level over time, in a box of 200 by 2, middle at 1."""
    source: str
    """A data URI; empty when the sound was left out."""


def players(clips: Mapping[str, Clip], captions: Mapping[str, Caption], budget: int) -> tuple[list[Player], list[str]]:
    """Players in the clips' order, and what a listener should know of them (sounds left out, a low bit rate)."""
    encoded, remarks = encode(clips, budget)
    shown = [Player(name, heading(name), captions.get(name, Caption()), clip.duration, outline(clip),
                    data_uri(encoded[name], "audio/mpeg") if name in encoded else "")
             for name, clip in clips.items()]
    return shown, remarks


def encode(clips: Mapping[str, Clip], budget: int) -> tuple[dict[str, bytes], list[str]]:
    """Each clip as mp3, at the first of `RATES` at which all fit; where none does, the longest are left out."""
    encoded: dict[str, bytes] = {}
    for rate in RATES:
        encoded = {name: mp3_bytes(_at_most(clip, rate)) for name, clip in clips.items()}
        if _size(encoded) <= budget:
            break
    remarks = [] if rate is None else [f"To keep this page small its sounds are cut off above {rate / 2000:.1f} kHz; "
                                       "the folder beside it holds them whole."]
    left = []
    while _size(encoded) > budget:
        left.append(max(encoded, key=lambda name: clips[name].duration))
        del encoded[left[-1]]
    if left:
        remarks.append(f"Not on this page, only in the folder beside it: {', '.join(map(heading, left))}.")
    return encoded, remarks


def captions_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, Caption]:
    """Captions from the rows of a table with a `name` and any of `caption`, `value`, `gain_db`."""
    return {str(row["name"]): Caption("" if _missing(row.get("caption")) else str(row["caption"]),
                                      _float(row.get("value")), _float(row.get("gain_db"))) for row in rows}


def outline(clip: Clip) -> str:
    """SVG path data of the clip's peaks, scaled to its loudest: where it sounds and where it is silent."""
    edges = np.linspace(0, len(clip.wave), min(COLUMNS, len(clip.wave)) + 1).astype(int)[:-1]
    peaks = np.maximum.reduceat(np.abs(clip.wave), edges)
    peaks = peaks / max(float(peaks.max()), 1e-9)
    step = COLUMNS / len(peaks)
    return "".join(f"M{step * (at + .5):.4g},{1 - peak:.2f}v{2 * peak:.2f}" for at, peak in enumerate(peaks))


def data_uri(content: bytes, media_type: str) -> str:
    """`content` as an address that needs no file and no network."""
    return f"data:{media_type};base64,{base64.b64encode(content).decode('ascii')}"


def _at_most(clip: Clip, rate: int | None) -> Clip:
    return resample(clip, rate) if rate is not None and rate < clip.rate else clip


def _size(encoded: Mapping[str, bytes]) -> float:
    """Bytes of page: base64 takes four thirds, a player about eight thousand for its outline and markup."""
    return sum(len(content) * 4 / 3 + 8000 for content in encoded.values())


def _missing(value: Any) -> bool:
    return value is None or value != value


def _float(value: Any) -> float | None:
    try:
        return None if _missing(value) else float(value)
    except ValueError:  # somebody has edited the table
        return None
