"""One file a verb of the command line: each is a few lines over a function that anyone can call."""
