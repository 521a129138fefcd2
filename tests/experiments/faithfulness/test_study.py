"""Explanations compared on clips whose reasons are known: the truth wins, chance is chance, doubts are said."""

from collections import OrderedDict
from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch
from scipy.stats import binomtest
from torch import nn

from escucha.audio.clip import Clip
from escucha.corpora.corpus import Corpus, Track
from escucha.errors import InputError
from escucha.experiments.faithfulness import weighing
from escucha.experiments.faithfulness.judging import JudgedClip, Trial
from escucha.experiments.faithfulness.study import Faithfulness, strangers, weigh_truth
from escucha.experiments.faithfulness.summary import Summary
from escucha.experiments.faithfulness.words import sentences
from escucha.experiments.run import experiment_of, read_experiment
from escucha.experiments.workbench import Workbench
from escucha.explain.deletion import Bounds
from escucha.explain.faithfulness import Judged, random_weights
from escucha.explain.maps import AttributionMap
from escucha.explain.weights import exact
from escucha.finding import About, Finding, load, save
from escucha.models.torch_classifier import TorchClassifier
from tests.worlds import RATE, Additive, Deaf, mix, stems

QUICK = ("deletion", "insertion", "FF", "AI", "Fid-In", "kept", "seeds", "shift", "other-label")


@dataclass(frozen=True)
class Sines:
    """A mix of three sines whose strengths change every second."""

    seed: int
    seconds: float = 3.0

    def clip(self) -> Clip:
        return mix(self.stems())

    def stems(self) -> dict[str, Clip]:
        return stems(self.seconds, seed=self.seed)

    def annotations(self):
        return {}

    def key(self) -> str:
        return f"{self.seed}-{self.seconds}"


@dataclass(frozen=True)
class Lost(Sines):
    def clip(self) -> Clip:
        raise InputError("lost.wav cannot be decoded")


