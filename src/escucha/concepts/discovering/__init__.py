"""What else is in a layer: components that nobody named, what they do to labels, and cues nobody wanted."""
