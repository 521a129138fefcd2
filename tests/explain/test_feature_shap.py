"""SHAP values of features: planted truths, exact references, shap's own explainers, and what goes wrong otherwise."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from escucha.errors import InputError
from escucha.explain.feature_shap import feature_values
from escucha.explain.feature_shares import Asked, enumerated
from escucha.explain.feature_walks import price, walks
from escucha.models.classifier import Link, values
from escucha.models.features.feature_set import FeatureSet
from escucha.models.sklearn_classifier import SklearnClassifier

WINDOW, RATE = 100, 4000


@dataclass(frozen=True)
class Toy:
    """Any function of a table as a classifier over features."""

    machine: Callable[[np.ndarray], np.ndarray]
    count: int
    labels: tuple[str, ...] = ("a", "b", "c")
    link: Link = "softmax"
    rate: int = RATE
    window: int = WINDOW
    asked: list[int] = field(default_factory=list)

    @property
    def feature_names(self) -> tuple[str, ...]:
        return tuple(f"f {at}" for at in range(self.count))

    def features(self, waves: np.ndarray) -> np.ndarray:
        return waves[:, : self.count]

    def scores_of(self, features: np.ndarray) -> np.ndarray:
        self.asked.append(len(features))
        return self.machine(features)

    def scores(self, waves: np.ndarray) -> np.ndarray:
        return self.scores_of(self.features(waves))


def table(rows: int = 240, count: int = 6, *, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Features on very different scales, two of them alike, and three labels that follow from the first three."""
    rng = np.random.default_rng(seed)
    plain = rng.normal(size=(rows, count))
    plain[:, -1] = plain[:, 0] + 0.1 * plain[:, -1]
    label = np.argmax(plain[:, :3] + 0.7 * plain[:, 1:4] * plain[:, :1], axis=1)
    return plain * 10.0 ** np.arange(-2, count - 2) + 3, label


def fitted(machine, *, count: int = 6, labels=("a", "b", "c"), targets=None, link: Link = "softmax", scale=1.0):
    rows, label = table(count=count)
    names = tuple(f"f {at}" for at in range(count))
    pipeline = machine.fit(rows, label if targets is None else targets)
    hears = FeatureSet(lambda waves, rate, jobs: np.stack(waves)[:, :count], names, names)
    return SklearnClassifier(pipeline, tuple(labels), RATE, WINDOW, hears, scale, link), rows


def svm(count: int = 6):
    return fitted(make_pipeline(StandardScaler(), SVC(gamma=0.1)), count=count)


def test_linear_values_are_coefficient_times_distance_from_the_mean():
    rng = np.random.default_rng(1)
    weights, rows = rng.normal(size=(5, 3)), rng.normal(size=(8, 5))
    background = rng.normal(size=(150, 5)) + 2
    found = feature_values(Toy(lambda x: x @ weights + 7, 5), rows, background)
    planted = (rows - background.mean(axis=0))[:, :, None] * (weights - weights.mean(axis=1, keepdims=True))
    assert found.explainer == "linear"
    assert np.abs(found.values - planted).max() < 1e-9
    assert not found.errors.any()
    assert np.allclose(found.base, values(background.mean(axis=0) @ weights + 7, "softmax"))


@pytest.mark.parametrize("machine", [LogisticRegression(max_iter=2000), SGDClassifier(loss="log_loss", random_state=0)])
def test_a_linear_machine_behind_a_scaler_is_exact_as_shap_says(machine):
    import shap

    model, rows = fitted(make_pipeline(StandardScaler(), machine))
    found = feature_values(model, rows[:5], rows[40:180])
    scaler, linear = model.pipeline[0], model.pipeline[1]
    masker = shap.maskers.Independent(scaler.transform(rows[40:180]), max_samples=1000)
    reference = shap.LinearExplainer(linear, masker).shap_values(scaler.transform(rows[:5]))
    assert found.explainer == "linear"
    assert np.allclose(found.values, reference - reference.mean(axis=2, keepdims=True), atol=1e-8)


def test_a_model_that_is_linear_nearly_everywhere_is_not_taken_for_one():
    bent = Toy(lambda x: np.stack([x[:, 0], np.maximum(x[:, 1], 1.5), x[:, 2]], axis=1), 3)
    rng = np.random.default_rng(0)
    found = feature_values(bent, rng.normal(size=(4, 3)), rng.normal(size=(60, 3)))
    assert found.explainer == "exact"


def test_only_the_feature_that_a_forest_can_use_has_shares():
    rng = np.random.default_rng(0)
    noisy = rng.normal(size=(200, 12))
    learned = noisy * (np.arange(12) == 4)  # in the forest's table the other features never vary
    forest = RandomForestClassifier(20, random_state=0).fit(learned, noisy[:, 4] > 0)
    model = Toy(lambda x: np.log(np.clip(forest.predict_proba(x), 1e-7, 1)), 12, ("no", "yes"))
    found = feature_values(model, noisy[:6], noisy[50:90], samples=2000)
    assert found.explainer == "permutation"
    assert not np.delete(found.values, 4, axis=1).any()
    assert np.allclose(found.values[:, 4], found.scores - found.base)
    spoken = found.values[:, 4, 1]
    assert spoken[noisy[:6, 4] > 0].min() > spoken[noisy[:6, 4] < 0].max()


