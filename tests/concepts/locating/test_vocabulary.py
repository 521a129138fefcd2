"""What clips tell, and a truth that names something else: a source, an annotation, a value, or what has no spans."""

import pytest

from escucha.concepts.locating.truth import Truth
from escucha.concepts.locating.vocabulary import check_told
from escucha.corpora.palos import palos_corpus
from escucha.errors import InputError


@pytest.fixture(scope="module")
def notes():
    """Of clips with castanets, and of one of which nothing is known."""
    corpus = palos_corpus(clips=3, seed=3, duration=4.0, changes={"castanets": True})
    return [{}, *(track.source.annotations() for track in corpus)]


def refusal(told: str, notes: list) -> str:
    with pytest.raises(InputError) as raised:
        check_told(Truth.of(told, "idea"), notes)
    return str(raised.value)


def test_what_any_clip_tells_is_taken(notes):
    mode = notes[1]["modes"][0][1]
    for told in ("castanets", "stem:castanets", f"modes:{mode}", "beats:3"):
        check_told(Truth.of(told, "idea"), notes)


def test_a_name_that_no_clip_has_is_refused(notes):
    assert refusal("trumpet", notes).startswith("unknown source 'trumpet' in [truth]; available: ")
    assert "did you mean 'castanets'?" in refusal("castanet", notes)
    assert "did you mean 'castanets'?" in refusal("stem:castanet", notes)
    assert "unknown annotation 'mods' in [truth]; did you mean 'modes'?" in refusal("mods:major", notes)
    assert "unknown value 'nope' in 'modes' of [truth]" in refusal("modes:nope", notes)


def test_an_annotation_without_spans_is_refused_with_the_way_out(notes):
    assert refusal("mode:major", notes) == "annotation 'mode' does not change in time; did you mean 'modes'?"
    assert refusal("tempo:3", notes).startswith("annotation 'tempo' does not change in time; those that do: beats, ")
    for name in ("onsets", "sources"):
        assert refusal(f"{name}:castanets", notes).endswith("does not change in time; did you mean 'castanets'?")
    # columns of a table of files are numbers and texts
    assert "those that do: none" in refusal("onsets:x", [{"onsets": "x"}])
    assert "available: none" in refusal("castanets", [{"onsets": "castanets"}])


def test_where_no_clip_is_annotated_anything_may_be_true():
    check_told(Truth.of("trumpet", "idea"), [{}, {}])
    assert not Truth.of("castanets", "idea").known({"onsets": "castanets"})
