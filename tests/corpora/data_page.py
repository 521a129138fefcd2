"""The small files that docs/data.md talks of: each data set in its own layout, with a few short sounds."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

RATE = 8000


def _sound(path: Path, seed: int, seconds: float = 3.0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.random.default_rng(seed).normal(0, 0.1, round(seconds * RATE)), RATE)


def prepare(folder: Path) -> dict[str, Any]:
    """Put them into `folder`; no names are needed beyond what the page imports."""
    places = [*_recordings(folder), *_named(), *_listed(folder), *_gtzan(folder)]
    for seed, place in enumerate(places):
        _sound(folder / place, seed)
    wave, _ = soundfile.read(folder / "recordings/bulerias/ana/one.wav")
    soundfile.write(folder / "recordings/bulerias/ana/copy.wav", wave / 2, RATE)
    return {}


def _recordings(folder: Path) -> list[str]:
    damaged = folder / "recordings/alegrias/eva/damaged.mp3"
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(b"ID3" + bytes(300))
    singles = [f"singles/{split}/{label}/{split} {label} {player}/a.wav" for split in ("train", "test")
               for label in ("cajon", "guitar", "voice") for player in range(4)]
    return ["recordings/bulerias/ana/one.wav", "recordings/bulerias/leo/one.wav",
            "recordings/Bulerías por soleá/leo/two.wav", "recordings/alegrias/eva/one.wav", "concert.wav", *singles]


def _named() -> list[str]:
    palos = [f"flamenco/{palo}/{number}.mp3" for palo in ("alegrias", "bulerias", "sevillanas") for number in (0, 1)]
    return [*palos, "VocalSet/FULL/female1/scales/straight/f1_scales_straight_a.wav",
            "VocalSet/FULL/male2/scales/belt/m2_scales_belt_e.wav",
            "IRMAS/IRMAS-TrainingData/gel/[gel][dru][pop_roc]0829__1.wav",
            "IRMAS/IRMAS-TrainingData/cel/[cel][cla]0001__1.wav",
            "philharmonia/violin/violin_A4_1_fortissimo_arco-normal.mp3",
            "philharmonia/french horn/french-horn_A3_025_piano_normal.mp3"]


def _listed(folder: Path) -> list[str]:
    meta = folder / "FSDKaggle2018.meta"
    meta.mkdir()
    (meta / "train_post_competition.csv").write_text(
        "fname,label,manually_verified,freesound_id,license\na.wav,Hi-hat,0,11,x\nb.wav,Cello,1,12,x\n")
    (meta / "test_post_competition_scoring_clips.csv").write_text(
        "fname,label,usage,freesound_id,license\nc.wav,Cello,Public,13,x\n")
    (folder / "fma_metadata").mkdir()
    (folder / "fma_metadata/tracks.csv").write_text(
        ",artist,set,set,track\n,id,split,subset,genre_top\ntrack_id,,,,\n2,1,training,small,Hip-Hop\n"
        "1003,5,test,small,Rock\n1004,6,test,large,\n")
    return ["FSDKaggle2018.audio_train/a.wav", "FSDKaggle2018.audio_train/b.wav", "FSDKaggle2018.audio_test/c.wav",
            "fma_small/000/000002.mp3", "fma_small/001/001003.mp3"]


def _gtzan(folder: Path) -> list[str]:
    names = {"train": "jazz.00054", "valid": "blues.00000", "test": "jazz.00001"}
    (folder / "lists").mkdir()
    for split, name in names.items():
        (folder / f"lists/{split}_filtered.txt").write_text(f"{name.split('.')[0]}/{name}.wav\n")
    files = {name: f"genres/{name.split('.')[0]}/{name}.wav" for name in names.values()}
    (folder / "gtzan_genre_index_1.0.json").write_text(json.dumps({"tracks": {
        name: {"audio": [place, "0"], "beats": [None, None], "tempo": [None, None]} for name, place in files.items()}}))
    return [f"mir_datasets/gtzan/{place}" for place in files.values()]
