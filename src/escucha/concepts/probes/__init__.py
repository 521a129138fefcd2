"""What can be read off a layer: probes, and how far that is memory."""
