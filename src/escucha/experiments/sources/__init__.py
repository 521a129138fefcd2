"""The kind `source-study`."""
