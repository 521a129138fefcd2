"""Where in a clip an idea is, to a layer: positions, maps and curves, and how far they can be believed."""
