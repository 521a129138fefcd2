"""The kind concept-study, asked of a network that listens to palmas and to nothing else."""

import json
from dataclasses import dataclass, replace

import numpy as np
import pytest

from escucha.audio.io import write
from escucha.concepts.concept import Concept
from escucha.concepts.design import design
from escucha.concepts.examples.folders import Folders
from escucha.concepts.tcav import NEITHER, NO_DIRECTION, UNMOVED
from escucha.concepts.telling import NO_LABEL
from escucha.corpora.palos import palos_corpus
from escucha.corpora.shelf import open_corpus
from escucha.errors import InputError
from escucha.experiments.concepts.asking import unchecked, under_test
from escucha.experiments.concepts.study import ConceptStudy
from escucha.experiments.run import read_experiment
from escucha.finding import About, Finding, load, save
from tests.experiments.tones import LABELS, RATE, ToneBench, clips, listener, pairs, tagger
from tests.worlds import Deaf


@pytest.fixture
def bench(tmp_path):
    return ToneBench(tmp_path, tmp_path / "cache", known={"deaf": Deaf()})


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    return ConceptStudy("listener", ("palmas", "castanets"), {"count": 40}).run(ToneBench(home, home / "cache"))


def test_the_tone_it_listens_to_pushes_and_the_other_does_not(found):
    for layer in ("ears", "turned"):
        towards, away = (found.test("palmas", layer, label) for label in LABELS)
        assert (towards.verdict, away.verdict) == ("pushes towards", "pushes away")
        assert towards.push > 0.9 > -0.9 > away.push
        assert (towards.score, away.score) == (1.0, 0.0)
        inert = found.test("castanets", layer, LABELS[0])
        assert abs(inert.push) < 0.1
        assert inert.verdict == "no push beyond chance"
        assert inert.accuracy == 1.0  # decodable is not used


def test_the_direct_effect_is_what_switching_the_tone_on_does(found):
    effect = found.effect("palmas", "bulerias")
    assert effect.mean == pytest.approx(10 * 0.3 / 2, abs=0.05)  # the logit minus the mean of two
    assert effect.low <= effect.mean <= effect.high
    assert effect.felt
    assert effect.p < 0.001
    nothing = found.effect("castanets", "bulerias")
    assert nothing.inert
    assert abs(nothing.mean) < 0.02


def test_the_number_of_meaningless_concepts_follows_from_the_cells(found):
    numbers = found.numbers()
    assert numbers["cells"] == 2 * 2 * 2
    assert numbers["nulls"] == 160
    assert all(test["p"] >= 1 / 161 for test in numbers["tests"])


def test_concepts_are_as_entangled_as_their_tones(found):
    for layer in ("ears", "turned"):
        cosines = found.cosines(layer)
        np.testing.assert_allclose(np.diag(cosines), 1)
        assert abs(cosines[0, 1]) < 0.1


def test_words_name_the_cause_and_nothing_else(found):
    words = found.words()
    assert words[0] == "listener is moved by palmas (bulerias +1.49); castanets is not shown to move it."
    assert words[1] == "The value of bulerias is raised by palmas (+1.49 [+1.49, +1.50])."
    assert words[2] == "The value of alegrias is lowered by palmas (−1.49 [−1.50, −1.49])."
    assert words[3].startswith("These are facts: the same music was played with the idea and without it and ")
    assert words[4] == ("Pushes beyond chance, 4 of 8 (idea, label and layer): palmas towards bulerias (ears and "
                        "turned); palmas away from alegrias (ears and turned).")
    assert "No two ideas are the same direction to the model, no more than two meaningless ones may be." in words
    assert not any("-" in word.replace("Holm-corrected", "") for word in words), "a minus is no hyphen"
    assert not any(word.startswith("Warning") for word in words)


def test_it_is_a_finding_that_can_be_saved_and_heard(found, tmp_path):
    assert isinstance(found, Finding)
    saved = load(save(found, tmp_path / "out", About("concept-study", "t")))
    assert set(saved.files("figures")) == {"pushes", "direct-effects", "push-and-effect", "directions", "entanglement"}
    assert list(saved.files("sounds")) == ["with-palmas", "without-palmas", "with-castanets", "without-castanets"]
    tables = saved.tables()
    assert len(tables["pushes"]) == 8
    assert set(tables["sounds"]["name"]) == set(saved.files("sounds"))
    json.dumps(saved.numbers, allow_nan=False)
    with_, without = (found.sounds()[name].wave for name in ("with-palmas", "without-palmas"))
    tone = np.exp(-2j * np.pi * 80 * np.arange(RATE) / RATE)
    assert abs(with_ @ tone) > 10 * abs(without @ tone)


