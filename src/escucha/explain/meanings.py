"""What a weight of each method is, in words: for help, sentences and figures. Nothing heavy is imported.

Conventions: a `line` completes "weights by METHOD are ..."; a `weight` completes "a weight is ...".
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Meaning:
    """How the weights of a method are to be read."""

    line: str
    """For help."""
    weight: str
    """For a sentence."""
    sums: bool = True
    """Do the weights add up to the value of everything minus the value of nothing, exactly or nearly?"""
    signed: bool = True
    """Does a weight below zero speak against the label? Otherwise weights are sizes alone."""


ADDS = "what a part adds to it"

MEANINGS: dict[str, Meaning] = {
    "shapley": Meaning("exact Shapley values, with interactions of pairs", ADDS),
    "permutation": Meaning("sampled Shapley values with intervals, for many parts", f"{ADDS}, estimated"),
    "lime": Meaning("a linear model of random remixes (audioLIME), with intervals",
                    f"{ADDS} in a linear model of random remixes", sums=False),
    "kernel-shap": Meaning("captum's KernelShap, an independent check of Shapley values", f"{ADDS}, estimated"),
    "leave-one-out": Meaning("what the value loses without each part",
                             "what the value loses when that part alone is taken away", sums=False),
    "leave-one-in": Meaning("what each part alone adds to nothing", "what that part alone adds to nothing", sums=False),
    "saliency": Meaning("size of the gradient (torch networks)",
                        "how steeply the value would change, up or down, with the spectrogram where the part sounds",
                        sums=False, signed=False),
    "input-x-gradient": Meaning("gradient times what is above silence (torch networks)",
                                "the value's slope times the height above silence where the part sounds", sums=False),
    "integrated-gradients": Meaning("gradients on the way from silence to the clip (torch networks)",
                                    "a part's share of that way, by gradients along it"),
    "gradient-shap": Meaning("gradients at random points of that way (torch networks)",
                             "a part's share of that way, by gradients at random points of it"),
    "deep-lift": Meaning("differences from silence, passed back layer by layer (torch networks)",
                         "a part's share of that way, passed back layer by layer"),
    "grad-cam": Meaning("where the last convolutional maps speak for the label (torch networks)",
                        "how much the network's last maps speak for it where the part sounds", sums=False,
                        signed=False),
}
OTHER = Meaning("weights", "what the method says of a part", sums=False)
"""Of a method that is not listed."""


def meaning_of(method: str) -> Meaning:
    """How the weights of a method are to be read."""
    return MEANINGS.get(method, OTHER)
