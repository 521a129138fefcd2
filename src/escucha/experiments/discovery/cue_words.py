"""What the scan for cues found, in plain sentences.

Conventions: brackets after a move hold 95 % intervals over groups.
"""

from collections.abc import Iterator

from escucha.concepts.discovering.cues import cue_named
from escucha.concepts.discovering.scan import Verdict
from escucha.concepts.names import listed
from escucha.experiments.discovery.scanning import Scan
from escucha.explain.digits import signed
from escucha.explain.naming import capital


def cue_sentences(model: str, scan: Scan) -> Iterator[str]:
    """Which cues are ridden on; which only tell the label; which only move the model."""
    if not scan.verdicts:
        yield (f"Whether {model} rides on a simple cue could not be asked: these {scan.clips} clips are alike in all "
               f"{len(scan.names)} that are measured.")
        return
    if scan.hans:
        yield (f"Clever Hans: {listed([_ridden(verdict) for verdict in scan.hans])}; a listener should ask whether "
               f"that belongs to the music, for {model} hears it.")
    elif not any(verdict.moves for verdict in scan.verdicts):
        yield (f"Whether {model} rides on a simple cue could not be asked: none of the {len(scan.verdicts)} in which "
               "these clips differ can be put into these sounds or taken out.")
    else:
        yield (f"No simple cue both tells the label of these {scan.clips} clips and moves {model} that way: none of "
               f"{len(scan.verdicts)} that were measured.")
    telling = [verdict for verdict in scan.verdicts if verdict.tells and not verdict.clever_hans]
    unmoved, unasked = ([_told(one) for one in telling if bool(one.moves) == asked] for asked in (True, False))
    if unmoved:
        yield f"Better than by luck, but without moving {model} that way, the label is told by {listed(unmoved)}."
    if unasked:
        yield (f"Better than by luck the label is told by {listed(unasked)}; no more or less of that can be put "
               f"into these sounds, so {model} was not asked, and the music itself may make it so.")
    moving = [cue_named(one.cue).words for one in scan.verdicts if one.used and not one.clever_hans]
    if moving:
        yield (f"{capital(listed(moving))} {'moves' if len(moving) == 1 else 'move'} {model} when changed, but "
               f"{'does' if len(moving) == 1 else 'do'} not tell these labels the same way: something to know, and no "
               "shortcut on this corpus.")
    if any(verdict.moves for verdict in scan.verdicts):
        yield _asked(scan)


def _asked(scan: Scan) -> str:
    hans = ("; it is called Clever Hans where it tells the label better than shuffled labels allow and the value of a "
            "label moves the way the cue tells it, both after Holm's correction" if scan.hans else "")
    return (f"A cue is measured on every clip (groups held out in turn, chance is {1 / scan.kinds:.0%}), then put into "
            f"or taken out of {scan.moved_clips} clips of {scan.moved_groups} groups{hans}.")


def _ridden(verdict: Verdict) -> str:
    moved = [move for move in verdict.moves if move.astray]
    said = [f"{move.label} by {signed(move.move.value, 2)} [{signed(move.move.low, 2)}, {signed(move.move.high, 2)}]"
            for move in moved]
    return f"{_told(verdict)} tells the label, and more of it moves {listed(said)}"


def _told(verdict: Verdict) -> str:
    """`level (42% right, 39% by luck at most)`."""
    told = verdict.told
    return f"{cue_named(verdict.cue).words} ({told.accuracy:.0%} right, {told.usual:.0%} by luck at most)"