def test_the_same_settings_give_the_same_numbers(found, bench):
    again = ConceptStudy("listener", ("palmas", "castanets"), {"count": 40}).run(bench)
    assert json.dumps(again.numbers()) == json.dumps(found.numbers())


def test_each_tag_is_pushed_by_its_own_tone_on_clips_of_several_tags(bench):
    bench = replace(bench, known={"tags": tagger()})
    found = ConceptStudy("tags", ("palmas", "castanets"), {"count": 60}, tags="sources").run(bench)
    sounding = [track.source.annotations()["sources"] for track in clips(60)]
    counts = {tag: sum(tag in sources for sources in sounding) for tag in ("palmas", "castanets")}
    assert found.numbers()["clips"] == counts
    assert sum(counts.values()) > sum(bool({*counts} & set(sources)) for sources in sounding)  # some have both
    for tag, other in (("palmas", "castanets"), ("castanets", "palmas")):
        assert found.test(tag, "ears", tag).verdict == "pushes towards"
        assert abs(found.test(tag, "ears", other).push) < 0.1
        assert found.effect(tag, tag).mean == pytest.approx(10 * 0.3, abs=0.1)  # the logit itself, of a tag
        assert found.effect(tag, other).inert


@dataclass(frozen=True)
class Levels(ToneBench):
    """Palmas at three levels: each pair is two of them."""

    def concept(self, card: str) -> Concept:
        plain = pairs(card)
        if card != "palmas":
            return plain
        examples = []
        for number, (more, less) in enumerate(zip(plain.examples[::2], plain.examples[1::2])):
            high, low = ((0.3, 0.0), (0.15, 0.0), (0.3, 0.15))[number % 3]
            examples += [replace(one, source=one.source.changed("palmas", level), degree=(high - low) / 0.3,
                                 level=level) for one, level in ((more, high), (less, low))]
        return replace(plain, examples=tuple(examples))


@pytest.fixture(scope="module")
def levels(tmp_path_factory):
    home = tmp_path_factory.mktemp("levels")
    return ConceptStudy("listener", ("palmas", "castanets", "voice", "bass"), {"count": 40},
                        estimators=("ridge", "logistic")).run(Levels(home, home / "cache"))


def test_a_graded_idea_has_the_effect_of_its_whole_range_and_a_value_at_every_level(levels, found):
    assert levels.effect("palmas", "bulerias").mean == pytest.approx(found.effect("palmas", "bulerias").mean, abs=0.02)
    curve = [dose for dose in levels.doses if dose.label == "bulerias"]
    assert [dose.level for dose in curve] == [0.0, 0.15, 0.3]
    np.testing.assert_allclose([dose.step for dose in curve[1:]], 0.75, atol=0.05)
    assert ("From little to much palmas (level 0 to 0.3): the value of bulerias rises; the value of alegrias falls."
            in levels.words())


def test_estimators_stand_beside_the_tested_one_and_are_no_more_tests(levels):
    assert levels.numbers()["cells"] == 4 * 2 * 2
    told = {(one.concept, one.estimator) for one in levels.estimated}
    assert ("castanets", "logistic") in told
    assert ("palmas", "logistic") not in told  # it knows no degrees
    assert any("Only paired-difference is tested" in word for word in levels.words())


def test_pushes_tell_the_direct_effects_of_a_listener(levels):
    best = {one.layer: one for one in levels.agreements if one.measure == "push"}
    assert {layer: (one.signs, one.right) for layer, one in best.items()} == {"ears": (2, 2), "turned": (2, 2)}
    assert any(word.startswith("Pushes have the order of what switching ideas on does best at") or
               word.startswith("At no layer have pushes the order") for word in levels.words())


def test_everything_is_drawn_and_told(levels, tmp_path):
    saved = load(save(levels, tmp_path / "out", About("concept-study", "t")))
    assert list(saved.files("figures")) == ["direct-effects", "doses", "pushes", "push-and-effect", "agreement",
                                            "estimators", "directions", "entanglement"]
    tables = saved.tables()
    assert len(tables["entanglement"]) == 2 * 6
    assert len(tables["agreement"]) == 2 * 3
    assert len(tables["doses"]) == 2 * 3
    assert {"low", "high"} <= set(tables["pushes"])