def network() -> TorchClassifier:
    """Three labels; one layer that hears, one that answers."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = nn.Sequential(OrderedDict(ear=nn.Linear(RATE, 12), act=nn.ReLU(), head=nn.Linear(12, 3)))
        with torch.no_grad():
            net.ear.weight *= 20
    return TorchClassifier(net, ("a", "b", "c"), RATE, RATE, layers=("ear", "head"))


def tracks(count=16, *, groups=8, lost=()):
    sources = [Lost(at) if at in lost else Sines(at) for at in range(count)]
    return tuple(Track(f"clip-{at}", ("abc"[at % 3],), f"group-{at % groups}", source)
                 for at, source in enumerate(sources))


@pytest.fixture
def bench(tmp_path):
    return Workbench(tmp_path, tmp_path / "cache")


def judged(bench, classifier, *, count=14, groups=7, lost=(), **settings):
    told = {"model": "toy", "corpus": {}, "methods": ("shapley", "leave-one-in"), "metrics": QUICK, "parts": "stems",
            **settings}
    return weigh_truth(classifier, Corpus(tracks(count, groups=groups, lost=lost), "sines"), Faithfulness(**told),
                       bench)


@pytest.fixture(scope="module")
def truth(tmp_path_factory):
    """Three methods on a listener whose truth they know, and the control."""
    home = tmp_path_factory.mktemp("home")
    return judged(Workbench(home, home / "cache"), Additive(), count=15, groups=15, samples=300,
                  methods=("shapley", "lime", "leave-one-out"))


def test_the_truth_is_found_and_chance_is_chance(truth):
    found = truth.found
    for name in ("shapley", "leave-one-out"):
        assert found.intervals["deletion"][name].value == pytest.approx(1, abs=1e-4)
    control = found.intervals["deletion"]["random"]
    assert abs(control.value) < 4 * found.values("random", "deletion").std() / np.sqrt(15)
    assert control.low < 0 < control.high
    assert "random" in found.beaten("deletion", "shapley")
    assert not {"leave-one-out"} & set(found.beaten("deletion", "shapley"))
    assert found.standing("deletion", "shapley") == found.standing("deletion", "leave-one-out") == "level"
    assert found.standing("deletion", "random") == found.standing("kept", "shapley") == ""


def test_every_comparison_counts_in_the_correction(truth):
    contrasts = truth.found.contrasts
    assert len(contrasts) == 6 * 7  # every two of four methods, by each measure with a better side
    least = min(contrasts, key=lambda two: two.p)
    assert least.p_corrected == pytest.approx(least.p * len(contrasts))
    assert least.shown  # so many flips are drawn that the least p can stand it
    assert all(two.p_corrected >= two.p for two in contrasts)


def test_words_say_who_tells_most_truth_and_how_sure_that_is(truth):
    said = truth.words()
    assert "tells most truth here, and " in said[0]
    assert "are not told apart from it: deletion 1.00" in said[0]
    assert "shown to be better than random" in said[0]
    assert "; being picked by this mean among 3 flatters it and its interval. It is" in said[0]
    assert any("Random weights, the control, read deletion" in line for line in said)
    assert any("all 42 comparisons" in line and "Holm" in line for line in said)


def test_a_method_that_keeps_more_parts_is_said_to_have_it_easier(truth):
    assert "Each method has its own number" not in " ".join(truth.words())
    clips = tuple(replace(clip, trials={name: replace(trial, measures={**trial.measures, "kept": 0.9})
                                        if name == "lime" else trial for name, trial in clip.trials.items()})
                  for clip in truth.found.clips)
    line = next(line for line in replace(truth, found=replace(truth.found, clips=clips)).words()
                if line.startswith("The fewest parts"))
    assert "to 90% (lime) of them; AI and Fid-In favour one that keeps more (FF" in line


def test_the_finding_is_kept_whole(truth, tmp_path):
    assert isinstance(truth, Finding)
    kept = load(save(truth, tmp_path / "out", About("faithfulness", "toy")))
    assert kept.numbers["methods"]["shapley"]["deletion"]["mean"] == pytest.approx(1, abs=1e-4)
    assert len(kept.tables()["clips"]) == 15 * 4
    assert kept.tables()["methods"].set_index("method").loc["shapley", "deletion"] == "1.00 (1.00 to 1.00) ="
    assert {"deletion-and-insertion", "measures"} == set(kept.files("figures"))
    tex = (tmp_path / "out" / "tables" / "methods.tex").read_text()
    assert "shapley" in tex
    assert r"\toprule" in tex
    arrays = kept.arrays()
    assert (arrays["deletion_best"] <= arrays["deletion_mean"][0] + 1e-6).all()
    assert (arrays["insertion_best"] >= arrays["insertion_mean"][0] - 1e-6).all()
    assert np.diag(arrays["agreement"]) == pytest.approx([1, 1, 1, 1])


def test_the_same_seed_says_the_same(bench):
    small = {"count": 5, "groups": 5, "methods": ("lime",), "samples": 40}
    one, again = (judged(bench, Additive(), **small).numbers() for _ in range(2))
    assert one == again
    assert one != judged(bench, Additive(), seed=1, **small).numbers()


def test_clips_draw_their_chance_apart(bench):
    """One draw for all clips would put the same parts first in each, and chance would not even out."""
    found = judged(bench, Additive(), count=4, groups=4).found
    drawn = [clip.trials["random"].weights for clip in found.clips]
    assert all(not np.array_equal(drawn[0], other) for other in drawn[1:])


def test_a_deaf_classifier_gives_zeros_and_that_is_said(bench):
    finding = judged(bench, Deaf(), count=4, groups=4, metrics=("deletion", "insertion", "FF"))
    for measure in ("deletion", "insertion", "FF"):
        assert {one.value for one in finding.found.intervals[measure].values()} == {0}
    said = " ".join(finding.words())
    assert "4 of 4 clips the model says the same whatever is taken away" in said
    assert "No method is shown to tell more truth than another" in said


def test_a_lie_is_shown_to_be_worse(bench, monkeypatch):
    def upside_down(game, label, sampling=None):
        true = weighing.METHODS["shapley"](game, label)
        return replace(true, weights=-true.weights)

    monkeypatch.setitem(weighing.JUDGED, "upside-down", upside_down)
    finding = judged(bench, Additive(), groups=14, methods=("upside-down", "shapley"), metrics=("deletion",))
    assert finding.found.intervals["deletion"]["upside-down"].value == pytest.approx(-1, abs=1e-4)
    assert set(finding.found.beaten("deletion", "shapley")) == {"upside-down", "random"}
    assert finding.found.standing("deletion", "shapley") == "best"
    assert "better than every other method (" in finding.words()[0]


def test_what_cannot_be_explained_is_listed_and_the_rest_goes_on(bench, monkeypatch):
    def never(game, label, sampling=None):
        raise InputError("this method needs a network")

    def sometimes(game, label, sampling=None):
        if float(np.abs(game.factorization.clip.wave).sum()) == loud:
            raise InputError("too loud")
        return weighing.METHODS["shapley"](game, label)

    loud = max(float(np.abs(Sines(at).clip().wave).sum()) for at in range(5) if at != 2)
    monkeypatch.setitem(weighing.JUDGED, "never", never)
    monkeypatch.setitem(weighing.JUDGED, "sometimes", sometimes)
    finding = judged(bench, Additive(), count=5, groups=5, lost=(2,), methods=("never", "sometimes", "shapley"),
                     metrics=("deletion",))
    assert finding.found.methods == ("sometimes", "shapley", "random")
    assert [one.reason for one in finding.failed] == ["lost.wav cannot be decoded", "sometimes: too loud"]
    assert len(finding.found.clips) == 3
    assert "never is left out: this method needs a network." in finding.words()
    assert any("2 clips are left out; the first, clip-2" in line for line in finding.words())


def test_where_nothing_can_be_explained_that_is_an_error(bench, monkeypatch):
    with pytest.raises(InputError, match="none of 2 clips can be explained; the first: lost"):
        judged(bench, Additive(), count=2, lost=(0, 1))
    with pytest.raises(InputError, match="no method explains these clips; saliency says"):
        judged(bench, Additive(), count=2, methods=("saliency",))


def test_what_has_no_weights_to_reset_says_so(bench):
    finding = judged(bench, Additive(), count=3, metrics=("deletion", "reset", "scrambled"))
    assert finding.found.measures == ("deletion",)
    assert "forgetting" not in finding.figures()
    assert any(line.startswith("Randomisation is left out: the model is no torch network") for line in finding.words())


def test_a_network_forgets_layer_by_layer_and_learns_again(bench, monkeypatch):
    def loudness(game, label, sampling=None):
        """Listens to the sound and never to the network."""
        size = np.array([np.abs(part.wave).sum() for part in game.factorization.parts])
        return exact(size, *game.ends(label), passes=0)

    monkeypatch.setitem(weighing.JUDGED, "loudness", loudness)
    finding = judged(bench, network(), count=16, groups=8, clips=6, randomised=5,
                     methods=("shapley", "loudness"), metrics=("deletion", "reset", "refitted", "scrambled"))
    found = finding.found
    assert found.layers == ("head", "ear")
    assert [one.value for one in found.forgot("loudness", "signed")] == pytest.approx([1, 1])
    assert found.intervals["reset"]["loudness"].value == pytest.approx(1)
    assert found.intervals["reset"]["shapley"].value < 0.8
    assert found.intervals["refitted"]["shapley"].value > found.intervals["scrambled"]["shapley"].value
    assert found.intervals["reset"]["shapley"].groups == 5
    warned = [line for line in finding.words() if "forgotten everything much as" in line]
    assert len(warned) == 1
    assert warned[0].startswith("Warning: loudness explain")
    assert "forgetting" in finding.figures()
    assert set(finding.tables()["forgetting"]["reset down to"]) == {"head", "ear"}


def taught(truth, **measures):
    """The finding as if each method had read so in each of the clips: `(clip,)` values."""
    clips = tuple(replace(clip, trials={name: replace(trial, measures={
        **trial.measures, **{what: float(values[at]) for what, values in measures.items()}})
        for name, trial in clip.trials.items()}) for at, clip in enumerate(truth.found.clips))
    found = replace(truth.found, clips=clips, measures=(*truth.found.measures, *measures))
    return replace(truth, found=found)


def test_only_an_explanation_surely_as_it_was_is_said_to_be_deaf_to_what_was_learned(truth):
    """Most often like itself, and now and then its opposite: a mean above a half, and no warning."""
    reads = np.where(np.arange(15) % 4 == 3, -0.6, 1.0)
    unsure = taught(truth, reset=reads)
    assert unsure.found.intervals["reset"]["shapley"].value > 0.5 > unsure.found.intervals["reset"]["shapley"].low
    assert not any("forgotten everything much as" in line for line in unsure.words())
    assert any("forgotten everything much as" in line for line in taught(truth, reset=reads * 0 + 0.9).words())


def test_learned_again_and_learned_shuffled_are_compared_on_the_same_clips(truth):
    """Clips differ far more than the two do within each: only pairs show it."""
    luck = np.random.default_rng(0).normal(scale=0.3, size=15)
    paired = taught(truth, reset=luck, refitted=luck + 0.1, scrambled=luck)
    again, shuffled, between = paired.found.relearned
    assert between.value == pytest.approx(0.1)
    assert between.low > 0.09
    assert again.low < shuffled.value < again.value < shuffled.high, "unpaired they would not differ"
    line = next(line for line in paired.words() if "learned the same answers again" in line)
    assert line.endswith("the first minus the second is 0.10 (0.10 to 0.10).")
    lucky = taught(truth, reset=luck, refitted=luck - luck.mean() + 0.05, scrambled=luck * 0)
    assert lucky.found.relearned[2].value == pytest.approx(0.05)
    line = next(line for line in lucky.words() if "learned the same answers again" in line)
    assert line.endswith("; the two are not shown to differ.")


def test_where_no_clip_has_both_learners_nothing_is_said_of_them(truth):
    one = taught(truth, reset=np.ones(15), refitted=np.ones(15), scrambled=np.full(15, np.nan))
    assert one.found.relearned is None
    assert "learned the same answers again" not in " ".join(one.words())


def test_what_only_a_draw_says_is_not_taken_for_a_likeness(bench, monkeypatch):
    """A method that is nothing but its draw: other networks and labels are asked with other draws, a shift is not."""
    monkeypatch.setitem(weighing.JUDGED, "dice", random_weights)
    finding = judged(bench, network(), count=16, groups=8, clips=6, randomised=6, methods=("dice",),
                     metrics=("deletion", "reset", "refitted", "other-label", "shift"))
    for measure in ("reset", "refitted", "other-label"):
        assert abs(finding.found.intervals[measure]["dice"].value) < 0.5
    assert finding.found.intervals["shift"]["dice"].value == pytest.approx(1)


def test_a_last_layer_learns_from_groups_that_are_not_explained_where_there_are_such():
    rows = tracks(12, groups=4)
    explained = [track for track in rows if track.group in (rows[0].group, rows[1].group)][:4]
    left = strangers(rows, explained)
    assert {track.group for track in left} == {rows[2].group, rows[3].group}
    assert len(left) == 6
    assert strangers(rows, rows[:4]) == list(rows[4:]), "every group is explained"


def test_another_label_is_another_explanation_and_chance_knows_nothing_of_it(truth):
    """Of two labels the values are each other's opposites, and so are the weights."""
    assert truth.found.intervals["other-label"]["shapley"].value == pytest.approx(-1)
    assert abs(truth.found.intervals["other-label"]["random"].value) < 0.5
    assert truth.found.intervals["shift"]["shapley"].value > 0.9
    assert abs(truth.found.intervals["shift"]["random"].value) < 0.5
    assert truth.found.intervals["seeds"]["shapley"].value == pytest.approx(1)
    assert truth.found.intervals["seeds"]["lime"].value < 1


