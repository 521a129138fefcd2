"""The smallest removal is the smallest of all: asked of games whose every subset can be listed."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from escucha.audio.clip import Clip
from escucha.errors import InputError
from escucha.explain import counterfactual as module
from escucha.explain.counterfactual import counterfactual
from escucha.explain.remix import Game
from escucha.explain.shapley import shapley, subsets
from escucha.models.classifier import Link, probabilities
from escucha.models.windows import score_clip
from tests.worlds import RATE, TONES, Additive, Counting, Deaf, Pair, StemListener, Tangled, amplitude, factorization

SOURCES = tuple(TONES)[:3]
STEP = 0.05


@dataclass(frozen=True)
class Whim:
    """Every remix of every window is scored by dice that are cast once and for all: any game there can be."""

    seed: int = 0
    whole: bool = False
    """Small whole numbers for logits, so that ties abound."""
    labels: tuple[str, ...] = ("yes", "no", "perhaps")
    link: Link = "softmax"
    window: int = RATE
    rate: int = RATE

    def scores(self, waves):
        """`(batch, label)`."""
        level = np.rint(np.stack([amplitude(waves, TONES[name]) for name in SOURCES], axis=1) / STEP).astype(int)
        dice = [np.random.default_rng([self.seed, *row]) for row in level]
        size = len(self.labels)
        return np.stack([each.integers(-2, 3, size).astype(float) if self.whole else each.normal(size=size)
                         for each in dice])


@dataclass(frozen=True)
class TwoMinds(Whim):
    """Two views of each window, each with dice of its own."""

    views: tuple[str, ...] = ("one", "other")

    def view_scores(self, waves):
        """`(view, batch, label)`."""
        return np.stack([replace(self, seed=self.seed + shift).scores(waves) for shift in (0, 100)])


@dataclass(frozen=True)
class Shifted:
    """Another listener, with a bias on its first label."""

    inner: StemListener | Additive
    bias: float
    labels = property(lambda self: self.inner.labels)
    rate = property(lambda self: self.inner.rate)
    window = property(lambda self: self.inner.window)
    link = property(lambda self: self.inner.link)

    def scores(self, waves):
        """`(batch, label)`."""
        return self.inner.scores(waves) + self.bias * np.eye(len(self.labels))[0]


def steps(seconds, sources=SOURCES):
    """Stems whose level names the second."""
    time = np.arange(round(seconds * RATE)) / RATE
    return {name: Clip(STEP * (2 + time.astype(int)) * np.sin(2 * np.pi * TONES[name] * time), RATE)
            for name in sources}


def by_listing(game, label, threshold=0.5):
    """The smallest sizes first, every set of each: kept parts with the largest margin, or None."""
    masks = subsets(len(game.factorization.parts))
    logits = game.score(masks).logits()
    column, softmax = game.classifier.labels.index(label), game.classifier.link == "softmax"
    shares = probabilities(logits, game.classifier.link)
    given = logits.argmax(axis=1) == column if softmax else shares[:, column] >= threshold
    level = logits if game.aggregation == "mean-logit" else shares
    line = np.log(threshold / (1 - threshold)) if game.aggregation == "mean-logit" else threshold
    over = level[:, column] - (np.delete(level, column, axis=1).max(axis=1) if softmax else line)
    margin = -over if given[-1] else over
    for size in range(1, masks.shape[1] + 1):
        there = np.flatnonzero((given != given[-1]) & ((~masks).sum(axis=1) == size))
        if len(there):
            best = margin[there].max()
            return size, best, [masks[at] for at in there if margin[at] > best - 1e-9]
    return None


def agree(game, label, threshold=0.5):
    """The set found is one of the best that listing finds; how many parts it has, 0 where there is none."""
    found = counterfactual(game, label, threshold=threshold)
    listed = by_listing(Game(game.classifier, game.factorization, game.aggregation), label, threshold)
    if listed is None:
        assert found is None
        return 0
    assert found.smallest
    assert found.removed.sum() == listed[0]
    assert any((~found.removed == keep).all() for keep in listed[2])
    return listed[0]


@pytest.mark.parametrize("aggregation", ["mean-logit", "mean-probability", "majority-vote"])
@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("link", ["softmax", "sigmoid"])
def test_it_is_the_smallest_of_all_sets_and_the_surest_of_the_smallest(aggregation, whole, link):
    parts, sizes = factorization(steps(2)), []
    for seed in range(12):
        game = Game(Whim(seed, whole, link=link), parts, aggregation)
        answer = score_clip(game.classifier, parts.clip, aggregation=aggregation).label
        sizes += [agree(game, answer), agree(game, "perhaps")]
    assert len(set(sizes)) > 1


def test_two_labels_and_more_windows_and_another_threshold():
    parts, sizes = factorization(steps(4, SOURCES[:2])), []
    for seed in range(10):
        sizes.append(agree(Game(Whim(seed, labels=("yes", "no")), parts), "yes"))
        sizes.append(agree(Game(Whim(seed, link="sigmoid"), parts), "yes", threshold=0.7))
    assert max(sizes) >= 3


@pytest.mark.parametrize("aggregation", ["mean-logit", "majority-vote"])
def test_where_a_model_looks_twice_both_views_count_and_each_has_a_vote(aggregation):
    parts = factorization(steps(2))
    sizes = [agree(Game(TwoMinds(seed, whole=True), parts, aggregation), label)
             for seed in range(12) for label in ("yes", "no")]
    assert len(set(sizes)) > 1


def test_silence_has_none():
    game = Game(Whim(), factorization({"voice": Clip(np.zeros(2 * RATE), RATE)}))
    assert all(counterfactual(game, label) is None for label in Whim().labels)


def test_parts_that_several_windows_hear_are_listed_as_long_as_they_are_few():
    parts, sizes = factorization(steps(2.5), segments=2), []
    assert any(len(window.parts) > 3 for window in Game(Whim(), parts).grid)
    for seed in range(10):
        sizes.append(agree(Game(Whim(seed), parts), "yes"))
    assert max(sizes) >= 2


def gains(parts, seeds, aggregation="mean-logit"):
    """For labels that are not answered: the game, the label, what was found, and the smallest that listing finds."""
    for seed, label in [(seed, label) for seed in range(seeds) for label in ("no", "perhaps", "maybe")]:
        game = Game(Whim(seed, labels=("yes", "no", "perhaps", "maybe")), parts, aggregation)
        if score_clip(game.classifier, parts.clip, aggregation=aggregation).label != label:
            yield game, label, counterfactual(game, label), by_listing(game, label)


def spared(game, column, removed):
    """Does one part less do as well?"""
    off = np.flatnonzero(removed)
    fuller = np.tile(~removed, (len(off), 1))
    fuller[np.arange(len(off)), off] = True
    return (game.score(fuller).logits().argmax(axis=1) == column).any()


@pytest.mark.parametrize("aggregation", ["mean-logit", "mean-probability", "majority-vote"])
def test_beyond_listing_what_beats_all_rivals_window_by_window_is_mostly_the_smallest_and_known_to_be(
        monkeypatch, aggregation):
    monkeypatch.setattr(module, "REMIXES", 8)
    certain = []
    for game, label, found, listed in gains(factorization(steps(3)), 8, aggregation):
        if listed is None:
            assert found is None
            continue
        column = game.classifier.labels.index(label)
        assert game.score(~found.removed).logits()[0].argmax() == column
        assert found.becomes == label
        assert found.removed.sum() == listed[0] or not found.smallest
        assert not spared(game, column, found.removed)
        certain.append(found.smallest)
    assert np.mean(certain) > 0.8


def test_beyond_listing_no_part_of_a_set_found_by_weight_can_be_spared(monkeypatch):
    monkeypatch.setattr(module, "REMIXES", 8)
    larger = 0
    for game, label, found, listed in gains(factorization(steps(3.5), segments=3), 20):
        if found is None:
            continue
        column = game.classifier.labels.index(label)
        assert game.score(~found.removed).logits()[0].argmax() == column
        assert not spared(game, column, found.removed)
        assert found.removed.sum() == listed[0] or not found.smallest
        larger += not found.smallest
    assert larger > 0


def test_by_weight_the_weights_lead_the_way(monkeypatch):
    """Three equal parts, of which two have to go: those that the weights name go."""
    monkeypatch.setattr(module, "REMIXES", 1)
    sources = {name: Clip(0.2 * np.sin(2 * np.pi * TONES[name] * np.arange(2 * RATE) / RATE), RATE)
               for name in SOURCES}
    parts = factorization(sources, segments=1)
    listener = Additive(tuple((name, 5.0) for name in SOURCES))
    game = Game(Shifted(listener, -2.5), parts)
    for spared in range(3):
        weights = shapley(game, "yes")
        shifted = np.where(np.arange(3) == spared, 0.5, 1.0) * weights.weights
        found = counterfactual(game, "yes", replace(weights, weights=shifted))
        assert not found.removed[spared]
        assert found.removed.sum() == 2
        assert found.smallest, "single ones were all tried"


def test_a_listener_for_one_stem_loses_its_answer_with_that_stem_and_by_how_much_is_said():
    parts = factorization(steps(4))
    game = Game(Shifted(StemListener(source="palmas"), -1.0), parts)
    found = counterfactual(game, "yes")
    gone = {parts.parts[at].name for at in np.flatnonzero(found.removed)}
    assert gone == {"palmas@2-3s", "palmas@3-4s"}, "the loudest seconds: 1.75 - (.2 + .25) * 10 / 4 < 1"
    said = score_clip(game.classifier, Clip(parts.render(~found.removed)[0], RATE))
    assert (found.becomes, said.label) == ("no", "no")
    assert found.probability == pytest.approx(said.probabilities["no"], abs=1e-6)
    assert found.left == pytest.approx(said.probabilities["yes"], abs=1e-6)


def test_after_shapley_it_costs_only_the_answer_itself():
    listener = Counting(Tangled())
    game = Game(listener, factorization(steps(10)))
    answer = score_clip(Tangled(), game.factorization.clip).label
    shapley(game, answer)
    asked = sum(listener.batches)
    found = counterfactual(game, answer)
    assert found is None or found.passes == 0
    assert sum(listener.batches) == asked
    assert counterfactual(Game(listener, game.factorization), answer).passes == asked


def test_what_nothing_changes_has_none():
    parts = factorization(steps(2))
    assert counterfactual(Game(Deaf(), parts), "yes") is None
    assert counterfactual(Game(Deaf(), parts), "perhaps") is None
    assert counterfactual(Game(Deaf(labels=("yes",)), parts), "yes") is None
    assert counterfactual(Game(Pair(), factorization({"voice": steps(1)["voice"]})), "yes") is None


def test_of_equal_labels_the_first_is_answered():
    """Where guitar and palmas are not together the labels are level: only the order of the labels decides."""
    parts = factorization(steps(1))
    assert counterfactual(Game(Pair(), parts), "yes") is None
    found = counterfactual(Game(Pair(gain=-2.0, labels=("no", "yes")), parts), "yes")
    assert found.removed.sum() == 1
    assert (found.becomes, found.probability) == ("no", 0.5)


def test_a_silent_part_is_never_asked_to_go():
    sources = {**steps(2), "cajon": Clip(np.zeros(2 * RATE), RATE)}
    found = counterfactual(Game(Whim(1), factorization(sources)), "yes")
    assert found is not None
    assert not found.removed[6:].any()


def test_an_unknown_label_and_a_threshold_that_is_none_are_refused():
    game = Game(Deaf(), factorization(steps(1)))
    with pytest.raises(InputError, match="did you mean 'perhaps'"):
        counterfactual(game, "perhap")
    with pytest.raises(InputError, match="threshold"):
        counterfactual(game, "yes", threshold=1.0)