def test_another_direction_is_told_only_of_ideas_that_a_layer_holds(levels):
    def said(one_of: str, p: float) -> str:
        bent = tuple(replace(one, cosine=0.2) if (one.concept, one.layer) == (one_of, "ears") else one
                     for one in levels.estimated)
        cavs = tuple(replace(cav, accuracy_p=p) if cav.concept == one_of else cav for cav in levels.cavs)
        (word,) = (word for word in replace(levels, estimated=bent, cavs=cavs).words() if "Fitted in other" in word)
        return word

    assert "the direction is another in 1 of 8 cases of an idea and a layer that holds it" in said("voice", 0.001)
    assert "the ideas have much the same directions" in said("voice", 0.4)


def test_more_of_a_graded_idea_is_said_to_move_and_entangled_pairs_are_taken_one_by_one(levels):
    assert levels.words()[0].startswith("listener is moved by more palmas (bulerias +1.")
    pairs_beyond = tuple(replace(pair, cosine=0.9, chance=0.5) for pair in levels.entangled)
    (word,) = (word for word in replace(levels, entangled=pairs_beyond).words() if "most entangled" in word)
    assert "6 of 6 pairs are beyond chance at some layer, each taken by itself: so would one in twenty" in word


def test_layers_that_cannot_be_asked_are_named(found):
    def said(**changed) -> list[str]:
        return [word for word in replace(found, **changed).words() if word.startswith("At ")]

    dead = tuple(replace(cav, direction=0 * cav.direction) if cav.layer == "ears" else cav for cav in found.cavs)
    assert said(cavs=dead) == ["At ears listener gives every example alike (a dead or constant layer), so no idea has "
                               "a direction there."]
    lone = tuple(replace(cav, direction=np.ones(1)) if cav.layer == "turned" else cav for cav in found.cavs)
    assert said(cavs=lone) == ["At turned there is one unit only: whatever moves it lies along it, so no idea was "
                               "tested there."]
    deaf = tuple(replace(test, p=np.nan, p_corrected=np.nan, verdict=UNMOVED) if test.layer == "turned" else test
                 for test in found.tests)
    assert said(tests=deaf) == ["At turned nothing moves the value of bulerias or alegrias, no meaningless change "
                                "either, so no push on it was tested."]
    assert not said()


def test_where_nothing_was_tested_nothing_is_said_to_be_no_harder_than_chance(found):
    blank = tuple(replace(test, p=np.nan, p_corrected=np.nan, verdict=NO_DIRECTION) for test in found.tests)
    nowhere = tuple(replace(cav, direction=0 * cav.direction, agreement=0.0) for cav in found.cavs)
    words = replace(found, tests=blank, cavs=nowhere).words()
    assert "No push on listener was tested (0 of 8: idea, label and layer)." in words
    assert not any("harder" in word and not word.startswith(("A push", "Beyond")) for word in words)
    assert not any("come out otherwise" in word for word in words)


def test_ideas_without_pairs_or_a_direction_are_said_not_to_have_been_tested(found):
    def headline(*lost: str) -> str:
        tests = tuple(replace(test, p=np.nan, p_corrected=np.nan, verdict=NO_DIRECTION) if test.concept in lost else
                      test for test in found.tests)
        return replace(found, tests=tests, effects=()).words()[0]

    assert headline("palmas", "castanets") == ("palmas and castanets could not be tested on listener: no layer holds a "
                                               "direction for them.")
    assert headline("castanets") == ("listener is moved by palmas; castanets could not be tested on listener: no layer "
                                     "holds a direction for it.")
    assert headline("palmas") == ("castanets is not shown to move listener; palmas could not be tested on listener: no "
                                  "layer holds a direction for it.")
    assert headline() == "listener is moved by palmas; castanets is not shown to move it."


def test_few_groups_under_test_are_warned_of(found):
    assert found.tested_groups == 30, "singers"
    few = [word for word in replace(found, tested_groups=5).words() if word.startswith("Warning")]
    assert few == ["Warning: the clips under test come from 5 groups; under 20 a push says little of other music."]


