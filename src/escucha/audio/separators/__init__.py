"""One file a way to take a sound apart; `escucha.audio.separate` lists them."""
