"""A rendered corpus of the ten GTZAN genres: style templates, scores, stems, annotations."""

from escucha.corpora.genres.collection import genres_corpus
from escucha.corpora.genres.genre import GENRES
from escucha.corpora.genres.recipe import CHANGES, REVISION, Recipe
from escucha.corpora.genres.source import GenreSource
from escucha.corpora.genres.style import SOURCES, Style

__all__ = ["CHANGES", "GENRES", "REVISION", "SOURCES", "GenreSource", "Recipe", "Style", "genres_corpus"]
