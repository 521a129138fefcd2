"""Pages over saved findings."""
