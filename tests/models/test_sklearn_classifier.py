"""Hand-made features that say what they should, and pipelines read as logits."""

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
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


def test_the_svm_is_deterministic_and_its_scale_is_the_best_one(table):
    features, labels = table
    targets = np.unique(labels, return_inverse=True)[1]
    first, second = (fit_svm(features, targets, SvmSettings()) for _ in range(2))
    held = np.random.default_rng(1).normal(size=(60, 5)) + np.eye(5)[np.arange(60) % 3]
    np.testing.assert_array_equal(decisions(first, held), decisions(second, held))
    raw, truth = decisions(first, held), np.arange(60) % 3
    scale = fit_scale(raw, truth)
    loss = {factor: log_loss(truth, probabilities(raw * scale * factor, "softmax")) for factor in (0.8, 1.0, 1.25)}
    assert min(loss, key=loss.get) == 1.0
