"""VocalSet: singers on scales, arpeggios and long tones in many techniques (Wilkins et al. 2018)."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from escucha.corpora.conventions import Facts, named_corpus
from escucha.corpora.corpus import Corpus
from escucha.errors import InputError

TECHNIQUES = ("belt", "breathy", "fast_forte", "fast_piano", "forte", "inhaled", "lip_trill", "messa", "pp",
              "slow_forte", "slow_piano", "spoken", "straight", "trill", "trillo", "vibrato", "vocal_fry")

_SINGER = re.compile(r"^([fm])(\d+)_")
_VOWEL = re.compile(r"_([aeiou])(?:\(\d+\))?$")


def vocalset(*, path: str | Path, label: Literal["technique", "vowel", "context", "gender", "singer"] = "technique",
             split: str = "", labels: Mapping[str, str] | None = None) -> Corpus:
    """VocalSet (Wilkins et al. 2018): `f1_scales_straight_a.wav` is singer f1 on a scale, straight, on the vowel a.

    The group is the singer, for gender and number begin each name; the technique is that of the file's folder, or else
    in its name; the vowel ends it, where there is one. Where a folder holds the archive's several orders of the same
    files, `data_by_singer` (or `FULL`) is read. `train_singers_technique.txt` and `test_singers_technique.txt` (a
    singer a line, `female1`) give the splits where they are there. A file whose name does not say the `label` is left
    out, with a warning. With `label = "singer"` every label has one group, so there is nothing to learn for others.
    """
    root = Path(path)
    home = next((root / name for name in ("data_by_singer", "FULL") if (root / name).is_dir()), root)
    singers = _singers(root)

    def read(file: Path) -> Facts | None:
        found = _SINGER.match(file.stem)
        if not found:
            return None
        said = _sung(file, found[1], found[1] + found[2])
        return Facts((said[label],), said["singer"], singers.get(said["singer"], ""), said) if said.get(label) else None

    return named_corpus(home, read, f"says no {label}", split=split, labels=labels)


def _sung(file: Path, gender: str, singer: str) -> dict[str, str]:
    """What the name of a VocalSet file says, by aspect."""
    words = f"_{file.stem}_"
    technique = next((folder for folder in (file.parent.name, *sorted(TECHNIQUES, key=len, reverse=True))
                      if folder in TECHNIQUES and (folder == file.parent.name or f"_{folder}_" in words)), "")
    vowel = _VOWEL.search(file.stem)
    said = {"singer": singer, "gender": {"f": "female", "m": "male"}[gender], "technique": technique,
            "context": file.stem.split("_")[1], "vowel": vowel[1] if vowel else ""}
    return {name: value for name, value in said.items() if value}


def _singers(root: Path) -> dict[str, str]:
    """Singer to split, from the lists that come with VocalSet."""
    home: dict[str, str] = {}
    for split in ("train", "test"):
        file = root / f"{split}_singers_technique.txt"
        for line in file.read_text(encoding="utf-8").split() if file.is_file() else ():
            found = re.fullmatch(r"(female|male)(\d+)", line)
            if not found:
                raise InputError(f"{line!r} in {file} is no singer of VocalSet (female1, male11)")
            home[found[1][0] + found[2]] = split
    return home