def test_what_is_not_sound_about_a_card_is_said_once(found):
    doubted = replace(found, doubts={"palmas": ("They are few.",), "castanets": ("They are few.", "All sing.")})
    said = [word for word in doubted.words() if word.startswith("Warning")]
    assert said == ["Warning: of the examples of palmas and castanets: They are few.",
                    "Warning: of the examples of castanets: All sing."]


def test_clips_of_families_that_supply_examples_are_not_tested():
    concept = pairs("palmas")
    corpus = clips(60)
    assert len(under_test(corpus, [concept], LABELS)) == 60
    mine = corpus.tracks[0].group
    shared = type(concept)(concept.name, concept.meaning, tuple(
        type(example)(example.source, example.present, mine, example.label) for example in concept.examples),
        concept.null, paired=False)
    kept = under_test(corpus, [shared], LABELS)
    assert len(kept) == 58
    assert mine not in {track.group for track in kept}
    every = replace(shared, examples=tuple(replace(example, group=track.group)
                                           for track in corpus if track.labels == (LABELS[0],)
                                           for example in concept.examples[:2]))
    with pytest.raises(InputError, match=rf"every clip of '{LABELS[0]}' in .* is an example of a concept, or shares a"):
        under_test(corpus, [every], LABELS)


def test_a_concept_whose_examples_are_of_one_group_is_named():
    concept = pairs("palmas")
    examples, null = (tuple(replace(example, group="a") for example in some)
                      for some in (concept.examples, concept.null))
    alone = replace(concept, examples=examples, null=null)
    rows = {example.source.key(): 0 for example in (*concept.examples, *concept.null)}
    with pytest.raises(InputError, match="concept 'palmas': examples with and without the idea must each come"):
        design(alone, rows, estimator="paired-difference", nulls=20, seed=0)


def test_copies_of_the_corpus_are_not_tested_whatever_their_groups_are_called(tmp_path):
    for number in range(6):
        for folder in ("corpus/bulerias", ("with", "without")[number % 2], "pool"):
            (tmp_path / folder).mkdir(parents=True, exist_ok=True)
            write(tmp_path / folder / f"{folder[:3]}{number}.wav", clips().tracks[number].source.clip())
    write(tmp_path / "corpus" / "bulerias" / "new.wav", clips().tracks[6].source.clip())
    corpus = open_corpus({"kind": "folder", "path": "corpus", "group": "file"}, where="here", base=tmp_path)
    examples, null = Folders("without", "pool", "file", "with").gather(tmp_path, "here")
    copied = Concept("claps", "Claps.", examples, null, paired=False)
    assert [track.name for track in under_test(corpus, [copied], ["bulerias"])] == ["bulerias-new"]
    assert unchecked(corpus, [copied, pairs("palmas")]) == ("claps",)
    shared = replace(copied, null=(*null, replace(null[0], group=corpus.tracks[0].group)))
    assert unchecked(corpus, [shared]) == ()


def test_what_is_rendered_has_families_and_no_two_names(tmp_path):
    concept, folder = pairs("palmas"), clips(4)
    loose = replace(concept, paired=False)
    assert unchecked(folder, [loose]) == ("palmas",)
    rendered = palos_corpus(clips=4)
    examples = tuple(replace(example, source=rendered.tracks[number % 4].source)
                     for number, example in enumerate(loose.examples))
    assert unchecked(folder, [replace(loose, examples=examples)]) == ()
    assert unchecked(rendered, [loose]) == ()


def test_words_say_what_the_test_could_have_shown_of_a_real_effect(found):
    assert not any("cannot be told from chance" in word for word in found.words())
    least = {"ears": 1.0, "turned": 1.1}
    blunt = replace(found, tests=tuple(replace(test, verdict=NEITHER, p=0.2, needed=least[test.layer])
                                       for test in found.tests))
    said = [word for word in blunt.words() if "cannot be told from chance" in word]
    assert len(said) == 1
    assert said[0].startswith("Felt, yet no harder a push than meaningless changes have: palmas on bulerias and palmas "
                              "on alegrias; for palmas on bulerias a push below 1.00 at ears (it has 1.00) cannot")
    one = replace(blunt, tests=tuple(replace(test, p=0.01) for test in blunt.tests))
    assert any("would be shown if it had been the only question (p = 0.01), not as one of 8" in word
               for word in one.words())


