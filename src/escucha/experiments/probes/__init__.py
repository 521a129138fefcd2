"""The kind `probe-study`."""
