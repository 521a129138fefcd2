"""Style templates of genres with acoustic roots: blues, classical, country, jazz."""

from escucha.corpora.genres.style import Groove, Part, Style

BLUES = Style(
    "blues", tempo=(64, 132), modes={"major": .8, "minor": .2},
    progressions={
        "major": ("I7|I7|I7|I7|IV7|IV7|I7|I7|V7|IV7|I7|V7", "I7|IV7|I7|I7|IV7|IV7|I7|I7|V7|IV7|I7 IV7|I7 V7"),
        "minor": ("i7|i7|i7|i7|iv7|iv7|i7|i7|V7|iv7|i7|V7", "i7|iv7|i7|i7|iv7|iv7|i7|i7|bVI7|V7|i7|V7")},
    scales={"major": ("blues",), "minor": ("blues",)},
    grooves=(
        Groove("shuffle", (8,), {"hat": "X.x.X.x.X.x.X.x.", "snare": "....X.......X...", "kick": "X.....x.X......."}),
        Groove("ride-shuffle", (8,), {"ride": "X.x.X.x.X.x.X.x.", "snare": "....X.o.....X.o.",
            "kick": "X.......X.x.....", "pedal": "....x.......x..."}),
        Groove("slow-twelve-eight", (8,), {"hat": "Xxx.Xxx.Xxx.Xxx.", "snare": "....X.......X...",
            "kick": "X.....x.X......."}),
    ),
    parts={
        "guitar": Part(.9, "block", (26, 27, 29), low=43, patterns=(
            "p-p-s-s-p-p-s-s-", "p.p.s.p.p.p.s.p.", "....X-......X-..")),
        "keys": Part(.5, "block", (0, 3, 16, 17), low=55, level=-4, patterns=(
            "....x-x-....x-x-", "x-----x-........", "..x-..x-..x-..x-")),
        "bass": Part(1.0, "bass", (32, 33), low=31, patterns=(
            "r-r-3-3-5-5-6-6-", "r---3---5---6---", "r---w---5---a---")),
        "drums": Part(.95, "drums"),
        "lead": Part(.75, "sing", (27, 29, 66), low=58, level=1,
            shapes=("scoop", "vibrato", "scoop"), ambitus=7, patterns=(
            "x-x---x-x-------", "..x-x-x-x---....", "x---x-x-..x-x---", "................")),
    },
    swing=(.62, .68), gain=.5)

CLASSICAL = Style(
    "classical", tempo=(60, 140), modes={"major": .55, "minor": .45},
    progressions={
        "major": ("I|IV|V7|I", "I|vi|ii|V7", "I V7|I|ii V7|I", "I|V7|V7|I"),
        "minor": ("i|iv|V7|i", "i|bVI|iv|V7", "i V7|i|iv V7|i", "i|V7|V7|i")},
    scales={"major": ("major",), "minor": ("harmonic",)},
    grooves=(),
    parts={
        "keys": Part(.6, "block", (0, 1, 6), low=48, level=4, patterns=(
            "0-2-1-2-0-2-1-2-", "0-1-2-3-4-3-2-1-", "0123432101234321")),
        "strings": Part(.65, "block", (48, 49), low=50, level=-1, patterns=(
            "X---------------", "X-------x-------", "x.x.x.x.x.x.x.x.", "0-1-2-1-0-1-2-1-")),
        "bass": Part(.45, "bass", (42, 43), low=34, level=-3, patterns=(
            "r---------------", "r-------5-------", "r---3---5---3---")),
        "lead": Part(.85, "sing", (40, 73, 68, 71), low=62, shapes=("vibrato", "", "vibrato"), ambitus=9, patterns=(
            "x---x---x-x-x---", "x-------x---x---", "x-x-x-x-x-------", "x-----x-x---x---", "x---------------")),
    },
    rubato=.03, gain=1.5, feel={"plain": 5.0})

