"""Torch networks, one file each."""
