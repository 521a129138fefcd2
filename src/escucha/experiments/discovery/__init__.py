"""What else is in there? Components of a layer that nobody named, and cues that should not count."""
