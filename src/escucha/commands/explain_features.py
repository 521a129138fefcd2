"""`escucha explain CARD FILES --parts features`: which of its features a model goes by, in a file or in many."""

import argparse
import os
from pathlib import Path

from escucha.commands.verb import answer, card_of
from escucha.errors import InputError

FEATURES = "features"
"""What `--parts` says to come here."""
KEPT = ("label", "seed", "samples", "start", "duration", "group", "limit")
"""Options that a feature study has too; `samples` are rows of features scored for a window."""
STRANGE = {"method": "shapley", "segments": "windows", "until_stable": None, "width": None, "value": None,
           "aggregation": None, "bands": None, "stems": None, "absent": None, "absent_from": None, "absent_stems": None}
"""Options that say nothing of features, and what they are where they are not given."""


def explain_features(chosen: argparse.Namespace) -> None:
    """Answer with a study of kind `feature-study`; InputError for an option that says nothing of features."""
    for name, unsaid in STRANGE.items():
        if getattr(chosen, name, unsaid) != unsaid:
            raise InputError(f"--{name.replace('_', '-')} says nothing of features, which are of the whole sound of a "
                             "window; leave it out")
    from escucha.models.own import short_name

    absolute = Path(os.path.abspath(chosen.files[0]))
    more = f" and {len(chosen.files) - 1} more" if len(chosen.files) > 1 else ""
    answer(chosen, {**{name: getattr(chosen, name, None) for name in KEPT}, "kind": "feature-study",
                    "model": card_of(chosen), "paths": [str(file) for file in chosen.files]},
           f"features-{absolute.stem}",
           f"Which features did {short_name(chosen.card)} go by in {absolute.name}{more}?")