def test_a_deaf_model_has_no_shares_and_its_value_is_the_base():
    found = feature_values(Toy(lambda x: np.tile([1.0, 0.5, -2.0], (len(x), 1)), 20), *table(20, 20)[:1] * 2)
    assert not found.values.any()
    assert np.allclose(found.base, found.scores)


def test_walks_agree_with_the_enumeration_of_all_subsets_and_shrink_towards_it():
    model, rows = svm()
    asked = Asked(model, lambda x: values(model.scores_of(x), "softmax"), rows[:3], rows[50:70], 10**6, 0)
    exact = enumerated(asked)
    off = []
    for samples in (price(6) * 20, price(6) * 20 * 16):
        drawn = walks(Asked(model, asked.score, asked.rows, asked.background, samples, 0))
        off.append(np.sqrt(((drawn.values - exact.values) ** 2).mean()))
        assert np.allclose(drawn.values.sum(axis=1), exact.values.sum(axis=1), atol=1e-9)
    assert off[0] < 0.3 * np.abs(exact.values).mean()
    assert off[1] < off[0] / 2


def test_standard_errors_of_walks_are_what_they_say():
    model, rows = svm()
    asked = Asked(model, lambda x: values(model.scores_of(x), "softmax"), rows[:2], rows[50:60], 10**6, 0)
    exact = enumerated(asked).values
    drawn = [walks(Asked(model, asked.score, asked.rows, asked.background, price(6) * 40, seed)) for seed in range(25)]
    true = np.sqrt(np.mean([(one.values - exact) ** 2 for one in drawn]))
    said = np.sqrt(np.mean([one.errors**2 for one in drawn]))
    assert 0.8 < said / true < 1.25


def test_few_features_are_enumerated_as_shap_does():
    import shap

    model, rows = svm()
    found = feature_values(model, rows[:3], rows[50:80])
    masker = shap.maskers.Independent(rows[50:80], max_samples=1000)
    reference = shap.ExactExplainer(lambda x: values(model.scores_of(x), "softmax"), masker)(rows[:3]).values
    assert found.explainer == "exact"
    assert np.allclose(found.values, reference, atol=1e-5)  # shap takes values that nearly agree for the same
    assert np.abs(found.residual).max() < 1e-9


def test_walks_err_less_than_shaps_permutations_at_the_same_price():
    import shap

    model, rows = fitted(make_pipeline(StandardScaler(), SVC(gamma=0.1)), count=10)
    asked = Asked(model, lambda x: values(model.scores_of(x), "softmax"), rows[:6], rows[50:80], 10**6, 0)
    exact = enumerated(asked).values
    state = np.random.get_state()  # noqa: NPY002
    theirs = shap.PermutationExplainer(asked.score, shap.maskers.Independent(asked.background, max_samples=1000),
                                       seed=0)(asked.rows, max_evals=21).values
    np.random.set_state(state)  # noqa: NPY002
    ours = walks(Asked(model, asked.score, asked.rows, asked.background, price(10) * 30, 0)).values
    assert ((ours - exact) ** 2).mean() < 0.7 * ((theirs - exact) ** 2).mean()


@pytest.mark.parametrize("targets", ["three labels", "two labels", "tags"])
def test_boosted_trees_are_exact_by_shap(targets):
    rows, label = table(count=10)
    several = np.stack([label == 0, rows[:, 4] > 3, label == 2], axis=1)
    machine = HistGradientBoostingClassifier(max_iter=8, early_stopping=False, min_samples_leaf=5)
    model, rows = {
        "three labels": lambda: fitted(machine, count=10, scale=1.7),
        "two labels": lambda: fitted(machine, count=10, labels=("no", "yes"), targets=label == 1),
        "tags": lambda: fitted(OneVsRestClassifier(machine), count=10, targets=several, link="sigmoid")}[targets]()
    background = rows[60:190]  # more than the hundred rows that shap would keep by itself
    found = feature_values(model, rows[:2], background)
    assert (found.explainer, found.background) == ("trees", 130)
    assert np.abs(found.residual).max() < 1e-5 * np.ptp(found.scores)
    exact = enumerated(Asked(model, lambda x: values(model.scores_of(x), model.link), rows[:2], background, 10**6, 0))
    assert np.abs(found.values - exact.values).max() < 1e-5 * np.ptp(found.scores)


