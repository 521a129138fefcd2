"""The one door for W&B: upload a saved finding. Offline unless the user's environment says otherwise."""

import os
from pathlib import Path
from typing import Any

from escucha.config import cache_folder
from escucha.finding import Saved, load


def to_wandb(folder: Path, *, project: str) -> str:
    """Upload the finding in `folder` as one run of `project`; returns the run's address, or its offline folder.

    The mode is $WANDB_MODE, else `offline`: nothing leaves the machine unless asked. `wandb sync` sends it later.
    """
    import wandb

    saved = load(folder)
    place = cache_folder()
    place.mkdir(parents=True, exist_ok=True)
    run = wandb.init(project=project, name=f"{folder.parent.name}-{saved.about.fingerprint}", job_type=saved.about.kind,
                     config=saved.about.settings, dir=place, mode=os.environ.get("WANDB_MODE", "offline"),  # type: ignore[arg-type]
                     settings=wandb.Settings(silent=True))
    try:
        for row in _epochs(saved):
            run.log(row)
        run.log(_media(saved))
        run.summary.update({key: value for key, value in saved.numbers.items() if isinstance(value, (int, float, str))})
    finally:
        run.finish()
    return run.url or str(Path(run.dir).parent)


def _epochs(saved: Saved) -> list[dict[str, Any]]:
    """The rows of a table called `epochs`, where there is one (as of a `training`): W&B draws curves of them."""
    epochs = saved.tables().get("epochs")
    return [] if epochs is None else [{str(key): value for key, value in row.items()}
                                      for row in epochs.to_dict(orient="records")]


def _media(saved: Saved) -> dict[str, Any]:
    import wandb

    tables = {f"tables/{name}": wandb.Table(dataframe=table) for name, table in saved.tables().items()}
    figures = {f"figures/{name}": wandb.Image(str(path)) for name, path in saved.files("figures").items()}
    sounds = {f"sounds/{name}": wandb.Audio(str(path)) for name, path in saved.files("sounds").items()}
    return {**tables, **figures, **sounds}
