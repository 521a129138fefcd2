"""One file a kind of question; settings in, a Finding out."""

KINDS: dict[str, str] = {
    "training": "escucha.experiments.training:Training",
    "sweep": "escucha.experiments.sweep:Sweep",
    "accuracy": "escucha.experiments.accuracy:Accuracy",
    "comparison": "escucha.experiments.comparison:Comparison",
    "table-accuracy": "escucha.experiments.table_accuracy:TableAccuracy",
    "explanation": "escucha.experiments.explanation:ExplanationStudy",
    "source-study": "escucha.experiments.source_study:SourceStudy",
    "separation-study": "escucha.experiments.separation_study:SeparationStudy",
    "faithfulness": "escucha.experiments.faithfulness:Faithfulness",
    "concept-study": "escucha.experiments.concept_study:ConceptStudy",
    "feature-study": "escucha.experiments.feature_study:FeatureStudy",
    "probe-study": "escucha.experiments.probe_study:ProbeStudy",
}
"""Kind to the frozen settings that can be run; named, not imported, so that `escucha --help` stays quick."""
