"""`make bench`: speed side by side in one run, as ratios; a table on stdout and `reports/bench.json`."""

import json
from collections.abc import Callable, Iterator

from tests.concepts import bench as concepts
from tests.conftest import REPOSITORY
from tests.explain import bench as explain
from tests.models import bench as models

BENCHES: dict[str, Callable[[], Iterator[tuple[str, float, str]]]] = {
    "explain": explain.rows,
    "concepts": concepts.rows,
    "models": models.rows,
}
"""Floor to what yields (what, how many times less, both costs in words)."""


def main() -> None:
    """Run every bench, printing as they come."""
    rows = []
    for floor, bench in BENCHES.items():
        for what, ratio, costs in bench():
            print(f"{floor:9} {ratio:12.3g} x  {what}: {costs}", flush=True)
            rows.append({"floor": floor, "what": what, "ratio": ratio, "costs": costs})
    place = REPOSITORY / "reports" / "bench.json"
    place.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    print(place.relative_to(REPOSITORY))


if __name__ == "__main__":
    main()
