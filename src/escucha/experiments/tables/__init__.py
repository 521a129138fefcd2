"""The kind `table-accuracy`."""
