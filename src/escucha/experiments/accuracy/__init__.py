"""The kinds `accuracy` and `comparison`."""
