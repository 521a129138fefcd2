"""`escucha explain`."""

import argparse
from pathlib import Path
from typing import Any

from escucha.commands.explain_features import FEATURES, explain_features
from escucha.commands.explain_many import are_many, check_one, explain_many, many_options
from escucha.commands.verb import answer, asking, card_of, one_card, verb
from escucha.errors import InputError
from escucha.explain.meanings import MEANINGS

METHODS = "methods:\n" + "\n".join(f"  {name:21} {meaning.line}" for name, meaning in MEANINGS.items())
SETTINGS = ("parts", "segments", "bands", "method", "samples", "until_stable", "width", "seed", "label", "value",
            "absent", "start", "duration", "aggregation")
"""Options that are settings of the experiment by the same name."""
FILES = ("stems", "absent_from", "absent_stems")


def add_explain(verbs: Any) -> None:
    parser = verb(verbs, "explain", _explain, "which source, at which moment, made the model decide; and its sound")
    parser.formatter_class, parser.epilog = argparse.RawDescriptionHelpFormatter, METHODS
    one_card(parser)
    parser.add_argument("files", nargs="+", type=_named, metavar="FILE",
                        help="an audio file; of many files, folders and quoted patterns one table is made")
    _parts(parser)
    parser.add_argument("--method", default="shapley", metavar="METHOD", help="one of those below (default: shapley)")
    parser.add_argument("--samples", type=int, help="remixes, orders or points that a sampling method draws, at most")
    parser.add_argument("--until-stable", action="store_const", const=True,
                        help="lime: draw more than --samples until the strongest parts stay the same")
    parser.add_argument("--width", type=float, help="permutation: draw until the widest interval is narrower than this "
                        "share of the largest weight (default: 0.2)")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--label", help="explain this label (default: the answer)")
    parser.add_argument("--value", help="logit (default; minus the mean logit where one label is given), or log-odds")
    parser.add_argument("--aggregation", help="mean-logit (default), mean-probability or majority-vote")
    parser.add_argument("--start", type=float, help="seconds")
    parser.add_argument("--duration", type=float, help="seconds")
    many_options(parser)
    asking(parser)


def _parts(parser: argparse.ArgumentParser) -> None:
    """How a clip is taken apart, and what stands for what is off."""
    parser.add_argument("--parts", help="hpss (default), repet, repet-sim, 2dft, timbre, nmf/8, demucs[:FILE], "
                        "stems (of song.wav those in song.stems), none, or features (of an SVM, a forest: which of "
                        "its features counted)")
    parser.add_argument("--stems", type=Path, metavar="DIR", help="a folder with one audio file a source")
    parser.add_argument("--segments", default="windows", help="windows, windows/2 (so many in each), a "
                        "number of equal ones, beats, bars, cycles, or times in seconds: 1.5,3,4.2")
    parser.add_argument("--bands", help="a number of bands, or the edges between them in Hz: 300,3000")
    parser.add_argument("--absent", help="what stands for parts that are off: silence (default), noise, or track")
    parser.add_argument("--absent-from", type=Path, metavar="FILE", help="that other track")
    parser.add_argument("--absent-stems", type=Path, metavar="DIR", help="its folder of stems")


def _named(text: str) -> Path:
    """A path; an empty one (of a variable that is not set, say) is no name for the folder one is in."""
    if not text:
        raise argparse.ArgumentTypeError("'' names no file; a folder is named too, the one here as .")
    return Path(text)


def _segments(text: str) -> int | str | list[float]:
    """A number of segments, a word, or moments in seconds."""
    if "," in text:
        return _numbers(text, "segments", "times in seconds, as in 1.5,3,4.2")
    return int(text) if text.isdecimal() and text.isascii() else text


def _bands(text: str | None) -> int | list[float] | None:
    """A number of bands, or edges in Hz; one number with a point or a comma is an edge."""
    if text is None:
        return None
    if text.isdecimal() and text.isascii():
        return int(text)
    return _numbers(text, "bands", "a number of bands, or edges in Hz as in 300,3000")


def _numbers(text: str, what: str, wanted: str) -> list[float]:
    try:
        return [float(number) for number in text.split(",") if number.strip()]
    except ValueError:
        raise InputError(f"{what} {text!r}: give {wanted}") from None


def _check_parts(chosen: argparse.Namespace) -> None:
    """Raise InputError where a folder of stems is given and other parts are asked for."""
    if chosen.stems is not None and chosen.parts not in (None, "stems"):
        raise InputError(f"--stems {chosen.stems} are parts, as is --parts {chosen.parts}; leave one of the two out")


def _explain(chosen: argparse.Namespace) -> None:
    if chosen.parts == FEATURES:
        return explain_features(chosen)
    table, card = {name: getattr(chosen, name) for name in SETTINGS}, card_of(chosen)
    table |= {"segments": _segments(chosen.segments), "bands": _bands(chosen.bands)}
    for name in FILES:
        place = getattr(chosen, name)
        table[name] = None if place is None else str(place.absolute())
    if chosen.parts is None:
        table["parts"] = "hpss" if chosen.stems is None else "stems"
    if chosen.absent_from is not None and chosen.absent is None:
        table["absent"] = "track"
    if are_many(chosen.files):
        return explain_many(chosen, {**table, "model": card})
    check_one(chosen)
    _check_parts(chosen)
    from escucha.models.own import short_name

    file = chosen.files[0]
    answer(chosen, {**table, "kind": "explanation", "model": card, "path": str(file)}, f"explain-{file.stem}",
           f"What did {short_name(card)} hear in {file.name}?")
