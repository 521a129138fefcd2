"""Sounds inside a page: what is heard, what is left out, and that it is said."""

import base64
import re

import numpy as np
import pytest

from escucha.audio.clip import Clip
from escucha.audio.io import read
from escucha.reports import sounds
from tests.reports.sample import RATE, tone


def _decoded(player, folder):
    path = folder / f"{player.name}.mp3"
    path.write_bytes(base64.b64decode(player.source.removeprefix("data:audio/mpeg;base64,")))
    return read(path)


def test_a_player_plays_the_clip(tmp_path):
    clip = tone(2.0, 660)
    (player,), remarks = sounds.players({"what-counted": clip}, {}, 10_000_000)
    heard = _decoded(player, tmp_path)
    assert (heard.rate, remarks, player.heading) == (RATE, [], "What counted")
    assert heard.duration == pytest.approx(clip.duration, abs=0.1)
    peak = np.fft.rfftfreq(len(heard.wave), 1 / RATE)[np.abs(np.fft.rfft(heard.wave)).argmax()]
    assert peak == pytest.approx(660, abs=2)
    assert np.sqrt(np.mean(heard.wave**2)) == pytest.approx(np.sqrt(np.mean(clip.wave**2)), rel=0.1)


def test_a_small_budget_makes_sounds_duller_then_leaves_out_the_longest():
    noise = np.random.default_rng(0).standard_normal(RATE * 8).astype(np.float32) * 0.2
    clips = {"short": Clip(noise[: RATE * 4], RATE), "long": Clip(noise, RATE)}
    whole, said = sounds.encode(clips, 10**7)
    assert said == []
    size = sum(len(content) for content in whole.values()) * 4 // 3 + 20_000
    duller, said = sounds.encode(clips, size * 9 // 10)
    assert set(duller) == {"short", "long"}
    assert re.search(r"cut off above \d", said[0])
    kept, said = sounds.encode(clips, 30_000)
    assert set(kept) == {"short"}
    assert said[-1] == "Not on this page, only in the folder beside it: Long."
    assert sounds.encode(clips, 0)[0] == {}


def test_captions_say_value_and_gain_where_they_are_known():
    rows = [{"name": "a", "caption": "Palmas alone.", "value": -1.5, "gain_db": -3.0},
            {"name": "b", "caption": float("nan"), "value": float("nan"), "gain_db": 0.0}, {"name": "c"}]
    captions = sounds.captions_of(rows)
    assert captions["a"].text == "Palmas alone."
    assert captions["a"].facts == "the model’s value: −1.5 · gain for listening: −3.0 dB"
    assert [(captions[name].text, captions[name].facts) for name in "bc"] == [("", ""), ("", "")]


def test_the_outline_is_high_where_it_sounds():
    wave = np.zeros(10_000, np.float32)
    wave[5000:] = 0.1
    heights = [float(found) for found in re.findall(r"v([\d.]+)", sounds.outline(Clip(wave, RATE)))]
    assert heights == [0.0] * 100 + [2.0] * 100
    assert len(re.findall("M", sounds.outline(Clip(wave[:3], RATE)))) == 3
