"""The kind `separation-study`."""
