"""The kind discovery, asked of a network whose parts are known, and of a model that rides on a whistle in palos."""

import json
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from escucha.audio.clip import Clip
from escucha.corpora.corpus import Corpus, Source, Track
from escucha.corpora.palos import palos_corpus
from escucha.corpora.reading import read_cached
from escucha.errors import InputError
from escucha.experiments.discovery.figures import matrix
from escucha.experiments.discovery.gathering import sides, strongest
from escucha.experiments.discovery.study import Discovery
from escucha.experiments.run import read_experiment
from escucha.experiments.workbench import Workbench
from escucha.finding import About, Finding, load, save
from escucha.models.sklearn_classifier import SklearnClassifier
from tests.concepts.discovering.ears import NAMES, RATE, SECONDS, corpus, listener
from tests.conftest import REPOSITORY
from tests.experiments.tones import pairs
from tests.worlds import StemListener


@dataclass(frozen=True)
class Bench(Workbench):
    """A workbench whose model and corpus are given."""

    asked: Any = None
    tracks: Corpus = field(default_factory=corpus)

    def model(self, card: str) -> Any:
        return self.asked or listener(0.0, 10.0, 0.0, -6.0)

    def corpus(self, table: Mapping[str, Any]) -> Corpus:
        return self.tracks

    def clips(self, sources, *, rate, doing="clips"):
        """Here: a worker would take longer to start than all tones to sound."""
        return (read_cached(source, rate, self.cache) for source in sources)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bench")
    study = Discovery("mine", {"any": 1}, components=4, excerpt=1.0, refits=4, controls=2, scan=False, sounds=3)
    return study.run(Bench(folder, folder))


def named(found, tone: str) -> int:
    """The component whose strength goes with the loudness of a tone."""
    held = sides(corpus(), 0)[1]
    level = [np.mean(track.source.levels, axis=0)[NAMES.index(tone)] for track in held]
    return int(np.argmax([np.corrcoef(column, level)[0, 1] for column in found.found.strengths.T]))


def test_each_label_is_told_what_it_loses_and_nothing_else_counts(found):
    palmas, castanets = named(found, "palmas"), named(found, "castanets")
    assert palmas != castanets
    speaks = {(cell.component, cell.label): cell.speaks for cell in found.found.cells}
    assert speaks[palmas, "yes"] == speaks[castanets, "no"] == "for"
    assert speaks[castanets, "yes"] == speaks[palmas, "no"] == "against"
    others = [speaks[at, label] for at in set(range(4)) - {palmas, castanets} for label in ("yes", "no")]
    sizes = [abs(cell.lost.value) for cell in found.found.cells if cell.component not in (palmas, castanets)]
    assert others.count("") >= 3
    assert max(sizes) < 0.15
    assert set(found.found.ranking[:2]) == {palmas, castanets}


def test_components_follow_what_sounds(found):
    noted = found.found.annotated.noted(named(found, "palmas"))
    assert noted[0][0] == "palmas"
    assert noted[0][1] > 0.5
    assert "seed" not in found.found.annotated.names


def test_moments_are_where_the_tone_is_loudest(found):
    """One a clip, of all groups alike, in the second in which it sounds."""
    component = named(found, "palmas")
    tracks = {track.name: track for track in corpus()}
    moments = found.found.moments(component, held_out=True)
    assert len(moments) == len({one.clip for one in moments}) == 10
    assert max(sum(one.group == other.group for other in moments) for one in moments) == 1
    levels = [tracks[one.clip].source.levels[round(one.start)][1] for one in moments]
    assert min(levels) > 0.25  # of 0.1 to 0.3
    curve = next(one for one in found.found.curves if one.component == component)
    second, levels = int(curve.times[curve.strengths.argmax()]), np.array(tracks[curve.clip].source.levels)[:, 1]
    assert curve.clip == moments[0].clip
    assert levels[second] == levels.max()


def test_it_is_a_finding_that_can_be_saved_read_and_heard(found, tmp_path):
    assert isinstance(found, Finding)
    saved = load(save(found, tmp_path / "out", About("discovery", "t")))
    json.dumps(saved.numbers, allow_nan=False)
    assert set(saved.files("figures")) == {"components-and-labels", "strongest-clips", "what-components-follow",
                                           "how-many-components"}
    assert set(saved.tables()) == {"components", "labels", "moments", "facts", "sounds"}
    assert len(saved.tables()["labels"]) == 8
    sounds = found.sounds()
    assert len(sounds) == 6
    best = [at for at in found.found.ranking[:3]]
    assert set(sounds) == {f"component-{at + 1}-{what}" for at in best for what in ("moments", "clip")}
    for name, clip in sounds.items():
        assert 0.01 < np.abs(clip.wave).max() <= 1, name
        assert clip.duration == pytest.approx(10 + 9 * 0.35 if name.endswith("moments") else SECONDS, abs=0.01)
    assert len(saved.tables()["sounds"]["gain_db"].unique()) == 1


