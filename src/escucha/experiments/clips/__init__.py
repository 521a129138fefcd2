"""What one clip and many clips have in common: found, taken apart, explained, kept."""