def test_a_forests_probability_is_shaps_and_its_value_is_not():
    import shap

    model, rows = fitted(ExtraTreesClassifier(12, max_depth=4, random_state=0))
    reference = shap.TreeExplainer(model.pipeline, rows[50:80], model_output="probability").shap_values(rows[:2])
    share = Toy(lambda x: model.pipeline.predict_proba(x), 6, link="sigmoid")
    assert np.allclose(feature_values(share, rows[:2], rows[50:80]).values, reference, atol=1e-6)
    found = feature_values(model, rows[:2], rows[50:80])
    assert np.abs(found.values - reference).max() > 0.1
    assert np.allclose(found.values.sum(axis=1), found.scores - found.base)


def test_two_labels_mirror_each_other():
    model, rows = fitted(make_pipeline(StandardScaler(), SVC(gamma=0.1)), labels=("no", "yes"),
                         targets=table()[1] == 0)
    found = feature_values(model, rows[:4], rows[50:70])
    assert np.allclose(found.values[:, :, 0], -found.values[:, :, 1])
    assert np.abs(found.values).max() > 0.1


def test_each_label_of_a_sigmoid_model_stands_by_itself():
    weights = np.array([[1.0, 0.0], [0.0, 2.0], [0.0, 0.0]])
    found = feature_values(Toy(lambda x: x @ weights, 3, ("a", "b"), "sigmoid"), np.ones((1, 3)), np.zeros((2, 3)))
    assert np.allclose(found.values[0], weights)


def test_the_class_index_depends_on_the_order_of_labels_and_the_values_do_not():
    """What others explain: the mean index moves with the alphabet, and may say nothing of the strongest feature."""
    slopes = np.array([[3.0, 0.0, -3.0], [0.0, 3.0, -3.0]])
    rng = np.random.default_rng(0)
    rows, background = rng.normal(size=(5, 2)), rng.normal(size=(40, 2))
    order = [2, 0, 1]

    def index(turn):
        def said(x):
            return (x @ slopes)[:, turn].argmax(axis=1)[:, None].astype(float)
        return feature_values(Toy(said, 2, ("index",), "sigmoid"), rows, background).values[:, :, 0]

    def logits(turn):
        return feature_values(Toy(lambda x: (x @ slopes)[:, turn], 2), rows, background).values

    assert np.allclose(logits(order), logits([0, 1, 2])[:, :, order])
    first, second = index([0, 1, 2]), index(order)
    assert (np.sign(first) != np.sign(second)).any()  # the same model, another alphabet: for becomes against
    assert not np.allclose(np.abs(first), np.abs(second))


def test_shares_of_a_clip_are_the_mean_of_its_windows():
    model, rows = svm()
    found = feature_values(model, rows[:5], rows[50:80])
    clips = found.mean([2, 1, 2])
    assert np.allclose(clips.values[2], found.values[3:].mean(axis=0))
    assert np.allclose(clips.scores[0], values(model.scores_of(rows[:2]).mean(axis=0), "softmax"))
    assert np.abs(clips.residual).max() < 1e-9


def test_the_cost_is_bounded_and_said():
    rng = np.random.default_rng(0)
    hidden = rng.normal(size=(30, 3))
    model = Toy(lambda x: np.tanh(x @ hidden), 30)
    found = feature_values(model, rng.normal(size=(3, 30)), rng.normal(size=(50, 30)), samples=1000)
    assert found.evaluations == sum(model.asked)
    assert found.background == 1000 // price(30)
    walked = 3 * 1000 + 3 * 2 + 50 + 60 + 110  # walks, ends, and finding that the model is not linear
    assert found.evaluations <= walked


def test_nothing_random_is_left_changed_and_a_seed_says_it_all(capsys):
    model, rows = svm(count=12)
    boosted, _ = fitted(HistGradientBoostingClassifier(max_iter=3, early_stopping=False))
    np.random.seed(5)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first, again, other = (feature_values(model, rows[:2], rows[50:60], samples=500, seed=seed) for seed in (1, 1, 2))
    feature_values(boosted, table()[0][:2], table()[0][50:60])
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002
    assert (first.values == again.values).all()
    assert (first.values != other.values).any()
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("rows", "said"), [
    (np.zeros((2, 5)), r"has 6 features, so it is explained on tables \(row, 6\), got \(2, 5\)"),
    (np.zeros((0, 6)), "got .0, 6."),
    (np.array([[0, 1, 2, np.nan, 4, 5]]), "the feature 'f 3' of row 0 is nan; leave out"),
])
def test_tables_that_do_not_fit_are_refused_in_one_line(rows, said):
    model, good = svm()
    with pytest.raises(InputError, match=said):
        feature_values(model, rows, good)
    with pytest.raises(InputError, match=said):
        feature_values(model, good[:2], rows)


def test_too_few_samples_for_one_walk_are_refused():
    model, rows = svm(count=20)
    with pytest.raises(InputError, match="10 samples are too few for 20 features; give at least 38"):
        feature_values(model, rows[:1], rows[50:60], samples=10)