COUNTRY = Style(
    "country", tempo=(84, 168), modes={"major": .9, "minor": .1},
    progressions={
        "major": ("I|I|IV|I|V7|V7|I|I", "I|IV|V7|I", "I|V7|V7|I", "I|IV|I|V7"),
        "minor": ("i|i|bVII|bVII|i|i|V7|i", "i|iv|V7|i")},
    scales={"major": ("pentatonic", "major"), "minor": ("minor",)},
    grooves=(
        Groove("train", (40, 8), {"snare": "ooXoooXoooXoooXo", "kick": "X...X...X...X..."}),
        Groove("two-step", (8, 40), {"kick": "X.......X.......", "snare": "....X.......X...",
            "hat": "x.x.x.x.x.x.x.x."}),
        Groove("chick", (8,), {"kick": "X.......X.......", "snare": "....x.......x...", "pedal": "....x.......x..."}),
    ),
    parts={
        "guitar": Part(1.0, "strum", (25,), low=40, patterns=(
            "0---x---1---x---", "0---x-u-1---x-u-", "0---x-u-0---xux-")),
        "keys": Part(.3, "block", (0, 3), low=57, level=-3, patterns=("....x-......x-..", "..x-..x-..x-..x-")),
        "strings": Part(.12, "block", (48, 49), low=55, level=-7, patterns=("x---------------",)),
        "bass": Part(.95, "bass", (32, 33), low=31, patterns=(
            "r-------l-------", "r-------5-------", "r-------l-----a-")),
        "drums": Part(.85, "drums", level=-2),
        "lead": Part(.85, "sing", (110, 40, 105, 25), low=60, shapes=("slide", "", "scoop"), ambitus=9, patterns=(
            "x-x-x-x-x-x-x-x-", "x---x-x-x-x-x---", "x-x-x---........", "x-xxx-x-x---x-x-")),
    },
    swing=(.5, .54), gain=2.0)

JAZZ = Style(
    "jazz", tempo=(90, 220), modes={"major": .65, "minor": .35},
    progressions={
        "major": ("ii7|V7|Imaj7|VI7", "Imaj7|vi7|ii7|V7", "ii7 V7|Imaj7|ii7 V7|Imaj7", "iii7 VI7|ii7 V7|Imaj7|Imaj7"),
        "minor": ("iim7b5|V7|i7|i7", "i7|iv7|iim7b5|V7", "iim7b5 V7|i7|iim7b5 V7|i7")},
    scales={"major": ("major",), "minor": ("harmonic",)},
    grooves=(
        Groove("swing", (8, 40), {"ride": "X...x.x.X...x.x.", "pedal": "....x.......x...", "kick": "o...o...o...o...",
            "snare": "......o........."}),
        Groove("swing-comping", (8, 40), {"ride": "X...x.x.X...x.x.", "pedal": "....x.......x...",
            "snare": "..o.......x...o.", "kick": "......o........."}),
        Groove("brushes", (40,), {"snare": "x.o.X.o.x.o.X.o.", "pedal": "....x.......x...",
            "ride": "x...x.x.x...x.x."}),
    ),
    parts={
        "keys": Part(.8, "block", (0, 1, 4), low=52, patterns=(
            "..x-......x-....", "x.....x---......", "..x-....x-....x-......x-..x---..", "x-------..x-....",
            "......x-......x-")),
        "guitar": Part(.4, "block", (26,), low=48, level=-6, patterns=("x...x...x...x...", "x-..x-..x-..x-..")),
        "bass": Part(1.0, "bass", (32,), low=31, level=2, patterns=(
            "r---w---w---a---", "r---w---5---a---", "r---3---w---a---")),
        "drums": Part(.9, "drums", level=2.5),
        "lead": Part(.85, "sing", (66, 59, 56, 11, 71), low=57, shapes=("", "scoop", "vibrato"), ambitus=10, patterns=(
            "x-x-x-x-x-x-x-x-", "..x-x-x-x---....", "x---..x-x-x-x---", "x-xxx-x-x-----..", "................")),
    },
    swing=(.61, .67), gain=.5, fills=.2, walks=True)
