"""How far each program and drum is lifted: measured so that all stand at comparable loudness in a mix.

In the soundfont they are up to 30 dB apart. A program comes to about -19 dB over the first 0.4 s of a loud note (basses
-18); of the kits of bands, a snare to -18 LUFS, kick and clap to -19.5, a side stick to -20, a closed hat to -26.
"""

from escucha.corpora.rendering.note import CASTANETS

LEVELS: dict[int, float] = {
    CASTANETS: -9, 24: 0, 25: 4.5, 26: -2, 32: -1, 53: 6, 54: 2, 68: -4,
    0: 10.5, 1: 11, 3: 12, 4: 6.5, 5: 8.5, 6: 11.5, 7: 9.5, 11: -1, 16: 4, 17: 2.5, 18: 7, 27: 8, 28: 1.5, 29: 6.5,
    30: 4.5, 33: -2, 34: 2.5, 35: -1.5, 36: -1.5, 38: -2, 39: -2.5, 40: 1.5, 42: 2, 43: 1.5, 45: 4.5, 48: 10, 49: 9.5,
    51: 3.5, 56: .5, 57: 4, 59: 7, 61: 7.5, 62: 4, 66: 3, 71: 2.5, 73: -2, 80: 8.5, 81: 7, 85: -2.5, 105: .5, 110: 2,
    2: 12, 10: 5, 12: 6.5, 15: 11.5, 20: 4.5, 44: 1, 46: -6, 58: 0, 64: -.5, 69: 3, 70: 4.5, 82: -.5, 87: -2.5, 104: 8,
    106: 3.5, 107: .5, 108: -.5, 111: -1.5,
}
"""dB for each General MIDI program (from 0)."""


def _kit(kit: int, decibels: tuple[float, ...]) -> dict[tuple[int, int], float]:
    drums = (36, 37, 38, 39, 42, 44, 45, 46, 47, 49, 50, 51)
    return {(kit, drum): level for drum, level in zip(drums, decibels)}


DRUMS: dict[tuple[int, int], float] = {
    (0, 37): -8, (0, 38): -4, (0, 39): 4, (0, 62): 3, (0, 64): 2,
    **_kit(8, (-5.5, -1.5, -3, -1.5, 7, 7, -3, 12, -1.5, 1.5, -1, 12)),
    **_kit(16, (0, 6.5, 0, 2, 5.5, 7, -9, 11.5, -7.5, -4.5, -7, 6)),
    **_kit(24, (-2.5, 4, -1, 2, 5, 4, -4, 11, -4, 1.5, -4, 9)),
    **_kit(25, (-1, 7, 4.5, 5, 1.5, -2, 5.5, .5, 6, 1.5, 8.5, 9)),
    **_kit(40, (.5, 4, 16.5, 9.5, 5.5, 7, -9, 11.5, -7.5, -4.5, -7, 6)),
}
"""dB for (kit, General MIDI drum)."""
