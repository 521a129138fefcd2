"""Concept cards: what a musician writes becomes examples that are alike in everything else."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from escucha.audio.clip import Clip
from escucha.audio.io import write
from escucha.concepts import shelf
from escucha.concepts.examples.pairs import Pairs
from escucha.concepts.meaningless import draw
from escucha.concepts.shelf import check_apart, concept_digest, concept_name, list_concepts, load_concept, read_card
from escucha.errors import InputError
from escucha.experiments.workbench import Workbench

HOME = Path(__file__).resolve().parents[2]
NAMED = ("palmas", "castanets", "voice", "phrygian-mode", "twelve-beat-compas", "fast-tempo")


@pytest.fixture
def home(tmp_path):
    (tmp_path / "concepts").mkdir()
    return tmp_path


def card(home: Path, examples: str, meaning: str = "An idea.") -> str:
    (home / "concepts" / "idea.toml").write_text(f'meaning = "{meaning}"\n[examples]\n{examples}\n', encoding="utf-8")
    return "idea"


def sounds(folder: Path, count: int, seed: int) -> None:
    folder.mkdir(parents=True)
    for number in range(count):
        noise = np.random.default_rng(seed * 100 + number).normal(0, 0.1, 800)
        write(folder / f"singer{number % 5}_{number}.wav", Clip(noise, 8000))


@pytest.mark.parametrize("name", NAMED)
def test_the_cards_of_the_shelf_are_pairs_that_differ_in_their_change_alone(name):
    concept = load_concept(name, HOME)
    assert concept.paired
    assert len({example.group for example in concept.examples}) == len(concept.examples) // 2 >= 20
    assert len(set(Counter(example.label for example in concept.examples).values())) == 1
    for first, second in zip(concept.examples[::2], concept.examples[1::2]):
        one, other = first.source.recipe, second.source.recipe
        assert len(set(one.changes) ^ set(other.changes)) == 2
        assert (one.palo, one.seed, one.family) == (other.palo, other.seed, other.family)


@pytest.mark.parametrize("name", NAMED)
def test_nuisance_pairs_are_of_the_same_scores_and_enough(name):
    concept = load_concept(name, HOME)
    concept.check_spare()
    scores = {example.source.recipe.seed for example in concept.examples}
    assert {example.source.recipe.seed for example in concept.null} == scores
    assert Counter(example.kind for example in concept.null) == Counter(
        {kind: times * len(concept.examples) for kind, times in (("room", 4), ("noise", 4), ("program", 2))})
    own = {example.source.key() for example in concept.null if not example.source.recipe.changes}
    assert len(own) == len(scores)  # a score in its own room, with its own noise and guitar, is one sound
    assert draw(concept, count=10, seed=0).shape == (10, len(concept.examples))


@pytest.mark.parametrize(("name", "kind"), [("reverberant", "room"), ("noise-floor", "noise")])
def test_what_changes_the_idea_itself_is_no_meaningless_example_of_it(name, kind):
    concept = load_concept(name, HOME)
    concept.check_spare()
    assert {example.kind for example in concept.null} == {"room", "noise", "program"} - {kind}
    assert draw(concept, count=10, seed=0).shape == (10, len(concept.examples))


def test_every_card_is_listed_and_concept_families_are_in_no_corpus():
    from escucha.corpora.palos import palos_corpus

    assert set(NAMED) <= set(list_concepts(HOME))
    groups = {track.group for track in palos_corpus(clips=300)}
    assert not groups & set(load_concept("palmas", HOME).groups)


def test_the_digest_follows_the_card(home):
    first = concept_digest(card(home, 'kind = "pairs"\nchange = "palmas"\npairs = 6'), home)
    assert first == concept_digest(card(home, 'kind = "pairs"\nchange = "palmas"\npairs = 6'), home)
    assert first != concept_digest(card(home, 'kind = "pairs"\nchange = "palmas"\npairs = 6\nseed = 1'), home)


def test_the_digest_follows_the_degrees_that_an_answer_takes_from_the_examples(home, monkeypatch):
    name = card(home, 'kind = "graded"\nchange = "tempo"\npairs = 6')
    before = concept_digest(name, home)
    known = load_concept(name, home)
    for changed in ({"level": 99.0}, {"degree": 0.125}):
        other = replace(known, examples=tuple(replace(one, **changed) for one in known.examples))
        monkeypatch.setattr(shelf, "load_concept", lambda card, home, other=other: other)
        assert concept_digest(name, home) != before


def test_folders_take_labels_from_folders_and_groups_from_the_stated_rule(home):
    sounds(home / "claps" / "bulerias", 6, 1)
    sounds(home / "none", 6, 2)
    sounds(home / "pool", 50, 3)
    name = card(home, 'kind = "folders"\nwith = "claps"\nwithout = "none"\npool = "pool"\ngroup = "^([^_]+)_"')
    concept = load_concept(name, home)
    assert Counter((example.present, example.label) for example in concept.examples) == {
        (True, "bulerias"): 6, (False, ""): 6}
    assert set(concept.groups) == {f"singer{number}" for number in range(5)}
    assert len(concept.null) == 50
    before = concept_digest(name, home)
    write(home / "none" / "singer0_0.wav", Clip(np.ones(800) * 0.1, 8000))
    changed = concept_digest(name, home)
    assert changed != before
    (home / "none" / "singer0_0.stems").mkdir()
    write(home / "none" / "singer0_0.stems" / "voice.wav", Clip(np.ones(800) * 0.1, 8000))
    assert concept_digest(name, home) != changed


def test_a_query_has_as_many_with_as_without_of_every_label(home):
    name = card(home, 'kind = "query"\nwhere = "tempo > 170"\nexamples = 10\n'
                      'corpus = {kind = "palos", clips = 120, split = "train", duration = 2.0}')
    concept = load_concept(name, home)
    for label in {example.label for example in concept.examples}:
        sides = Counter(example.present for example in concept.examples if example.label == label)
        assert sides[True] == sides[False]
    assert all((example.source.annotations()["tempo"] > 170) == example.present for example in concept.examples)
    assert len(concept.examples) == 20
    assert len(concept.null) == 120


def test_an_idea_that_is_a_label_cannot_be_told_from_it(home):
    name = card(home, "kind = \"query\"\nwhere = \"label == 'bulerias'\"\n"
                      'corpus = {kind = "palos", clips = 30, duration = 2.0}')
    with pytest.raises(InputError, match=r"no label of palos.* has clips for which it holds and clips for which"):
        load_concept(name, home)


@pytest.mark.parametrize(("examples", "says"), [
    ("", "lacks the key 'kind'; one of pairs, .*folders"),
    ('kind = "pair"', "unknown kind of examples 'pair' in .*idea.toml; did you mean 'pairs'"),
    ('kind = "pairs"\nchange = "palmsa"', "unknown contrast 'palmsa'.* did you mean 'palmas'"),
    ('kind = "pairs"\nchange = "palmas"\npair = 3', "unknown key 'pair'.* did you mean 'pairs'"),
    ('kind = "pairs"\nchange = "palmas"\npairs = 2', "pairs = 2 in .* gives some palo none"),
    ('kind = "folders"\nwithout = "a"\npool = "b"\ngroup = "file"', "lacks the key 'with'"),
    ('kind = "folders"\nwith = "nowhere"\nwithout = "a"\npool = "b"\ngroup = "file"', "there is no folder .*nowhere"),
])
def test_a_wrong_card_is_one_line_with_the_way_out(home, examples, says):
    name = card(home, examples)
    with pytest.raises(InputError, match=says):
        load_concept(name, home)


def test_an_unknown_card_and_an_empty_meaning(home):
    with pytest.raises(InputError, match=r"unknown concept 'palms'.* did you mean 'palmas'"):
        load_concept("palms", HOME)
    name = card(home, 'kind = "pairs"\nchange = "palmas"', meaning=" ")
    with pytest.raises(InputError, match=r"'meaning' in .*idea.toml is empty"):
        load_concept(name, home)


def test_cards_in_folders_have_names_of_their_own(home):
    card(home, 'kind = "pairs"\nchange = "palmas"\npairs = 3')
    text = (home / "concepts" / "idea.toml").read_text(encoding="utf-8")
    for place in ("theory/fifth.toml", "theory/más/compás.toml", ".hidden/none.toml"):
        (home / "concepts" / place).parent.mkdir(parents=True, exist_ok=True)
        (home / "concepts" / place).write_text(text, encoding="utf-8")
    assert list_concepts(home) == ["idea", "theory/fifth", "theory/más/compás"]
    assert load_concept("theory/fifth", home).name == "theory-fifth"
    assert load_concept(str(home / "concepts/theory/más/compás.toml"), home).name == "theory-más-compás"
    with pytest.raises(InputError, match=r"unknown concept 'theory-fifth'.* did you mean 'theory/fifth'"):
        load_concept("theory-fifth", home)
    (home / "concepts" / "theory-fifth.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"'theory/fifth' and 'theory-fifth' in .* would both be called"):
        load_concept("theory/fifth", home)
    with pytest.raises(InputError, match="would both be called"):  # also where nothing is gathered, as in a list
        read_card("theory-fifth", home)


@pytest.mark.parametrize("way", ["../concepts/idea", "a/../idea", "{}/concepts/idea"])
def test_a_name_leads_nowhere_but_to_the_shelf(home, way):
    card(home, 'kind = "pairs"\nchange = "palmas"\npairs = 3')
    with pytest.raises(InputError, match=r"is not below .*concepts; name it as"):
        load_concept(way.format(home), home)


def test_one_card_has_one_name_however_it_is_spelled(home):
    card(home, 'kind = "pairs"\nchange = "palmas"\npairs = 3')
    ways = ("idea", "./idea", str(home / "concepts" / "idea.toml"), f"{home}/concepts/../concepts/idea.toml")
    assert {concept_name(way, home) for way in ways} == {"idea"}


def test_cards_of_one_name_are_refused_together(home):
    examples = 'kind = "pairs"\nchange = "palmas"\npairs = 3'
    card(home, examples)
    (home / "idea.toml").write_text((home / "concepts" / "idea.toml").read_text(encoding="utf-8"), encoding="utf-8")
    other = str(home / "idea.toml")
    bench = Workbench(home, home / "cache")
    assert [concept.name for concept in bench.concepts([other])] == ["idea"]
    with pytest.raises(InputError, match=f"'idea' and '{other}' are both called 'idea'"):
        bench.concepts(["idea", other])
    with pytest.raises(InputError, match="'idea' is named twice; name it once"):
        bench.concepts(["idea", "idea"])
    check_apart(["a", "b"], ["a", "b"])


@pytest.mark.parametrize("differ", [False, True])
def test_the_same_sounds_on_both_sides_show_nothing(home, differ):
    for place, seed in (("yes", 1), ("no", 1), ("pool", 2)):
        sounds(home / place, 3, seed)
    if differ:
        write(home / "yes" / "singer0_0.wav", Clip(np.full(800, 0.1), 8000))
    name = card(home, 'kind = "folders"\nwith = "yes"\nwithout = "no"\npool = "pool"\ngroup = "file"')
    if differ:
        assert len(load_concept(name, home).examples) == 6
        return
    with pytest.raises(InputError, match=r"the same sounds with the idea and without it.*idea\.toml"):
        load_concept(name, home)


def test_pairs_that_are_alike_show_nothing(home, monkeypatch):
    name = card(home, 'kind = "pairs"\nchange = "palmas"\npairs = 3')
    load_concept(name, home)
    shown = Pairs.shown
    monkeypatch.setattr(Pairs, "shown", lambda *asked: tuple(
        replace(first, present=present) for first in shown(*asked)[::2] for present in (True, False)))
    with pytest.raises(InputError, match="the same sounds with the idea and without it"):
        load_concept(name, home)


def test_an_unknown_kind_of_corpus_shows_before_anything_is_opened(home):
    name = card(home, 'kind = "query"\nwhere = "tempo > 1"\ncorpus = {kind = "zip"}')
    with pytest.raises(InputError, match=r"unknown corpus kind 'zip' in the corpus in .*idea\.toml"):
        read_card(name, home)
