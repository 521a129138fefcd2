"""Many clips explained: each as by itself, none twice, through failures and a real kill."""

import json
import os
import signal
import subprocess
import sys
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import pytest
import soundfile

from escucha.audio.clip import Clip
from escucha.corpora.corpus import Track
from escucha.corpora.folder import FileSource
from escucha.errors import InputError
from escucha.experiments.clips.apart import Apart
from escucha.experiments.clips.clip_reasons import FAR, ClipReasons, kept
from escucha.explain.factorization import of_sources
from escucha.explain.methods import METHODS
from escucha.explain.remix import Game
from escucha.explain.shapley import shapley
from escucha.explain.weights import Sampling
from escucha.models.domain import MELS, Domain, Region
from escucha.models.prediction import Failure
from tests.conftest import REPOSITORY
from tests.experiments.bands import Band, band, explainer, tracks
from tests.experiments.toys import Broken
from tests.worlds import RATE, Additive, Counting, Deaf, StemListener, Tangled


def test_each_clip_is_explained_as_by_itself(tmp_path):
    found = list(explainer(Tangled(), tmp_path).all(tracks(4)))
    for row, track in zip(found, tracks(4)):
        clip = track.source.clip()
        parts = of_sources(clip, track.source.stems(), segments="windows", window=RATE)
        assert [place.name for place in row.parts] == [part.name for part in parts.parts]
        assert [reasons.label for reasons in row.reasons] == ["yes", "no", "perhaps"]
        for reasons in row.reasons:
            alone = shapley(Game(Tangled(), parts), reasons.label)
            np.testing.assert_allclose(reasons.weights, alone.weights, atol=1e-9)
            assert (reasons.everything, reasons.nothing) == pytest.approx((alone.everything, alone.nothing))
            assert reasons.low == ()  # exact
        assert row.sources == tuple(name for name, level in track.source.levels if level)


def test_labels_share_the_passes_of_a_clip(tmp_path):
    heard = Counting(Tangled())
    (one,) = explainer(heard, tmp_path).all(tracks(1))
    assert isinstance(one, ClipReasons)
    assert one.passes == 2 * 2**3  # two windows of three sources, whatever the number of labels
    assert sum(heard.batches) == one.passes  # the answer is the remix of everything


def test_what_is_known_is_not_asked_again_and_reads_the_same(tmp_path):
    heard = Counting(Additive())
    first = list(explainer(heard, tmp_path).all(tracks(5)))
    asked = sum(heard.batches)
    assert list(explainer(heard, tmp_path).all(tracks(5))) == first
    assert sum(heard.batches) == asked
    assert len(list(explainer(heard, tmp_path).all(tracks(6)))) == 6
    assert sum(heard.batches) == asked + 2 * 2**2  # the one clip that is new, in which two sources sound


@pytest.mark.parametrize("other", [
    lambda made: replace(made, mark="another model"),
    lambda made: replace(made, labels=("no",)),
    lambda made: replace(made, how=replace(made.how, apart=Apart("none"))),
    lambda made: replace(made, how=replace(made.how, apart=Apart("stems", bands=2))),
    lambda made: replace(made, how=replace(made.how, method="lime")),
    lambda made: replace(made, how=replace(made.how, aggregation="mean-probability")),
    lambda made: replace(made, how=replace(made.how, duration=1.0)),
    lambda made: replace(made, how=replace(made.how, absent="noise")),
])
def test_another_question_is_not_answered_from_memory(tmp_path, other):
    made = explainer(Additive(), tmp_path)
    track = tracks(1)[0]
    assert other(made).place(track) != made.place(track)
    assert made.place(replace(track, source=band(99))) != made.place(track)


def test_stems_beside_a_file_are_part_of_the_question(tmp_path):
    song = tmp_path / "song.wav"
    folder = tmp_path / "song.stems"
    folder.mkdir()
    for path, level in ((song, 0.2), (folder / "guitar.wav", 0.2)):
        soundfile.write(path, np.full(RATE, level), RATE)
    track, made = Track("song", (), "song", FileSource(song)), explainer(Additive(), tmp_path / "cache")
    before = made.place(track)
    soundfile.write(folder / "guitar.wav", np.full(RATE, 0.1), RATE)
    assert made.place(track) != before


def test_the_same_sound_under_another_name_keeps_its_own_name_and_group(tmp_path):
    heard = Counting(Additive())
    track = tracks(1)[0]
    twin = replace(track, name="twin", group="other", labels=("no",))
    one, other = explainer(heard, tmp_path).all([track, twin])
    assert isinstance(other, ClipReasons)
    assert (other.name, other.group, other.labels) == ("twin", "other", ("no",))
    assert other.reasons == one.reasons
    assert len(list((tmp_path / "explained").rglob("*.json"))) == 1


