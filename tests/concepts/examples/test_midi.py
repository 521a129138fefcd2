"""Examples that are MIDI files: what the card says, and that instruments are matched."""

from collections import Counter
from pathlib import Path

import pytest

from escucha.concepts.meaningless import draw, order
from escucha.concepts.shelf import concept_digest, load_concept
from escucha.errors import InputError
from tests.corpora.test_midi import broken, midi


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Fifths and thirds of six composers, and a pool of both."""
    for number in range(6):
        midi(tmp_path / f"fifths/c{number}_a.mid", [(0, 1, 60), (0, 1, 67)])
        midi(tmp_path / f"thirds/c{number}_a.mid", [(0, 1, 60), (0, 1, 64)])
    for number in range(48):
        midi(tmp_path / f"pool/c{number % 12}_{number}.mid", [(0, 1, 50 + number % 7)])
    (tmp_path / "concepts").mkdir()
    return tmp_path


def card(home: Path, more: str = "") -> str:
    (home / "concepts" / "quinta.toml").write_text(
        'meaning = "A fifth instead of a third."\n[examples]\nkind = "midi"\nwith = "fifths"\nwithout = "thirds"\n'
        f'pool = "pool"\ngroup = "^([^_]+)_"\n{more}\n', encoding="utf-8")
    return "quinta"


def test_every_file_is_played_on_every_program_on_both_sides(home):
    concept = load_concept(card(home, "programs = [0, 24]\nduration = 2.0"), home)
    assert Counter((one.present, one.label) for one in concept.examples) == {
        (there, label): 6 for there in (True, False) for label in ("program=0", "program=24")}
    assert {one.group for one in concept.examples} == {f"c{number}" for number in range(6)}
    concept.check_spare()
    for row in draw(concept, count=5, seed=0):
        assert [concept.null[index].label for index in row] == [
            concept.examples[place].label for place in order(concept)]


def test_the_digest_follows_the_files(home):
    before = concept_digest(card(home), home)
    assert before == concept_digest(card(home), home) != concept_digest(card(home, "duration = 2.0"), home)
    midi(home / "fifths/c0_a.mid", [(0, 1, 61), (0, 1, 68)])
    assert concept_digest(card(home), home) != before


@pytest.mark.parametrize(("more", "says"), [
    ("programs = [24, 128]", r"'programs' in .* from 0 to 127, got \[24, 128\]"),
    ("programs = [24, 24]", "'programs' in .*different"),
    ("duration = 9999", "'duration' in .* should be from 0.5 to 600"),
    ("room = 12", "'room' in .* should be from 0 to 11"),
    ("rooms = 1", "unknown key 'rooms'.* did you mean 'room'"),
])
def test_a_wrong_card_is_one_line(home, more, says):
    with pytest.raises(InputError, match=says):
        load_concept(card(home, more), home)


def test_what_is_no_midi_is_found_before_anything_is_heard(home):
    broken(home / "pool" / "c1_x.mid", "text")
    with pytest.raises(InputError, match=r"c1_x\.mid is no MIDI file"):
        load_concept(card(home), home)
