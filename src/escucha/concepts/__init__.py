"""Which musical idea counted: concept cards, activations, CAVs, tests, probes."""
