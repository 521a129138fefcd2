"""A recording is the same sound whether it is a file or a track, with its stems and what stands for them."""

import numpy as np
import pytest

from escucha.audio.clip import Clip
from escucha.audio.io import write
from escucha.corpora.corpus import Corpus, Track
from escucha.corpora.folder import FileSource
from escucha.errors import InputError
from escucha.experiments.clips.recording import LOUD, Recording, another, left_over, track_of

RATE = 8000


@pytest.fixture
def song(tmp_path):
    """A mix at 8 kHz, and its two stems in `song.stems` beside it at twice that rate."""
    rng = np.random.default_rng(0)
    wide = {name: 0.1 * rng.normal(size=2 * (3 * RATE + 1)) for name in ("guitar", "palmas")}
    for name, wave in wide.items():
        (tmp_path / "song.stems").mkdir(exist_ok=True)
        write(tmp_path / "song.stems" / f"{name}.wav", Clip(wave, 2 * RATE), exact=True)
    stems = [Recording(tmp_path / "song.stems" / f"{name}.wav").clip(RATE).wave for name in wide]
    write(tmp_path / "song.wav", Clip(np.sum(stems, axis=0), RATE), exact=True)
    return tmp_path / "song.wav"


def tracks(*groups):
    return Corpus(tuple(Track(f"track-{at}", ("yes",), group, FileSource(f"{at}.wav")) for at, group
                        in enumerate(groups)), "a list")


def test_stems_beside_a_file_are_found_and_sum_to_it_at_another_rate(song):
    recording = Recording(song, "song.wav")
    clip = recording.clip(RATE)
    stems = recording.stems(clip)
    assert recording.has_stems
    assert list(stems) == ["guitar", "palmas"]
    assert left_over(clip, stems) < -100
    other = recording.clip(5512)
    assert {len(stem.wave) for stem in recording.stems(other).values()} == {len(other.wave)}
    assert left_over(other, recording.stems(other)) < -50


def test_a_part_of_it_has_the_same_part_of_its_stems(song):
    part = Recording(song, start=1.0, duration=1.5)
    assert part.clip(RATE).duration == 1.5
    assert left_over(part.clip(RATE), part.stems(part.clip(RATE))) < LOUD  # edges resampled otherwise are no warning
    assert len(Recording(song).keys(stems=True)) == 3
    assert len(Recording(song).keys(stems=False)) == 1


def test_stems_of_another_length_stay_so_that_they_are_refused(song):
    write(song.parent / "song.stems" / "guitar.wav", Clip(np.ones(RATE), 2 * RATE), exact=True)
    write(song.parent / "song.stems" / "palmas.wav", Clip(np.ones(RATE), 2 * RATE), exact=True)
    recording = Recording(song)
    assert len(recording.stems(recording.clip(RATE))["guitar"].wave) == RATE // 2


def test_what_is_left_over_is_measured():
    rng = np.random.default_rng(1)
    clip = Clip(rng.normal(size=RATE) * 0.1, RATE)
    assert left_over(clip, {"half": Clip(clip.wave / 2, RATE)}) == pytest.approx(-6.02, abs=0.01)
    assert left_over(clip, {"all": clip}) == -np.inf


def test_another_track_is_of_another_group_named_or_drawn():
    corpus = tracks("a", "a", "b", "c")
    own = corpus.tracks[0]
    drawn = {another(corpus, own, "", seed).name for seed in range(20)}
    assert drawn == {"track-2", "track-3"}
    assert another(corpus, own, "", 3) == another(corpus, own, "", 3)
    assert another(corpus, own, "track-3", 0).name == "track-3"
    with pytest.raises(InputError, match="of the group 'a', like 'track-0' itself"):
        another(corpus, own, "track-1", 0)
    with pytest.raises(InputError, match="every track of a list is of the group"):
        another(tracks("a", "a"), own, "", 0)
    with pytest.raises(InputError, match="did you mean"):
        track_of(corpus, "track-9")
