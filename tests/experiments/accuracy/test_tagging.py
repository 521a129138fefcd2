"""Labels taken from what is annotated: the names that sound, or what is true."""

import pytest

from escucha.corpora.corpus import Corpus, Track
from escucha.corpora.palos import palos_corpus
from escucha.errors import InputError
from escucha.experiments.accuracy.tagging import labelled, tagged
from tests.experiments.toys import Toy, toy_corpus


def test_the_labels_of_a_rendered_clip_are_the_sources_that_sound():
    plain = palos_corpus(clips=60)
    kept = tagged(plain, "sources", keep=("palmas", "voice"))
    for before, after in zip(plain, kept):
        sounding = before.source.annotations()["sources"]
        assert set(after.labels) == {"palmas", "voice"} & set(sounding)
        assert (after.name, after.group, after.split, after.source) == (before.name, before.group, before.split,
                                                                       before.source)
    assert kept.labels == ("palmas", "voice")
    assert any(not track.labels for track in kept)  # a clip without any is a clip all the same
    assert "guitar" in tagged(plain, "sources").labels


def test_true_is_a_label_and_false_is_none():
    kept = tagged(toy_corpus(12), "whistle")
    assert kept.labels == ("whistle",)
    assert [bool(track.labels) for track in kept] == [track.source.whistle for track in kept]


def test_one_name_is_a_label():
    assert tagged(toy_corpus(12), "beat").labels == ("fast", "slow")


def test_without_tags_only_the_labels_asked_for_are_left():
    corpus = Corpus((Track("a", ("fast", "loud"), "g", Toy("fast", 0, False)),
                     Track("b", ("loud",), "h", Toy("slow", 1, False))), "two")
    assert labelled(corpus) is corpus
    assert [track.labels for track in labelled(corpus, labels=("fast",))] == [("fast",)]
    with pytest.raises(InputError, match="unknown label 'lout' in two; did you mean 'loud'"):
        labelled(corpus, labels=("lout",))


@pytest.mark.parametrize(("annotation", "keep", "says"), [
    ("whistel", (), r"unknown annotation 'whistel' in track 'fast-000' of toy\(clips=12\); did you mean 'whistle'"),
    ("tempo", (), "names no labels: 100.0; it should be a list of names, or true or false"),
    ("beat", ("slo",), "unknown label 'slo' in the annotation 'beat' .* did you mean 'slow'"),
])
def test_what_is_no_label_is_refused(annotation, keep, says):
    with pytest.raises(InputError, match=says):
        tagged(toy_corpus(12), annotation, keep=keep)


def test_names_that_a_model_does_not_know_are_no_labels_unless_they_are_asked_for():
    plain = palos_corpus(clips=6)
    assert labelled(plain, tags="sources", known=("palmas", "voice", "whistle")).labels == ("palmas", "voice")
    assert labelled(plain, tags="sources", labels=("guitar",), known=("palmas",)).labels == ("guitar",)
