"""The 58 features: the table's names, librosa's own numbers one call at a time, and the table's music."""

import warnings

import librosa
import numpy as np
import pandas
import pytest

from escucha.audio.io import read
from escucha.errors import InputError
from escucha.models.features.gtzan import COLUMNS, RATE, gtzan_features


@pytest.fixture(scope="module")
def music():
    """Four seconds: a chord that fades, clicks twice a second, a little noise, some of it out of tune."""
    time = np.arange(4 * RATE) / RATE
    chord = sum(np.sin(2 * np.pi * hertz * time) for hertz in (223.0, 281.5, 335.0))
    clicks = np.exp(-40 * (time % 0.5)) * np.random.default_rng(0).normal(size=len(time))
    return (0.1 * chord * np.exp(-time / 3) + 0.2 * clicks + 1e-3).astype(np.float32)


@pytest.fixture(scope="module")
def published(shared):
    return pandas.read_csv(shared / "golden" / "gtzan" / "features_30_sec.csv", sep=";", encoding="utf-8-sig")


def plainly(wave):
    """Every column by its own call of librosa, from the wave, mirrored at the ends."""
    told = {"sr": RATE, "pad_mode": "reflect"}
    harmonic, percussive = librosa.effects.hpss(wave, pad_mode="reflect")
    rows = {
        "chroma_stft": librosa.feature.chroma_stft(y=wave, **told),
        "rms": librosa.feature.rms(y=wave, pad_mode="reflect"),
        "spectral_centroid": librosa.feature.spectral_centroid(y=wave, **told),
        "spectral_bandwidth": librosa.feature.spectral_bandwidth(y=wave, **told),
        "rolloff": librosa.feature.spectral_rolloff(y=wave, **told),
        "zero_crossing_rate": librosa.feature.zero_crossing_rate(wave),
        "harmony": harmonic, "perceptr": percussive,
        **{f"mfcc{at}": row for at, row in enumerate(librosa.feature.mfcc(y=wave, **told), start=1)},
    }
    onset = librosa.onset.onset_strength(y=wave, **told)
    found = {"length": len(wave), "tempo": librosa.feature.tempo(onset_envelope=onset, sr=RATE)[0]}
    for name, row in rows.items():
        found |= {f"{name}_mean": np.mean(row, dtype=float), f"{name}_var": np.var(row, dtype=float)}
    return found


def test_the_columns_are_the_tables(published):
    assert tuple(published.columns[1:-1]) == COLUMNS


def test_each_column_is_what_librosa_says_by_itself(music):
    found, plain = dict(zip(COLUMNS, gtzan_features(music, RATE).tolist(), strict=True)), plainly(music)
    assert set(found) == set(plain)
    for name in COLUMNS:
        assert found[name] == pytest.approx(plain[name], rel=1e-3, abs=1e-6), name


def test_what_was_planted_is_told(music):
    found = dict(zip(COLUMNS, gtzan_features(music, RATE).tolist()))
    assert found["length"] == 4 * RATE
    assert found["tempo"] == pytest.approx(120, rel=0.03)
    assert found["harmony_mean"] + found["perceptr_mean"] == pytest.approx(music.mean(dtype=float), abs=1e-6)
    louder = dict(zip(COLUMNS, gtzan_features(2 * music, RATE).tolist()))
    for name, times in (("rms_mean", 2), ("rms_var", 4), ("harmony_var", 4), ("perceptr_var", 4), ("rolloff_mean", 1)):
        assert louder[name] == pytest.approx(times * found[name], rel=1e-3)


def test_real_songs_lie_where_the_tables_do(published, shared):
    """Jointly in all columns: the Mahalanobis distance sees a column of another scale, or beside itself."""
    names = [name for name in COLUMNS if name != "length"]
    columns = published[names].to_numpy()
    white = np.linalg.inv(np.linalg.cholesky(np.cov(columns.T)))

    def distance(rows):
        return np.linalg.norm((np.atleast_2d(rows) - columns.mean(axis=0)) @ white.T, axis=1)

    songs = [read(shared / "audio" / f"{song}.ogg", rate=RATE, duration=30.0).wave
             for song in ("hungarian-dance", "lets-go-fishin", "sugar-plum-fairy", "vibe-ace")]
    heard = np.stack([gtzan_features(song, RATE)[1:] for song in songs])
    reach = distance(columns).max()
    assert distance(heard).max() < reach
    tuned = {round(60 * RATE / 512 / lag, 4) for lag in range(5, 60)}
    assert set(published.tempo.round(4)) | {round(float(tempo), 4) for tempo in heard[:, names.index("tempo")]} <= tuned
    spread = [at for at, name in enumerate(names) if name.endswith("_var")]
    wrong = heard.copy()
    wrong[:, spread] = np.sqrt(wrong[:, spread])  # standard deviations in place of variances
    assert distance(wrong).min() > reach
    assert distance(np.stack([gtzan_features(song * 32768, RATE)[1:] for song in songs[:1]])).min() > 10 * reach


def test_silence_is_finite_and_says_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = dict(zip(COLUMNS, gtzan_features(np.zeros(3000, np.float32), RATE).tolist()))
    assert all(np.isfinite(value) for value in found.values())
    assert found["tempo"] == found["rms_mean"] == found["harmony_var"] == 0


def test_another_rate_and_too_short_a_window_are_named():
    with pytest.raises(InputError, match="at 22050 Hz, got 44100 Hz; give rate = 22050"):
        gtzan_features(np.zeros(44100, np.float32), 44100)
    with pytest.raises(InputError, match="more than 1024 samples, got 1000"):
        gtzan_features(np.zeros(1000, np.float32), RATE)
