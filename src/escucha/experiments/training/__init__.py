"""The kinds `training` and `sweep`."""
