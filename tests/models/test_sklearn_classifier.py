"""Hand-made features that say what they should, and pipelines read as logits."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from escucha.errors import InputError
from escucha.models.classifier import FeatureClassifier, probabilities
from escucha.models.decisions import decisions, fit_scale
from escucha.models.evaluation import log_loss
from escucha.models.features import NAMES, librosa_features
from escucha.models.heads import SvmSettings, fit_svm
from escucha.models.sklearn_classifier import SklearnClassifier

RATE = 22050


def tone(hertz, seconds=2.0, level=0.3):
    return (level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)


def clicks(bpm, seconds=6.0):
    wave = np.zeros(round(seconds * RATE), np.float32)
    for at in np.arange(0, seconds, 60 / bpm):
        wave[round(at * RATE) : round(at * RATE) + 200] = 0.8
    return wave


def named(wave):
    return dict(zip(NAMES, librosa_features(wave, RATE).tolist(), strict=True))


def test_features_name_what_was_planted():
    a = named(tone(440))
    assert max((name for name in NAMES if name.startswith("chroma") and name.endswith("mean")), key=a.get) == (
        "chroma A mean")
    assert a["centroid mean"] == pytest.approx(440, rel=0.15)
    assert a["rms mean"] == pytest.approx(0.3 / np.sqrt(2), rel=0.1)
    assert a["zero-crossings mean"] == pytest.approx(880 / RATE, rel=0.1)
    assert named(tone(1760))["centroid mean"] > 3 * a["centroid mean"]
    assert named(clicks(120))["tempo"] == pytest.approx(120, rel=0.05)


def test_silence_and_noise_have_finite_features():
    for wave in (np.zeros(3000, np.float32), np.random.default_rng(0).normal(0, 1, 66150).astype(np.float32)):
        assert np.isfinite(librosa_features(wave, RATE)).all()


def test_a_rate_too_low_for_the_bands_is_named():
    with pytest.raises(InputError, match="more than 12800 Hz, got 8000"):
        librosa_features(np.zeros(8000, np.float32), 8000)


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    targets = np.arange(90) % 3
    return rng.normal(size=(90, 5)) + 2 * np.eye(5)[targets], np.array(["a", "b", "c"])[targets]


def test_logits_give_back_the_pipelines_own_probabilities(table):
    features, labels = table
    linear = make_pipeline(StandardScaler(), LogisticRegression()).fit(features, labels)
    np.testing.assert_allclose(probabilities(decisions(linear, features), "softmax"), linear.predict_proba(features))
    two = make_pipeline(StandardScaler(), LogisticRegression()).fit(features, labels == "a")
    np.testing.assert_allclose(probabilities(decisions(two, features), "softmax"), two.predict_proba(features))
    forest = RandomForestClassifier(20, random_state=0).fit(features, labels)
    np.testing.assert_allclose(probabilities(decisions(forest, features), "softmax"), forest.predict_proba(features),
                               atol=1e-6)


def test_any_fitted_pipeline_listens():
    waves = np.stack([tone(hertz, 1.0) for hertz in (200, 300, 400, 2000, 3000, 4000)])
    features = np.stack([librosa_features(wave, RATE) for wave in waves])
    machine = make_pipeline(StandardScaler(), LogisticRegression()).fit(features, ["low"] * 3 + ["high"] * 3)
    mine = SklearnClassifier.of(machine, rate=RATE, window=RATE)
    assert isinstance(mine, FeatureClassifier)
    assert mine.labels == ("high", "low")
    assert mine.feature_names == NAMES
    said = mine.scores(np.stack([tone(250, 1.0), tone(2500, 1.0)]))
    assert [mine.labels[at] for at in said.argmax(1)] == ["low", "high"]
    np.testing.assert_allclose(mine.scores_of(mine.features(waves)), mine.scores(waves))
    with pytest.raises(InputError, match=r"shape \(batch, 22050\)"):
        mine.scores(waves[:, :-1])


def level_and_pitch(wave, rate):
    """Your own feature function: level, and crossings a second."""
    return np.array([wave.std(), (np.diff(np.signbit(wave)) != 0).mean() * rate / 2])


@pytest.mark.parametrize("machine", [
    make_pipeline(StandardScaler(), OneVsRestClassifier(LogisticRegression(C=100))),
    MultiOutputClassifier(RandomForestClassifier(20, random_state=0)),
    RandomForestClassifier(20, random_state=0),
    MultiOutputClassifier(LogisticRegression(C=100)),
])
def test_a_pipeline_of_several_labels_at_once_says_each_by_itself(machine):
    waves = np.stack([tone(hertz, 0.2, level) for hertz in np.geomspace(200, 4000, 8) for level in (0.05, 0.4)])
    features = np.stack([level_and_pitch(wave, RATE) for wave in waves])
    tags = np.stack([features[:, 0] > 0.1, features[:, 1] > 900], axis=1)
    mine = SklearnClassifier.of(machine.fit(features, tags.astype(int)), rate=RATE, window=len(waves[0]),
                                features=level_and_pitch, labels=["loud", "high"], link="sigmoid")
    assert mine.feature_names == ("feature 0", "feature 1")
    np.testing.assert_array_equal(mine.scores(waves) > 0, tags)
    asked = machine.predict_proba(features)
    own = np.stack([each[:, 1] for each in asked], axis=1) if isinstance(asked, list) else asked
    np.testing.assert_allclose(probabilities(mine.scores(waves), "sigmoid"), own, atol=1e-6)


def test_a_tag_that_is_always_there_is_sure():
    features = np.arange(8.0)[:, None]
    tags = np.stack([np.ones(8), features[:, 0] > 4], axis=1).astype(int)
    said = decisions(RandomForestClassifier(5, random_state=0).fit(features, tags), features, "sigmoid")
    assert (said[:, 0] > 10).all()


def test_a_pipeline_hears_the_features_that_are_named():
    wave = tone(300, 1.0)[None]
    at = [NAMES.index("rms mean"), NAMES.index("centroid mean")]  # not the set's order: a pipeline has its own
    table = np.stack([librosa_features(each, RATE)[at] for each in (wave[0], tone(3000, 1.0))])
    machine = LogisticRegression().fit(table, ["low", "high"])
    mine = SklearnClassifier.of(machine, rate=RATE, window=RATE, features=["rms mean", "centroid mean"])
    np.testing.assert_allclose(mine.features(wave), table[:1])
    with pytest.raises(InputError, match=r"unknown feature 'centroid men'.*did you mean 'centroid mean'"):
        SklearnClassifier.of(machine, rate=RATE, window=RATE, features=["centroid men", "rms mean"])


def test_a_pipeline_that_cannot_listen_is_named(table):
    features, labels = table

    def of(machine, **settings):
        return SklearnClassifier.of(machine, rate=RATE, window=9, features=lambda wave, rate: np.zeros(5), **settings)

    linear = LogisticRegression().fit(features, labels)
    with pytest.raises(InputError, match="it lacks classes_; fit it first"):
        of(StandardScaler().fit(features))
    with pytest.raises(InputError, match="name its `labels` in order"):
        of(linear, link="sigmoid")
    with pytest.raises(InputError, match="gives 3 scores and 2 labels are named"):
        of(linear, labels=["a", "b"])
    with pytest.raises(InputError, match="neither decision_function nor predict_proba"):
        of(OnlyLabels().fit(features, labels))
    with pytest.raises(InputError, match="zeros and ones"):
        of(MultiOutputClassifier(RandomForestClassifier(5)).fit(features, np.stack([labels, labels], axis=1)),
           labels=["a", "b"], link="sigmoid")
    with pytest.raises(InputError, match=r"gives \(feature,\) for one wave, got the shape \(2, 3\)"):
        SklearnClassifier.of(linear, rate=RATE, window=RATE, features=lambda wave, rate: np.zeros((2, 3)))


class OnlyLabels(ClassifierMixin, BaseEstimator):
    """Says a label and nothing of how sure it is."""

    def fit(self, features, labels):
        self.classes_ = np.unique(labels)
        return self

    def predict(self, features):
        return np.resize(self.classes_, len(features))


def test_the_svm_is_deterministic_and_its_scale_is_the_best_one(table):
    features, labels = table
    targets = np.unique(labels, return_inverse=True)[1]
    first, second = (fit_svm(features, targets, SvmSettings()) for _ in range(2))
    held = np.random.default_rng(1).normal(size=(60, 5)) + np.eye(5)[np.arange(60) % 3]
    np.testing.assert_array_equal(decisions(first, held), decisions(second, held))
    raw, truth = decisions(first, held), np.arange(60) % 3
    scale = fit_scale(raw, truth)
    loss = {factor: log_loss(truth, probabilities(raw * scale * factor, "softmax")).mean()
            for factor in (0.8, 1.0, 1.25)}
    assert min(loss, key=loss.get) == 1.0
