"""Where a concept's clips come from: the `[examples]` of a card, by kind."""

EXAMPLES: dict[str, str] = {
    "pairs": "escucha.concepts.examples.pairs:Pairs",
    "graded": "escucha.concepts.examples.graded:Graded",
    "folders": "escucha.concepts.examples.folders:Folders",
    "midi": "escucha.concepts.examples.midi:Midi",
    "query": "escucha.concepts.examples.query:Query",
    "features": "escucha.concepts.examples.features:Features",
    "stems": "escucha.concepts.examples.stems:Stems",
}
"""Kind of a card's `[examples]` to its settings; named, not imported."""
