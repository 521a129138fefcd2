"""Which part of a clip counted: factorizations, remixes, LIME, Shapley."""
