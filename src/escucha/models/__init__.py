"""Who listens: classifiers behind two protocols, windows, networks, training, the shelf."""
