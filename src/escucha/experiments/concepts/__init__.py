"""The kind `concept-study`."""
