"""What is heard: clips, files, spectra, separation, loudness."""
