"""A rendered corpus of palos: scores, a soundfont player, stems, annotations, counterfactual pairs."""