def test_words_say_that_groups_could_not_be_told_apart(found):
    assert not any("under two names" in word for word in found.words())
    said = [word for word in replace(found, unchecked=("palmas",)).words() if "under two names" in word]
    assert len(said) == 1
    assert said[0].startswith("Warning: no group has one name among the examples of palmas and")


@pytest.mark.parametrize(("settings", "says"), [
    ({"concepts": ()}, "'concepts' is empty"),
    ({"concepts": ("loud", "loud")}, "'concepts' names 'loud' twice; name it once"),
    ({"layers": ("ears", "turned", "ears")}, "'layers' names 'ears' twice"),
    ({"estimators": ("ridge", "ridge")}, "'estimators' names 'ridge' twice"),
    ({"estimators": ("ridge", "paired-difference")}, "'estimators' names 'paired-difference', which is the one that"),
    ({"concepts": ("palmsa",)}, "did you mean 'palmas'"),
    ({"layers": ("ear",)}, "unknown layer 'ear'; did you mean 'ears'"),
    ({"labels": ("buleria",)}, "unknown label 'buleria'; did you mean 'bulerias'"),
    ({"estimator": "rigde"}, "unknown estimator 'rigde' in the experiment; did you mean 'ridge'"),
    ({"correction": "bonferroni"}, "unknown correction 'bonferroni' in the experiment; available"),
    ({"nulls": 100}, r"8 questions \(idea x label x layer\) at 0\.05 need 160 meaningless ideas or more"),
    ({"model": "deaf"}, "only gives scores"),
    ({"erase": ("ear",)}, "unknown layer 'ear' in 'erase'; did you mean 'ears'"),
    ({"erase": ("ears",), "maps": "flattened"}, "'erase' needs maps = \"pooled\""),
])
def test_what_is_wrong_is_said_before_anything_is_heard(bench, settings, says):
    asked = {"model": "listener", "concepts": ("palmas", "castanets"), "corpus": {"count": 40}, **settings}
    with pytest.raises(InputError, match=says):
        ConceptStudy(**asked).run(bench)
    assert not bench.cache.exists()


def test_the_labels_lose_what_was_erased_where_the_network_listens_to_it(bench):
    found = ConceptStudy("listener", ("palmas", "castanets"), {"count": 40}, erase=("ears", "turned")).run(bench)
    assert found.erasures is not None
    assert found.erasures.controls == 2 * 2 * 2 / 0.05
    for layer in ("ears", "turned"):
        lost = {(one.concept, one.label): one for one in found.erasures.effects if one.layer == layer}
        assert lost["palmas", "bulerias"].p_corrected <= 0.05
        assert lost["palmas", "bulerias"].high < 0
        assert lost["palmas", "alegrias"].high < 0, "to have middling palmas is no sign of alegrias, which have few"
        assert lost["castanets", "bulerias"].p_corrected > 0.05
        assert abs(lost["castanets", "bulerias"].mean) < 0.05
    assert all(one.before == 1 and one.after <= one.after_null for one in found.erasures.readings)
    assert any(word.startswith("Erased at ears: bulerias falls without palmas (−") for word in found.words())
    assert "Erasing castanets is not shown to change any label." in found.words()
    assert {"erased", "read-when-erased"} <= found.tables().keys()
    assert "erased" in found.figures()


def test_the_committed_question_is_well_formed():
    from pathlib import Path

    home = Path(__file__).resolve().parents[3]
    asked = read_experiment("what-makes-a-buleria", home)
    assert isinstance(asked.experiment, ConceptStudy)
    assert len(asked.experiment.concepts) == 6


def test_a_model_that_does_not_know_the_labels_has_no_significant_push(bench):
    bench = replace(bench, known={"other": listener("castanets")})
    found = ConceptStudy("other", ("palmas", "castanets"), {"count": 40}).run(bench)
    assert found.effect("castanets", LABELS[0]).felt, "it is moved, as every network is"
    assert {test.verdict for test in found.tests} == {NO_LABEL}
    assert all(one.p > 0.05 for one in found.told)
    assert any(word.startswith("Warning: other does not know") for word in found.words())


def test_words_say_that_nobody_could_see_whether_labels_are_known(found):
    told = tuple(replace(one, p=0.5, least=0.5) for one in found.told)
    said = [word for word in replace(found, told=told).words() if word.startswith("Warning")]
    assert len(said) == 1
    assert said[0].startswith("Warning: whether listener knows bulerias or alegrias cannot be seen in so few groups")
