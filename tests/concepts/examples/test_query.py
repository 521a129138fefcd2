"""Examples of a query: with and without are alike in what is matched, and so are the meaningless concepts."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from escucha.audio.clip import Clip
from escucha.audio.io import write
from escucha.concepts.concept import Concept
from escucha.concepts.examples.query import Query
from escucha.concepts.meaningless import draw, order
from escucha.errors import InputError

ROWS = 480


@pytest.fixture(scope="module")
def manifest(tmp_path_factory) -> Path:
    """A corpus in which fast clips are mostly on one program: without matching, program gives tempo away."""
    folder = tmp_path_factory.mktemp("corpus")
    write(folder / "a.wav", Clip(np.random.default_rng(0).normal(0, .1, 8000), 8000))
    rng = np.random.default_rng(1)
    rows = []
    for number in range(ROWS):
        fast = rng.random() < .5
        program = 24 if rng.random() < (.85 if fast else .15) else 25
        tempo, mode = (200 if fast else 120), rng.choice(["phrygian", "major"])
        tonic = "" if number % 10 == 9 else int(rng.integers(2))
        rows.append(f"a.wav,{rng.choice(['soleá', 'rumba'])},artist{number % 24},,{number},{number / 1000},0.1,{tempo},"
                    f"{mode},{program},{tonic}")
    head = "path,label,group,split,name,start,duration,tempo,mode,program,tonic"
    (folder / "list.csv").write_text("\n".join([head, *rows]), encoding="utf-8")
    return folder


def gathered(folder: Path, matched: tuple[str, ...], where: str = "tempo > 180"):
    table = {"kind": "manifest", "path": "list.csv"}
    return Query(table, where, examples=24, matched=matched).gather(folder, "idea.toml")


def notes(examples, name: str, present: bool) -> Counter:
    return Counter(example.source.annotations()[name] for example in examples if example.present is present)


def test_a_query_of_a_manifest_knows_its_columns(manifest):
    examples, _ = gathered(manifest, (), 'tempo > 180 and mode == "phrygian"')
    for example in examples:
        facts = example.source.annotations()
        assert (facts["tempo"] > 180 and facts["mode"] == "phrygian") == example.present


def test_with_and_without_are_equal_in_what_is_matched(manifest):
    free, _ = gathered(manifest, ())
    assert notes(free, "program", True)[24] > notes(free, "program", False)[24] + 6  # the control: it does give it away
    examples, null = gathered(manifest, ("program", "tonic"))
    for name in ("program", "tonic"):
        assert notes(examples, name, True) == notes(examples, name, False)
    assert Counter(one.label for one in examples if one.present) == Counter(
        one.label for one in examples if not one.present)
    assert all("tonic" in one.source.annotations() for one in (*examples, *null))
    assert len(null) == ROWS * 9 // 10  # nobody knows what the others would match


def test_examples_are_among_what_is_asked_and_the_pool_is_everything(manifest):
    table = {"kind": "manifest", "path": "list.csv"}
    settings = Query(table, 'mode == "phrygian"', among="program == 24", examples=24, matched=("tonic",))
    examples, null = settings.gather(manifest, "idea.toml")
    assert {one.source.annotations()["program"] for one in examples} == {24}
    assert set(notes(examples, "mode", False)) == {"major"}
    assert {one.source.annotations()["program"] for one in null} == {24, 25}
    with pytest.raises(InputError, match=r"'program == 24' among 'program == 25' in idea.toml: no label"):
        Query(table, "program == 24", among="program == 25").gather(manifest, "idea.toml")
    with pytest.raises(InputError, match=r"unknown annotation 'progam'.* did you mean 'program'"):
        Query(table, "tempo > 180", among="progam == 25").gather(manifest, "idea.toml")


def test_meaningless_concepts_have_the_same_composition(manifest):
    concept = Concept("fast", "Fast.", *gathered(manifest, ("program",)), paired=False)
    places = order(concept)
    for row in draw(concept, count=20, seed=0):
        for place, index in zip(places, row):
            own, other = concept.examples[place].source, concept.null[index].source
            assert own.annotations()["program"] == other.annotations()["program"]


def test_with_fewer_examples_than_strata_no_stratum_is_preferred(manifest):
    """Six examples of the eight strata of label, program and tonic: over the seeds all come, none in every draw."""
    table = {"kind": "manifest", "path": "list.csv"}
    drawn = []
    for seed in range(12):
        settings = Query(table, "tempo > 180", examples=6, matched=("program", "tonic"), seed=seed)
        examples, _ = settings.gather(manifest, "idea.toml")
        having = [one.label for one in examples if one.present]
        assert sorted(having) == sorted(one.label for one in examples if not one.present)
        assert len(set(having)) == 6  # in turn: none comes twice while another waits
        drawn.append(set(having))
    assert len(set.union(*drawn)) == 8
    assert not set.intersection(*drawn)


@pytest.mark.parametrize(("matched", "where", "says"), [
    (("progam",), "tempo > 180", "unknown annotation to match 'progam' in idea.toml; did you mean 'program'"),
    (("tempo",), "tempo > 180", "no label and value of tempo of manifest .* would differ in their labels and tempo"),
    ((), "tempo > 500", "no label of manifest"),
    ((), "tempo > 0", "no label of manifest"),
    ((), "tempi > 0", "unknown annotation 'tempi'.* did you mean 'tempo'"),
])
def test_what_cannot_be_matched_is_one_line(manifest, matched, where, says):
    with pytest.raises(InputError, match=says):
        gathered(manifest, matched, where)
