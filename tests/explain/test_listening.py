"""What a listener hears is what the value beside it is of."""

from dataclasses import replace

import numpy as np
import pytest

from escucha.audio.clip import Clip
from escucha.audio.loudness import loudness
from escucha.errors import InputError
from escucha.explain.absent import replaced
from escucha.explain.explanation import explain
from escucha.explain.factorization import of_sources
from escucha.explain.sounds import play
from escucha.models.windows import score_clip
from tests.worlds import RATE, TONES, Additive, Deaf, StemListener, Tangled, amplitude, factorization, mix, stems

TAGS = StemListener(gain=40.0, link="sigmoid")


@pytest.fixture(scope="module")
def against_noise():
    """Guitar speaks for `yes`; noise stands for what is off."""
    return explain(Additive(), replaced(factorization(stems(3)), "noise"), label="yes")


def value_of(sound, model, label="yes"):
    """What a model says of a sound as it was before its gain, and without the fades at its ends."""
    plain = Clip(sound.clip.wave / 10 ** (sound.gain_db / 20), sound.clip.rate)
    return score_clip(model, plain).value(label)


def test_what_is_alone_is_alone_whatever_stands_for_the_others(against_noise):
    heard = {sound.name: sound for sound in against_noise.listening}
    for source in ("guitar", "palmas", "voice"):
        alone = heard[f"only-{source}"]
        levels = {name: amplitude(alone.clip.wave[None], tone)[0] for name, tone in TONES.items()}
        assert sum(levels.values()) - levels[source] < 0.02 * levels[source]
        assert value_of(alone, Additive()) == pytest.approx(alone.value, abs=0.02)


def test_what_is_taken_away_gives_place_to_noise_that_is_heard(against_noise):
    heard = {sound.name: sound for sound in against_noise.listening}
    without = heard["everything-but-them"]
    assert "with noise as loud as each part in their place" in without.caption
    assert value_of(without, Additive()) == pytest.approx(without.value, abs=0.02)
    silent = play(against_noise.factorization, without.keep, condensed=False)[0]
    hertz = np.fft.rfftfreq(len(silent.wave), 1 / RATE)
    near = (hertz > 180) & (hertz < 220)  # where the guitar was
    noise, nothing = (np.square(np.abs(np.fft.rfft(sound.wave))[near]).sum() for sound in (without.clip, silent))
    assert noise > 3 * nothing


def test_any_part_can_be_heard_by_its_number_and_by_its_name(against_noise):
    index = [part.name for part in against_noise.factorization.parts].index("palmas@1-2s")
    by_number, by_name = against_noise.solo(index), against_noise.solo("palmas@1-2s")
    assert by_number.name == by_name.name == "part-palmas-1-2s"
    assert by_number.caption == "Palmas between 1 and 2 s alone, over silence."
    assert by_number.clip.duration == pytest.approx(1)
    assert amplitude(by_number.clip.wave[None], TONES["palmas"])[0] > 0.1
    assert by_number.value == pytest.approx(-2 * 3 / 2 * amplitude(
        stems(3)["palmas"].wave[None, RATE : 2 * RATE], TONES["palmas"])[0] / 3 , abs=1e-3)
    with pytest.raises(InputError, match="did you mean 'palmas@1-2s'"):
        against_noise.solo("palmas@1-2")
    with pytest.raises(InputError, match="from 0 to 8"):
        against_noise.solo(9)


def test_the_strongest_parts_are_heard_one_by_one_with_their_weights(against_noise):
    captions = [sound.caption for sound in against_noise.listening if sound.name.endswith("-alone")]
    order = np.argsort(-np.abs(against_noise.weights.weights))[:4]
    assert [caption.split(" alone")[0].split(" ")[0].lower() for caption in captions] == [
        against_noise.factorization.parts[at].source for at in order]
    for caption, weight in zip(captions, against_noise.weights.weights[order]):
        assert caption.endswith(" for it." if weight > 0 else " against it.")
        assert "alone, over silence: weight " in caption
    assert {caption.split()[-2] for caption in captions} == {"for", "against"}
    assert [sound.name for sound in against_noise.listening if sound.name.endswith("-alone")] == [
        f"part-{rank}-alone" for rank in range(1, 5)]
    whole = explain(Additive(), factorization(stems(3), segments=1), label="yes")  # sources are parts: no second time
    assert not [sound for sound in whole.listening if sound.name.endswith("-alone")]


def test_no_sound_is_played_twice_and_none_is_lost():
    """The guitar's one second is the strongest part, all of the guitar and the strongest by itself: one sound."""
    sources = stems(3)
    sources["guitar"] = Clip(sources["guitar"].wave * (np.arange(3 * RATE) < RATE), RATE)
    explained = explain(Additive((("guitar", 5.0), ("voice", 0.1))), factorization(sources), label="yes")
    heard = {sound.name: sound.keep[explained.game.sounding] for sound in explained.listening
             if sound.clip is not None and sound.name not in ("everything-but-them", "with-another-answer")}
    assert len({keep.tobytes() for keep in heard.values()}) == len(heard)
    assert heard["strongest-parts"].sum() == 1
    assert "only-guitar" not in heard
    assert "part-1-alone" not in heard
    assert {"original", "only-palmas", "only-voice", "part-2-alone"} <= set(heard)
    guitar = next(sound for sound in explained.listening if sound.name == "strongest-parts")
    assert amplitude(guitar.clip.wave[None], TONES["guitar"])[0] > 0.1


