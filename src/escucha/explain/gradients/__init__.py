"""Gradient explanations: captum's methods on the tensor between front end and network, summed inside parts."""