@pytest.mark.parametrize("damage", [lambda text: text[: len(text) // 2], lambda text: "{}", lambda text: "[1]",
                                    lambda text: text.replace('"passes"', '"pases"'), lambda text: "\x00"])
def test_a_row_that_is_not_whole_is_found_anew(tmp_path, damage):
    made, track = explainer(Additive(), tmp_path), tracks(1)[0]
    found = made.one(track)
    made.place(track).write_text(damage(made.place(track).read_text()))
    assert made.one(track) == found
    assert json.loads(made.place(track).read_text())["answer"] == found.answer


def test_what_fails_is_named_with_one_line_and_stops_no_other(tmp_path):
    whole = tracks(2)
    silent = Band((("guitar", 0.0), ("voice", 0.0)))
    bad = [replace(whole[0], name=name, source=source) for name, source in (
        ("broken", Broken("broken.wav cannot be decoded:\nno header")), ("silent", silent),
        ("gone", FileSource(tmp_path / "gone.wav")))]
    found = list(explainer(Additive(), tmp_path).all([whole[0], *bad, whole[1]]))
    assert [type(one) for one in found] == [ClipReasons, Failure, Failure, Failure, ClipReasons]
    said = {one.path: one.reason for one in found if isinstance(one, Failure)}
    assert said["broken"] == "broken.wav cannot be decoded: no header"
    assert "digitally silent" in said["silent"]
    assert "gone.wav" in said["gone"]
    assert all("\n" not in reason for reason in said.values())


def test_too_many_parts_and_too_little_sound_are_failures_of_a_clip(tmp_path):
    track = tracks(1)[0]
    costly = explainer(Additive(), tmp_path, apart=Apart("stems", segments=("windows/8")))
    assert "2^n" in costly.one(track).reason
    crowded = explainer(Additive(), tmp_path, apart=Apart("stems", segments=2000))
    assert "too many parts" in crowded.one(track).reason
    brief = explainer(Additive(), tmp_path, duration=0.01)
    assert "too short to explain" in brief.one(track).reason


@dataclass(frozen=True)
class Dividing(Additive):
    """Divides by the loudness, and so by zero in silence."""

    def scores(self, waves: np.ndarray) -> np.ndarray:
        with np.errstate(invalid="ignore"):
            return super().scores(waves) / np.abs(waves).max(axis=1, keepdims=True)


def test_each_sound_has_a_draw_of_its_own(tmp_path):
    """One seed for all would err alike in every clip, and no interval over groups would know."""
    made = explainer(Additive(), tmp_path, method="lime", sampling=Sampling(50, seed=3))
    one, other = tracks(2)
    seeds = [made.sampling(track).seed for track in (one, other, replace(one, name="again"))]
    assert seeds[0] != seeds[1]
    assert seeds[0] == seeds[2], "the name changes nothing"
    assert replace(made, how=replace(made.how, sampling=Sampling(50, seed=4))).sampling(one).seed != seeds[0]
    game = made.game(made.factorize(one))
    found = METHODS["lime"](game, "yes", made.sampling(one))
    assert made.one(one).of("yes").weights == tuple(found.weights)


def test_noise_may_stand_for_what_is_off(tmp_path):
    silence, noise = (explainer(StemListener(), tmp_path, absent=absent).one(tracks(1)[0]).of("yes")
                      for absent in ("silence", "noise"))
    assert noise.everything == pytest.approx(silence.everything)
    assert silence.nothing == pytest.approx(0, abs=1e-6)
    assert noise.nothing > 0.01  # some of the noise is at 400 Hz
    with pytest.raises(InputError, match="silence"):
        next(explainer(StemListener(), tmp_path, absent="track").all(tracks(1)))


def test_values_that_are_no_numbers_are_a_failure_and_are_not_kept(tmp_path):
    found = explainer(Dividing(), tmp_path).one(tracks(1)[0])
    assert "not finite" in found.reason
    assert not (tmp_path / "explained").exists()


@pytest.mark.parametrize(("changed", "named"), [
    ({"method": "shaply"}, "shapley"), ({"aggregation": "mean"}, "mean-logit"), ({"apart": Apart("hps")}, "hpss"),
    ({"apart": Apart("stems", segments="window")}, "windows")])
def test_settings_that_no_clip_could_have_are_said_at_once(tmp_path, changed, named):
    with pytest.raises(InputError, match=named):
        next(explainer(Additive(), tmp_path, **changed).all(tracks(2)))
    with pytest.raises(InputError, match="did you mean 'yes'"):
        next(replace(explainer(Additive(), tmp_path), labels=("yess",)).all(tracks(2)))


def test_a_cache_that_cannot_be_written_is_no_failure_of_a_clip(tmp_path):
    (tmp_path / "explained").write_text("in the way")
    with pytest.raises(InputError, match="cannot write the cache"):
        list(explainer(Additive(), tmp_path).all(tracks(2)))


def test_of_many_labels_a_clip_s_own_and_the_answer_are_explained(tmp_path):
    names = tuple(f"tag-{at}" for at in range(40))
    made = explainer(StemListener(labels=names), tmp_path)
    track = replace(tracks(1)[0], labels=("tag-7", "unheard of"))
    found = made.one(track)
    assert [reasons.label for reasons in found.reasons] == ["tag-7", "tag-0"]
    assert made.place(track) != made.place(replace(track, labels=("tag-8",)))


def test_doubts_are_told(tmp_path):
    deaf = explainer(Deaf(), tmp_path / "deaf").one(tracks(1)[0])
    assert "no part changes what the model says" in deaf.doubts
    brief = explainer(Additive(window=3 * RATE), tmp_path / "brief").one(tracks(1)[0])
    assert "shorter than what the model hears at once" in brief.doubts
    quiet = explainer(StemListener(gain=0.01), tmp_path).one(tracks(1)[0])
    assert "undecided between yes and no" in quiet.doubts


def test_one_clip_is_in_memory_at_a_time(tmp_path):
    alive: list[weakref.ref] = []
    most = 0

    @dataclass(frozen=True)
    class Watched(Band):
        def clip(self) -> Clip:
            nonlocal most
            made = super().clip()
            alive.append(weakref.ref(made))
            most = max(most, sum(one() is not None for one in alive))
            return made

    rows = [replace(track, source=Watched(track.source.levels)) for track in tracks(6)]
    assert len(list(explainer(Additive(), tmp_path).all(rows))) == len(alive) == 6
    assert most == 1


def test_two_runs_at_once_find_the_same(tmp_path):
    def go(_: int) -> list[ClipReasons | Failure]:
        return list(explainer(Tangled(), tmp_path).all(tracks(5)))

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(go, range(2))
    assert one == other == list(explainer(Tangled(), tmp_path / "alone").all(tracks(5)))
    assert len(list((tmp_path / "explained").rglob("*.json"))) == 5
    assert not list(tmp_path.rglob(".partial-*"))


KILLED = """
import sys, time
from pathlib import Path
from tests.experiments.bands import explainer, tracks
from tests.worlds import Additive

class Slow(Additive):
    def scores(self, waves):
        time.sleep(0.02)
        return super().scores(waves)

cache = Path(sys.argv[1])
list(explainer(Slow(), cache).all(tracks(40)))
"""


def test_a_killed_run_goes_on_where_it_was(tmp_path):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(REPOSITORY), str(REPOSITORY / "src")])}
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], env=environment)
    until = time.monotonic() + 60
    while len(done := list((tmp_path / "explained").rglob("*.json"))) < 5 and time.monotonic() < until:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    done = list((tmp_path / "explained").rglob("*.json"))
    assert 5 <= len(done) < 40
    heard = Counting(Additive())
    found = list(explainer(heard, tmp_path).all(tracks(40)))
    alone = Counting(Additive())
    assert found == list(explainer(alone, tmp_path / "alone").all(tracks(40)))
    known = [row for row in explainer(heard, tmp_path).all(tracks(40)) if isinstance(row, ClipReasons)]
    assert len(known) == 40
    each = [row.passes for row in known]
    kept = {explainer(heard, tmp_path).place(track) for track in tracks(40)} & set(done)
    left = [count for count, track in zip(each, tracks(40)) if explainer(heard, tmp_path).place(track) not in kept]
    assert sum(heard.batches) == sum(left)
    assert sum(alone.batches) == sum(each)


def test_a_clip_far_from_the_training_music_is_doubted(tmp_path):
    """Every clip is near where the training windows reach far, and far where they hardly reach."""
    def domain(reach: float) -> Domain:
        return Domain({"log-mel": Region(np.zeros(3 * MELS), np.eye(3 * MELS), reach)})

    track, unsaid = tracks(1)[0], explainer(Additive(), tmp_path)
    near, far = (replace(unsaid, mark=str(reach), domain=domain(reach)) for reach in (1e6, 1e-3))
    clip = near.factorize(track).clip
    assert near.one(track).distance == pytest.approx(near.domain.report(clip, Additive()).distance)
    assert [made.one(track).far for made in (unsaid, near, far)] == [False, False, True]
    assert FAR in far.one(track).doubts
    assert unsaid.one(track).distance is None
    assert replace(near, domain=None).place(track) != near.place(track), "a row without a distance is not kept for one"
    assert far.one(track) == kept(far.place(track), track)
