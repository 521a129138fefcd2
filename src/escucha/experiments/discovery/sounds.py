"""What a component sounds like: its strongest moments one after the other, and the clip in which it is strongest.

All moments share one gain, so that a component of faint sounds is faint; short fades keep the cuts from clicking.
"""

from collections.abc import Sequence

import numpy as np

from escucha.audio.clip import Clip
from escucha.audio.io import bound
from escucha.audio.loudness import common_gain, fade, louder
from escucha.concepts.names import listed
from escucha.experiments.discovery.gathering import Gathering
from escucha.experiments.discovery.summary import Excerpt, Summary, called
from escucha.explain.listening import Sound
from escucha.explain.naming import capital
from escucha.explain.sounds import audible, slug

PAUSE = 0.35
"""Seconds between two moments."""
LOUD = -20.0
"""LUFS that all moments together are brought to."""
CAP = 12.0
"""dB of gain at most."""
SHORTEST = 1.0
"""Seconds of a moment at least: a shorter excerpt is heard with what stands around it."""


def heard_of(found: Summary, gathering: Gathering, most: int) -> tuple[Sound, ...]:
    """Two sounds a component, of the components that count most."""
    chosen = sorted(found.ranking[:most])
    wanted = {one.clip for component in chosen for one in found.moments(component, held_out=True)}
    tracks = [track for track in gathering.held_out if track.name in wanted]
    clips = {track.name: clip for track, clip in zip(tracks, gathering.clips(tracks, "sounds"))}
    made = {component: _moments(found.moments(component, held_out=True), clips) for component in chosen}
    gain = common_gain([clip for clip in made.values() if clip is not None], target=LOUD, cap_db=CAP,
                       also=clips.values())
    sounds: list[Sound] = []
    for component, montage in made.items():
        if montage is not None and audible(montage):
            sounds.append(_sound(f"{slug(called(component))}-moments", _caption(found, component), montage, gain))
            first = found.moments(component, held_out=True)[0]
            sounds.append(_sound(f"{slug(called(component))}-clip", f"{capital(called(component))}: the whole of "
                                 f"{first.clip} ({first.label}), where it is strongest, at {first.start:.1f} s.",
                                 clips[first.clip], gain))
    return tuple(sounds)


def _moments(moments: Sequence[Excerpt], clips: dict[str, Clip]) -> Clip | None:
    """The excerpts one after the other; None where there is none."""
    if not moments:
        return None
    rate = clips[moments[0].clip].rate
    pause = np.zeros(round(PAUSE * rate), dtype=np.float32)
    waves = [wave for one in moments for wave in (fade(_cut(clips[one.clip], one)).wave, pause)]
    return Clip(np.concatenate(waves[:-1]), rate)


def _cut(clip: Clip, one: Excerpt) -> Clip:
    spare = max(0.0, SHORTEST - one.seconds) / 2
    start = max(0.0, min(one.start - spare, clip.duration - SHORTEST))
    return clip.cut(start, min(max(one.seconds, SHORTEST), clip.duration - start))


def _sound(name: str, caption: str, clip: Clip, gain: float) -> Sound:
    sound, less = bound(louder(clip, gain))
    return Sound(name, caption, None, sound, gain + less)


def _caption(found: Summary, component: int) -> str:
    moments = found.moments(component, held_out=True)
    labels: dict[str, int] = {}
    for one in moments:
        labels[one.label] = labels.get(one.label, 0) + 1
    counted = listed([f"{count} of {label}" for label, count in sorted(labels.items(), key=lambda item: -item[1])])
    first = f"{moments[0].clip} at {moments[0].start:.1f} s"
    return (f"{capital(called(component))}: its {len(moments)} strongest moments in clips held out, one a clip, "
            f"{moments[0].seconds:.2g} s each ({counted}); the first is {first}.")
