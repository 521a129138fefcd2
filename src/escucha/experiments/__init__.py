"""One file a kind of question; settings in, a Finding out."""

KINDS: dict[str, str] = {
    "training": "escucha.experiments.training.study:Training",
    "sweep": "escucha.experiments.training.sweep:Sweep",
    "accuracy": "escucha.experiments.accuracy.study:Accuracy",
    "comparison": "escucha.experiments.accuracy.comparison:Comparison",
    "table-accuracy": "escucha.experiments.tables.study:TableAccuracy",
    "explanation": "escucha.experiments.explanation:ExplanationStudy",
    "source-study": "escucha.experiments.sources.study:SourceStudy",
    "separation-study": "escucha.experiments.separation.study:SeparationStudy",
    "faithfulness": "escucha.experiments.faithfulness.study:Faithfulness",
    "concept-cards": "escucha.experiments.cards.study:ConceptCards",
    "concept-study": "escucha.experiments.concepts.study:ConceptStudy",
    "concept-comparison": "escucha.experiments.concepts.comparison:ConceptsCompared",
    "feature-study": "escucha.experiments.features.study:FeatureStudy",
    "localisation": "escucha.experiments.localisation.study:Localisation",
    "probe-study": "escucha.experiments.probes.study:ProbeStudy",
    "discovery": "escucha.experiments.discovery.study:Discovery",
}
"""Kind to the frozen settings that can be run; named, not imported, so that `escucha --help` stays quick."""