def noise(rng, methods, groups, clips):
    """Judged clips of methods that are worth the same, in groups that share some luck."""
    flat, empty = Bounds(np.zeros(2), np.zeros(2), np.zeros(2)), Judged({}, np.zeros(2), np.zeros(2))
    made = []
    for group in range(groups):
        lucky = rng.normal(size=len(methods))
        for at in range(clips):
            trials = {name: Trial(np.zeros(1), empty, {"deletion": float(luck + rng.normal()), "FF": rng.normal()})
                      for name, luck in zip(methods, lucky)}
            made.append(JudgedClip(f"{group}-{at}", str(group), "yes", 0.5, np.arange(1), ("part",), flat, trials, {}))
    return made


def test_methods_of_the_same_worth_are_told_apart_as_rarely_as_promised():
    rng, wrong = np.random.default_rng(0), 0
    for _ in range(120):
        found = Summary.of(noise(rng, ("one", "two", "three"), 10, 6), ("one", "two", "three"), ("deletion", "FF"))
        wrong += any(two.shown for two in found.contrasts)
    assert binomtest(wrong, 120, 0.05, alternative="greater").pvalue > 0.01


@pytest.mark.parametrize(("settings", "said"), [
    ({"methods": ["shaply"]}, "unknown method 'shaply'; did you mean 'shapley'"),
    ({"methods": []}, "'methods' is empty"),
    ({"metrics": ["deletions"]}, "unknown metric 'deletions'; did you mean 'deletion'"),
    ({"shares": []}, "'shares' is empty"),
    ({"parts": "hpps"}, "unknown parts 'hpps'"),
    ({"aggregation": "median"}, "unknown aggregation"),
])
def test_mistakes_are_said_before_anything_is_heard(settings, said, bench):
    asked = experiment_of({"kind": "faithfulness", "model": "no-such-card", "corpus": {}, **settings}, "x.toml")
    with pytest.raises(InputError, match=said):
        asked.run(bench)