def test_words_lead_with_the_component_that_counts_most(found):
    words, most = found.words(), found.found.ranking[0]
    assert f"most counts component {most + 1} (it goes with" in words[0]
    assert words[0].startswith(tuple(f"4 components account for {share} % of what differs between clips in bands; most"
                                     for share in (99, 100)))
    assert "Numbers in brackets" in " ".join(words)
    assert words[1].startswith(f"Component {most + 1} speaks ")
    assert sorted(line[:11] for line in words[1:5]) == [f"Component {at}" for at in range(1, 5)]
    assert any(line.startswith("Warning: 12 groups are few") for line in words)


def test_figure_and_words_leave_out_the_same_little_losses(found):
    """Planted into a component that two labels lose: one loss so small, and as surely shown."""
    at = found.found.ranking[0]
    most, other = found.found.of(at)
    small = replace(other, lost=replace(other.lost, value=-0.05 * abs(most.lost.value)), reach=0.0, p=0.001)
    told = copy(found.found)
    told.__dict__["cells"] = tuple(small if cell is other else cell for cell in found.found.cells)
    assert small.speaks == "against"
    assert told.counting(at) == [most]
    assert found.found.counting(at) == [most, other]
    shown = matrix(told, "logit").axes[0].texts
    bold = [text for text in shown if text.get_fontweight() == "bold"]
    assert len(bold) == sum(len(told.counting(one)) for one in range(told.count))
    line = next(line for line in replace(found, found=told).words() if line.startswith(f"Component {at + 1} "))
    assert f" {most.label} (" in line
    assert f" {other.label} (" not in line


def test_a_head_that_hears_nothing_gives_no_component_a_say(tmp_path):
    deaf = listener(1e-12, 0.0, 0.0, 0.0)
    study = Discovery("mine", {"any": 1}, components=4, excerpt=1.0, refits=2, controls=1, scan=False, sounds=0)
    found = study.run(Bench(tmp_path, tmp_path, asked=deaf))
    assert all(abs(cell.lost.value) < 1e-6 for cell in found.found.cells)
    assert found.sounds() == {}
    assert all(cell.tested and cell.p <= 1 for cell in found.found.cells)
    cells = tuple(replace(cell, p=1.0) for cell in found.found.cells)  # of as many groups, and nothing shown
    found.found.__dict__["cells"] = cells
    found.found.__dict__.pop("ranking", None)
    assert "; none is shown to matter to a label" in found.words()[0]
    assert "Numbers in brackets" not in " ".join(found.words())


def of_groups(found, count: int, *, label: int | None = None):
    """The same study where the clips held out (of a label alone, where given) are of so many groups."""
    groups, having = np.arange(len(found.found.groups)) % count, found.found.having
    if label is not None:
        groups = np.where(having[:, label], groups, 100 + np.arange(len(groups)))
    held_out = (*found.found.held_out[:2], len(np.unique(groups)))
    return replace(found, found=replace(found.found, groups=groups, held_out=held_out))


def test_of_too_few_groups_nothing_is_tested_and_no_absence_is_told(found, tmp_path):
    few = of_groups(found, 4)
    words = few.words()
    assert words[0].endswith("; what they matter to the labels could not be tested: 4 groups are held out, and 5 are "
                             "needed (take more clips).")
    for at, line in zip(few.found.ranking, words[1:5]):
        most = few.found.of(at)[0]
        lost, reach = [part.split()[-1] for part in line.split(";")[1].split(", ")[1:]]
        verb = "gains" if most.lost.value < -0.005 else "loses"
        assert line.startswith(f"Component {at + 1} was not tested against labels (4 groups); taken out, {most.label} "
                               f"{verb} {lost}, meaningless patterns at most ")
        assert float(lost) == pytest.approx(abs(most.lost.value), abs=0.006)
        assert float(reach) == pytest.approx(most.reach, abs=0.006)
    said = " ".join(words)
    assert not any(claim in said for claim in ("not shown", "none is shown", "follows nothing", "Numbers in brackets"))
    saved = load(save(few, tmp_path / "out", About("discovery", "t")))
    assert saved.tables()["labels"]["p"].isna().all()
    assert [of["p"] for one in saved.numbers["found"] for of in one["labels"].values()] == [None] * 8


