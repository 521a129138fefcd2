"""`make bench`: speed side by side in one run, as ratios, and what explanations cost.

A table on stdout; `reports/bench.json`, and beside it `bench.csv` and `bench-*.{svg,png}`.
"""

import csv
import json
import os
import platform
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.concepts import bench as concepts
from tests.conftest import REPOSITORY
from tests.explain import bench as explain
from tests.explain import bench_costs
from tests.models import bench as models

BENCHES: dict[str, Callable[[], Iterator[tuple[str, float, str]]]] = {
    "explain": explain.rows,
    "concepts": concepts.rows,
    "models": models.rows,
}
"""Floor to what yields (what, how many times less, both costs in words)."""


def main() -> None:
    """Run every bench, printing as they come."""
    began, rows = time.monotonic(), []
    for floor, bench in BENCHES.items():
        for what, ratio, costs in bench():
            print(f"{floor:9} {ratio:12.3g} x  {what}: {costs}", flush=True)
            rows.append({"floor": floor, "what": what, "ratio": ratio, "costs": costs})
    found = []
    for cost in bench_costs.costs():
        print(f"{cost.sweep:12} {cost.along:8g}  {cost.method:12} {cost.passes:6} passes {cost.seconds:8.2f} s",
              flush=True)
        found.append(cost)
    machine = {"cores": os.cpu_count(), "processor": platform.machine(), "seconds": round(time.monotonic() - began)}
    _write(REPOSITORY / "reports", {"machine": machine, "rows": rows, "costs": bench_costs.table(found)})
    for name, figure in bench_costs.figures(found).items():
        for suffix in ("svg", "png"):
            figure.savefig(REPOSITORY / "reports" / f"bench-{name}.{suffix}", dpi=150)
    print(f"reports/bench.json, bench.csv, bench-*.svg; {machine['seconds']} s")


def _write(folder: Path, found: dict) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "bench.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    with (folder / "bench.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(found["rows"][0]))
        table.writeheader()
        table.writerows(found["rows"])


if __name__ == "__main__":
    main()
