"""One file a kind of question; settings in, a Finding out."""