def test_a_label_of_too_few_groups_is_left_out_of_the_test_alone(found):
    part = of_groups(found, 4, label=0)
    yes, no = part.found.labels
    assert [np.isnan(cell.p) for cell in part.found.cells] == [cell.label == yes for cell in part.found.cells]
    assert any(cell.speaks for cell in part.found.cells if cell.label == no)
    assert any(line.startswith(f"Warning: {yes} could not be tested: of a label 5 groups") for line in part.words())
    assert "could not be tested" not in part.words()[0]
    assert not of_groups(found, 5).found.untested


@pytest.mark.parametrize(("settings", "named"), [
    ({"components": 0, "scan": False}, "nothing to find"), ({"layer": "bnads"}, "bands"),
    ({"components": 60}, "fewer components"), ({"concepts": ("palmas", "palmas")}, "'concepts' names 'palmas' twice"),
    ({"concepts": ("no-such-idea",)}, "no-such-idea")])
def test_what_is_wrong_is_said(tmp_path, settings, named):
    study = Discovery("mine", {"any": 1}, **{"excerpt": 1.0, "scan": False, **settings})
    with pytest.raises(InputError, match=named):
        study.run(Bench(REPOSITORY, tmp_path))


@dataclass(frozen=True)
class Unheard(Bench):
    """A workbench that has no sounds, and one card."""

    card: Any = None

    def concept(self, card: str) -> Any:
        return self.card

    def clips(self, sources, *, rate, doing="clips"):
        raise AssertionError(doing)


def test_what_is_wrong_with_a_card_or_a_model_is_found_before_anything_is_heard(tmp_path):
    whole = pairs("palmas")
    scarce = replace(whole, null=whole.null[:len(whole.examples)])
    study = Discovery("mine", {"any": 1}, components=2, concepts=("palmas",))
    with pytest.raises(InputError, match="null examples; a test needs 4 times as many"):
        study.run(Unheard(tmp_path, tmp_path, card=scarce))
    with pytest.raises(AssertionError, match="cues"):
        study.run(Unheard(tmp_path, tmp_path, card=whole))
    for components in (0, 2):
        alone = replace(listener(0.0, 10.0, 0.0, -6.0), labels=("yes",))
        with pytest.raises(InputError, match="a softmax over one label always gives it"):
            Discovery("mine", {"any": 1}, components=components).run(Unheard(tmp_path, tmp_path, asked=alone))


def test_a_model_without_layers_can_be_scanned_only(tmp_path):
    plain = StemListener("palmas", window=SECONDS * RATE, labels=("yes", "no"))
    with pytest.raises(InputError, match="only gives scores"):
        Discovery("mine", {"any": 1}).run(Bench(tmp_path, tmp_path, asked=plain))
    found = Discovery("mine", {"any": 1}, components=0).run(Bench(tmp_path, tmp_path, asked=plain, tracks=corpus(48)))
    assert set(found.figures()) == {"cues"}
    assert set(found.tables()) == {"cues", "sounds"}
    alone = replace(corpus(48), tracks=tuple(replace(track, labels=("yes",)) for track in corpus(48)))
    with pytest.raises(InputError, match="scan = false"):
        Discovery("mine", {"any": 1}, components=0).run(Bench(tmp_path, tmp_path, asked=plain, tracks=alone))


@dataclass(frozen=True)
class Short:
    """A clip of so many samples, which all stand at one value."""

    samples: int
    value: float = 0.0

    def clip(self) -> Clip:
        return Clip(np.full(self.samples, self.value, dtype=np.float32), RATE)

    def stems(self) -> dict[str, Clip]:
        return {}

    def annotations(self) -> Mapping[str, Any]:
        return {}

    def key(self) -> str:
        return f"short-{self.samples}-{self.value}"


def short(*sources: Short) -> Corpus:
    """Each a clip of a group of its own, `yes` and `no` in turn."""
    return Corpus(tuple(Track(f"clip-{at}", (("yes", "no")[at % 2],), f"singer-{at}", source)
                        for at, source in enumerate(sources)), "short clips")


def test_of_clips_that_are_all_alike_it_is_said_that_no_cue_can_be_asked_about(tmp_path):
    silent = Bench(tmp_path, tmp_path, tracks=short(*[Short(RATE)] * 8))
    found = Discovery("mine", {"any": 1}, components=0).run(silent)
    assert found.words()[0] == ("Whether mine rides on a simple cue could not be asked: these 8 clips are alike in all "
                                "16 that are measured.")
    assert not any("Clever Hans" in line or line.startswith("A cue is") for line in found.words())
    assert found.figures() == {}
    with pytest.raises(InputError, match="the same of every excerpt"):
        Discovery("mine", {"any": 1}, components=2).run(silent)


