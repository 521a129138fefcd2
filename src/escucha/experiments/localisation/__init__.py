"""The kind `localisation`: where in a clip an idea is, checked against what is known to sound."""
