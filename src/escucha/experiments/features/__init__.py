"""The kind `feature-study`."""
