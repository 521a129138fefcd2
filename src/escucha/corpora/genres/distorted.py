"""Style templates of genres with distorted guitars: metal, rock."""

from escucha.corpora.genres.style import Groove, Part, Style

METAL = Style(
    "metal", tempo=(96, 190), modes={"minor": 1.0},
    progressions={
        "minor": ("i5|i5|bVI5|bVII5", "i5|bII5|i5|bIII5 bII5", "i5|i5|i5|bVI5 bVII5", "i5|bVI5|bIII5|bVII5")},
    scales={"minor": ("minor", "phrygian", "harmonic")},
    grooves=(
        Groove("double-kick", (16,), {"kick": "xxxxxxxxxxxxxxxx", "snare": "....X.......X...",
            "crash": "X...............", "ride": "x...x...x...x..."}),
        Groove("gallop", (16,), {"kick": "X.xxX.xxX.xxX.xx", "snare": "....X.......X...", "open": "x...x...x...x..."}),
        Groove("thrash", (16,), {"kick": "X...X...X...X...", "snare": "..X...X...X...X.", "hat": "x.x.x.x.x.x.x.x."}),
        Groove("breakdown", (16,), {"kick": "X.xx..xxX.xx..xx", "snare": "........X.......",
            "crash": "X...X...X...X..."}),
    ),
    parts={
        "guitar": Part(1.0, "power", (30, 29), low=38, level=2, patterns=(
            "X-mmX-mmX-mmX-X-", "mmmmmmmmmmmmX-X-", "X-mmmmX-mmmmX-X-", "X-------X---X---")),
        "strings": Part(.1, "block", (48,), low=57, level=-7, patterns=("X---------------",)),
        "bass": Part(1.0, "bass", (34,), low=28, level=3, patterns=(
            "rrrrrrrrrrrrrrrr", "r.rrr.rrr.rrr.rr", "r-r-r-r-r-r-r-r-")),
        "drums": Part(1.0, "drums", level=1),
        "lead": Part(.5, "sing", (30, 29), low=62, level=-2, shapes=("vibrato", "scoop"), ambitus=12, patterns=(
            "xxxxxxxxxxxxxxxx", "x---x-x-x---x---", "x-xxx-xxx-xxx---", "................", "x---------------")),
    },
    gain=-3.0, feel={"plain": 3.0})

ROCK = Style(
    "rock", tempo=(92, 168), modes={"major": .6, "minor": .4},
    progressions={
        "major": ("I5|bVII5|IV5|I5", "I5|IV5|V5|IV5", "I5|V5|IV5|I5", "I|bVII|IV|I"),
        "minor": ("i5|bVI5|bVII5|i5", "i5|bIII5|bVII5|IV5", "i5|bVII5|bVI5|bVII5")},
    scales={"major": ("mixolydian", "pentatonic"), "minor": ("blues", "minor")},
    grooves=(
        Groove("rock", (16, 8), {"kick": "X.....x.X.x.....", "snare": "....X.......X...", "hat": "X.x.X.x.X.x.X.x."}),
        Groove("rock-ride", (16, 8), {"kick": "X..x..x.X.......", "snare": "....X.......X...",
            "ride": "X.x.X.x.X.x.X.x."}),
        Groove("rock-open", (16, 8), {"kick": "X.......X.x...x.", "snare": "....X.......X...",
            "open": "x...x...x...x..."}),
    ),
    parts={
        "guitar": Part(1.0, "power", (29, 30), low=40, level=1, patterns=(
            "X-x-x-x-X-x-x-x-", "X-----x-X---x-x-", "X---X---x-x-X---", "X-..X-..x-x-X-..")),
        "keys": Part(.3, "block", (18, 16, 0), low=55, level=-3, patterns=("X---------------", "x-x-x-x-x-x-x-x-")),
        "bass": Part(1.0, "bass", (34, 33), low=30, patterns=(
            "r-r-r-r-r-r-r-r-", "r-r-r-r-r-r-5-6-", "r-----r-r---r-r-")),
        "drums": Part(1.0, "drums", level=2),
        "lead": Part(.65, "sing", (29, 30, 54), low=59, shapes=("scoop", "vibrato"), patterns=(
            "x-x-x---x-x-x---", "x---x-x-x-----..", "x-xxx-x-x---....", "................")),
    },
    gain=-1.0)