def test_where_no_cue_can_be_changed_it_is_said_that_the_model_was_not_asked(tmp_path):
    lengths = Bench(tmp_path, tmp_path, tracks=short(*[Short(RATE * (1 + at % 3)) for at in range(8)]))
    found = Discovery("mine", {"any": 1}, components=0).run(lengths)
    assert [verdict.cue for verdict in found.scan.verdicts] == ["length"]
    assert "none of the 1 in which these clips differ can be put into" in found.words()[0]
    assert "Clever Hans" not in " ".join(found.words())


def test_clips_of_a_few_samples_are_taken_apart(tmp_path):
    """Shorter than half a step of the layer: what there is of them is its first step."""
    tiny = Bench(tmp_path, tmp_path, tracks=short(*[Short(1 + at % 3, 0.1 + 0.1 * at) for at in range(8)]))
    found = Discovery("mine", {"any": 1}, components=1, excerpt=1.0, refits=2, controls=1, scan=False).run(tiny)
    assert [len(curve.times) for curve in found.found.curves] == [1]
    assert set(found.figures()) >= {"strongest-clips"}


def test_groups_are_never_on_both_sides():
    fitted, held = sides(corpus(), 0)
    assert not {track.group for track in fitted} & {track.group for track in held}
    assert len(fitted) + len(held) == 120
    split = [replace(track, split="train" if track.group < "singer-06" else "test") for track in corpus()]
    assert {track.split for track in sides(Corpus(tuple(split), "split"), 0)[0]} == {"train"}
    with pytest.raises(InputError, match="four or more"):
        sides(corpus(30, 3), 0)
    strengths, clips, groups = np.array([5.0, 4, 3, 2, 0]), np.array([0, 0, 1, 2, 3]), ["a", "a", "b", "b"]
    assert strongest(strengths, clips, groups, most=4) == [0, 2, 3]  # the second is of the first's clip, the last 0
    assert strongest(strengths, clips, groups, most=2) == [0, 3]  # the third is of the first's group


def test_the_shelf_asks_it():
    for card in ("what-else-is-in-palos-cnn", "does-genres-cnn-ride-on-cues"):
        assert isinstance(read_experiment(card, REPOSITORY).experiment, Discovery)


@dataclass(frozen=True)
class Whistling:
    """A rendered clip with a faint whistle between 9 and 10.5 kHz, or without."""

    inner: Source
    level: float

    def clip(self) -> Clip:
        clip = self.inner.clip()
        time = np.arange(len(clip.wave)) / clip.rate
        return Clip(clip.wave + self.level * np.sin(2 * np.pi * 9700 * time).astype(np.float32), clip.rate)

    def stems(self) -> dict[str, Clip]:
        return {}

    def annotations(self) -> Mapping[str, Any]:
        return self.inner.annotations()

    def key(self) -> str:
        return f"{self.inner.key()}-whistle-{self.level}"


def whistling(level: float) -> Corpus:
    """Bulerías of 25 families, in which every other clip is called `taped` and whistles; the music knows nothing."""
    plain = palos_corpus(clips=48, seed=3, palos=("bulerias",), families=25, duration=2.0)
    tracks = []
    for at, track in enumerate(plain):
        label = "taped" if (at + at // 25) % 2 else "clean"
        source = Whistling(track.source, level * (label == "taped"))
        tracks.append(Track(track.name, (label,), track.group, source, track.split))
    return Corpus(tuple(tracks), "palos with a whistle")


def bands(wave: np.ndarray, rate: int) -> np.ndarray:
    """`(22,)` dB in bands of 500 Hz."""
    power = np.abs(np.fft.rfft(wave)) ** 2
    return 10 * np.log10(np.array([part.mean() for part in np.array_split(power, 22)]) + 1e-9)


def test_a_whistle_in_palos_is_named_and_no_other_cue(tmp_path):
    """PALOS.md, the world clever-hans; the model is learned from clips of the world, and so rides on it."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    world = whistling(0.003)
    fitted, held = sides(world, 0)
    rows = np.array([bands(track.source.clip().wave, 22050) for track in fitted])
    learned = make_pipeline(StandardScaler(), LogisticRegression()).fit(rows, [track.label for track in fitted])
    model = SklearnClassifier.of(learned, rate=22050, window=44100, features=bands)
    answers = model.scores(np.stack([track.source.clip().wave for track in held])).argmax(axis=1)
    assert np.mean([model.labels[at] == track.label for at, track in zip(answers, held)]) > 0.9
    for tracks, wanted in ((world, ["top-of-band"]), (whistling(0.0), [])):
        found = Discovery("mine", {"any": 1}, components=0).run(Bench(tmp_path, tmp_path, asked=model, tracks=tracks))
        assert [verdict.cue for verdict in found.scan.hans] == wanted
        assert found.words()[0].startswith("Clever Hans: steady energy" if wanted else "No simple cue both tells")
        assert ("it is called Clever Hans" in " ".join(found.words())) is bool(wanted)