def test_a_source_that_is_silent_is_still_said_to_be():
    silent = Clip(np.zeros(3 * RATE), RATE)
    explained = explain(Deaf(), factorization({**stems(3), "cajon": silent, "bass": silent}), label="yes")
    names = [sound.name for sound in explained.listening if sound.clip is None]
    assert {"only-cajon", "only-bass"} < set(names)


def test_bands_of_a_source_are_heard_and_sum_to_it():
    parts = of_sources(mix(stems(4)), stems(4), segments=2, window=RATE, bands=(500.0,))
    voice = np.array([part.source == "voice" for part in parts.parts])
    whole, _ = play(parts, voice, condensed=False)
    upper = voice & np.array([part.band[0] == 500 for part in parts.parts])
    assert amplitude(whole.wave[None], TONES["voice"])[0] == pytest.approx(
        amplitude(play(parts, upper, condensed=False)[0].wave[None], TONES["voice"])[0], rel=0.05)


def test_every_sound_is_as_loud_as_the_original_and_none_is_clipped(against_noise):
    loud = explain(Tangled(), factorization({name: Clip(stem.wave * 4, RATE) for name, stem in stems(3).items()}))
    for explained in (against_noise, loud):
        sounds = explained.sounds()
        for sound in explained.listening:
            assert np.abs(sounds[sound.name].wave).max() <= 1
            if sound.gain_db < 11.9 and np.abs(sounds[sound.name].wave).max() < 0.99:
                assert loudness(sounds[sound.name]) == pytest.approx(loudness(sounds["original"]), abs=0.5)


def test_the_sound_with_another_answer_has_another_answer():
    model = Tangled(window=4 * RATE)
    explained = explain(model, factorization(stems(12), window=4 * RATE))
    found = explained.otherwise
    sound = next(sound for sound in explained.listening if sound.name == "with-another-answer")
    plain = Clip(explained.factorization.render(sound.keep)[0], RATE)
    assert score_clip(model, plain).label == found.becomes != explained.label
    assert f"the model answers {found.becomes}" in sound.caption
    assert any(f"the answer would be {found.becomes} ({found.probability:.2f}): no smaller set of parts does that."
               in line for line in explained.words())
    assert explained.numbers()["counterfactual"]["answer"] == found.becomes


def test_a_tag_falls_below_its_own_threshold():
    parts = factorization(stems(3))
    easy, hard = (explain(TAGS, parts, label="yes", thresholds={"yes": line}) for line in (0.9, 0.9999))
    assert any("without palmas" in line.lower() and "below its threshold 0.90:" in line
               for line in easy.words())
    assert hard.otherwise is None or hard.otherwise.removed.sum() < easy.otherwise.removed.sum()
    assert explain(TAGS, parts, label="yes", thresholds={"yes": 1.0}).otherwise is None  # nothing reaches it


def test_a_map_is_heard_for_and_against(against_noise):
    from escucha.explain.maps import AttributionMap

    hertz, times = np.arange(50, 2000, 50.0), np.arange(0.05, 3, 0.1)
    values = np.zeros((len(hertz), len(times)))
    values[np.abs(hertz - 200) <= 50], values[np.abs(hertz - 400) <= 50] = 1.0, -1.0
    from escucha.explain.listening import of_map

    found = AttributionMap(values, times, hertz, "logit")
    toward, against = of_map(against_noise.game, "yes", found)
    assert (toward.name, against.name) == ("attribution-map", "attribution-map-against")
    for sound, name, other in ((toward, "guitar", "palmas"), (against, "palmas", "guitar")):
        heard = {tone: amplitude(sound.clip.wave[None], TONES[tone])[0] for tone in (name, other)}
        assert heard[name] > 5 * heard[other]
    assert toward.value > 0 > against.value
    sizes = list(of_map(against_noise.game, "yes", replace(found, values=np.abs(values), signed=False)))
    assert [sound.name for sound in sizes] == ["attribution-map"]


def test_what_silence_is_worth_is_told_beside_what_is_heard_over_it(against_noise):
    original = against_noise.listening[0]
    assert original.caption.endswith("with everything else silent, of silence 0.")
    assert against_noise.weights.nothing > 0.01  # which is of noise
    assert all("lone, over silence" in sound.caption for sound in against_noise.listening
               if sound.name.startswith(("only-", "part-", "strongest", "what-")))


def test_sizes_alone_are_told_without_a_sign():
    from escucha.explain.listening import parts_alone

    captions = [choice.caption for choice in parts_alone(factorization(stems(3)), np.arange(9.0), signed=False)]
    assert captions[0].endswith("alone: weight 8.00.")
