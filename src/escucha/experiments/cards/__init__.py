"""The kind `concept-cards`."""
