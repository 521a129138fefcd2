"""The ten genres of GTZAN, each with its style template."""

from escucha.corpora.genres.danced import DISCO, HIPHOP, POP, REGGAE
from escucha.corpora.genres.distorted import METAL, ROCK
from escucha.corpora.genres.rooted import BLUES, CLASSICAL, COUNTRY, JAZZ
from escucha.corpora.genres.style import Style

GENRES: dict[str, Style] = {style.name: style for style in (
    BLUES, CLASSICAL, COUNTRY, DISCO, HIPHOP, JAZZ, METAL, POP, REGGAE, ROCK)}
"""Name to template."""