def test_weights_that_are_sizes_are_said_to_be(bench, monkeypatch):
    def sizes(game, label, sampling=None):
        true = weighing.METHODS["shapley"](game, label)
        cells = AttributionMap(np.zeros((1, 1)), np.zeros(1), np.zeros(1), "logit", signed=False)
        return replace(true, weights=np.abs(true.weights), map=cells)

    monkeypatch.setitem(weighing.JUDGED, "sizes", sizes)
    finding = judged(bench, Additive(), count=4, groups=4, methods=("sizes", "shapley"), metrics=("deletion",))
    assert finding.found.sizes_only == ("sizes",)
    assert any(line.startswith("The weights of sizes are sizes and do not tell for from against")
               for line in finding.words())
    read = finding.found.intervals["deletion"]
    assert read["sizes"].value < read["shapley"].value


def test_what_draws_nothing_is_not_drawn_again(bench, monkeypatch):
    asked = []

    def counted(game, label, sampling=None):
        asked.append(sampling.seed)
        return weighing.METHODS["shapley"](game, label)

    monkeypatch.setitem(weighing.JUDGED, "counted", counted)
    found = judged(bench, Additive(), count=2, groups=2, methods=("counted", "lime"), samples=50, seeds=3,
                   metrics=("deletion", "seeds")).found
    assert len(asked) == 2  # once a clip
    assert found.intervals["seeds"]["counted"].value == pytest.approx(1)
    assert found.intervals["seeds"]["lime"].value < 1
    assert found.drawing == ("lime", "random")
    line = next(line for line in sentences(found) if line.startswith("Steadiness"))
    assert "under other seeds lime keeps its order at 0." in line
    assert "counted" not in line


def test_two_groups_have_no_interval_and_nothing_reads_as_if_they_had(bench):
    finding = judged(bench, Additive(), count=4, groups=2, metrics=("deletion", "FF", "Fid-In"))
    one = finding.found.intervals["Fid-In"]["shapley"]
    assert (one.groups, np.isnan(one.low), np.isnan(one.high)) == (2, True, True)
    said = " ".join(finding.words())
    assert "of clips; without them" in said
    assert "nan" not in said
    assert "off chance" not in said
    assert "2 groups are too few for intervals" in said
    finding.figures()["deletion-and-insertion"].draw_without_rendering()
    assert len(finding.tables()["measures"]["low"].dropna()) == 0


def test_the_experiment_on_the_shelf_asks_for_what_there_is(home):
    asked = read_experiment("do-explanations-tell-the-truth", home).experiment
    asked.check()
    assert asked.model == "palos-cnn"
    assert set(asked.methods) < set(weighing.JUDGED)


def test_an_unknown_label_is_an_error(bench):
    with pytest.raises(InputError, match="unknown label 'maybe'"):
        judged(bench, Additive(), label="maybe")
