"""Style templates of genres to dance to: disco, hiphop, pop, reggae."""

from escucha.corpora.genres.style import Groove, Part, Style

DISCO = Style(
    "disco", tempo=(106, 132), modes={"minor": .6, "major": .4},
    progressions={
        "minor": ("i7|iv7|bVII|bIIImaj7", "i7|i7|iv7|iv7", "i7|bVII|bVImaj7|V7"),
        "major": ("ii7|V7|Imaj7|vi7", "Imaj7|vi7|ii7|V7", "IVmaj7|V7|iii7|vi7")},
    scales={"minor": ("minor",), "major": ("major",)},
    grooves=(
        Groove("four-on-the-floor", (24, 16, 8), {"kick": "X...X...X...X...", "snare": "....X.......X...",
            "clap": "....x.......x...", "open": "..X...X...X...X."}),
        Groove("four-on-the-floor-sixteenths", (24, 16, 8), {"kick": "X...X...X...X...", "snare": "....X.......X...",
            "hat": "oo.ooo.ooo.ooo.o", "open": "..X...X...X...X."}),
    ),
    parts={
        "guitar": Part(.75, "strum", (27, 28), low=52, level=-4, patterns=(
            "..x.x..xx..x.x.x", "x.xx.xx.x.xx.xx.", "....x.xx....x.xx")),
        "keys": Part(.6, "block", (4, 7, 0), low=55, level=-2, patterns=(
            "x..x..x.x..x..x.", "x---....x.x-....", "..x-..x-..x-..x-")),
        "strings": Part(.75, "block", (48, 51), low=64, level=-5, patterns=(
            "X---------------", "X-----x-x-------", "........x.x.x---")),
        "bass": Part(1.0, "bass", (33, 36, 38), low=29, level=2, patterns=(
            "r-o-r-o-r-o-r-o-", "r.o.r.o.r.o.r.oo", "r.rro.r.r.rro.o.")),
        "drums": Part(1.0, "drums", level=3),
        "lead": Part(.6, "sing", (61, 53, 54, 73), low=62, level=-1,
            shapes=("", "vibrato", "fall"), ambitus=7, patterns=(
            "x-x-..x-x-----..", "x---x-x-x---....", "................", "..x-x-x---x-x---")),
    },
    loose=.35, gain=-1.0)

HIPHOP = Style(
    "hiphop", tempo=(76, 108), modes={"minor": .85, "major": .15},
    progressions={
        "minor": ("i7|i7|bVImaj7|V7", "i7|bVImaj7", "i7|iv7", "i|i|bVII|bVI", "i7|i7|i7|i7"),
        "major": ("Imaj7|IVmaj7", "ii7|V7|Imaj7|Imaj7")},
    scales={"minor": ("minor",), "major": ("pentatonic",)},
    grooves=(
        Groove("boom-bap", (8, 25), {"kick": "X..x......Xx....", "snare": "....X.......X...",
            "hat": "x.x.x.x.x.x.x.x."}),
        Groove("boom-bap-late", (8, 24), {"kick": "X......x..X.....", "snare": "....X..o.o..X...",
            "hat": "x.x.x.x.x.x.xxx."}),
        Groove("eight-o-eight", (25,), {"kick": "X.....x...X.....", "clap": "....X.......X...",
            "hat": "x.xxx.x.x.xxxxxx"}),
    ),
    parts={
        "keys": Part(.8, "block", (4, 5, 11, 0), low=52, level=-1, patterns=(
            "x---------....x-", "x-----x---......", "0-2-1-3-0-2-....", "....x-......x-x-")),
        "strings": Part(.35, "block", (45, 48, 49), low=60, patterns=("x...x.....x.....", "x---------------")),
        "guitar": Part(.15, "block", (26,), low=52, level=-4, patterns=("0.2.3.2.1.......",)),
        "bass": Part(1.0, "bass", (39, 38), low=28, level=3, patterns=(
            "r-----...rr-----", "r---------r-....", "r--r------rr----")),
        "drums": Part(1.0, "drums", level=3),
        "lead": Part(.7, "sing", (85, 54), low=50, level=6,
            shapes=("slide", "scoop", ""), ambitus=3, vowel=True, patterns=(
            "xx.xx.xxx.x.xxx.", "x.xxx.x.xx.xx.x.", "xxx.x.xxx.xxx...", ".xxxx.xx.xxxx.x.")),
    },
    swing=(.5, .6), unit=.25, loose=.4, gain=.5, fills=.15)

POP = Style(
    "pop", tempo=(88, 134), modes={"major": .7, "minor": .3},
    progressions={
        "major": ("I|V|vi|IV", "vi|IV|I|V", "I|vi|IV|V", "IV|V|I|vi"),
        "minor": ("i|bVI|bIII|bVII", "i|bVII|bVI|bVII", "i|iv|bVI|V")},
    scales={"major": ("major", "pentatonic"), "minor": ("minor",)},
    grooves=(
        Groove("backbeat", (8, 24), {"kick": "X.....x.X.......", "snare": "....X.......X...",
            "hat": "x.x.x.x.x.x.x.x."}),
        Groove("backbeat-claps", (24, 8), {"kick": "X.......X.x.....", "snare": "....X.......X...",
            "clap": "....x.......x...", "hat": "xoxoxoxoxoxoxoxo"}),
        Groove("dance-pop", (24,), {"kick": "X...X...X...X...", "clap": "....X.......X...", "hat": "..x...x...x...x."}),
    ),
    parts={
        "keys": Part(.75, "block", (0, 4, 5), low=55, patterns=(
            "X---x---x---x---", "0-2-1-2-3-2-1-2-", "X-----x-----x---", "X---------------")),
        "guitar": Part(.6, "strum", (25, 27), low=45, level=-3, patterns=(
            "x---x-u---u-x-u-", "x-------x-u-x-u-", "0-2-3-4-3-2-1-2-")),
        "strings": Part(.45, "block", (51, 49, 48), low=57, level=-11, patterns=("X---------------",)),
        "bass": Part(.95, "bass", (33, 38), low=30, patterns=(
            "r-r-r-r-r-r-r-r-", "r-----r-r-----5-", "r-------r---r---")),
        "drums": Part(.95, "drums", level=2),
        "lead": Part(.85, "sing", (53, 54, 80, 81), low=57, level=2,
            shapes=("slide", "vibrato", ""), ambitus=7, vowel=True, patterns=(
            "x-x-x---x-x-....", "..x-x-x-x-----..", "x---x-x---x-x---", "................")),
    },
    loose=.5, gain=-.5)

REGGAE = Style(
    "reggae", tempo=(66, 96), modes={"major": .5, "minor": .5},
    progressions={
        "major": ("I|IV", "I|ii|I|ii", "I|V|vi|IV", "I|IV|V|IV"),
        "minor": ("i|iv", "i|bVII", "i|i|iv|bVII")},
    scales={"major": ("major", "pentatonic"), "minor": ("minor",)},
    grooves=(
        Groove("one-drop", (8,), {"kick": "....X.......X...", "side": "....X.......X...", "hat": "x.x.x.x.x.x.x.x."}),
        Groove("rockers", (8,), {"kick": "X...X...X...X...", "side": "....X.......X...", "hat": "x.xxx.x.x.xxx.x."}),
        Groove("one-drop-open", (8,), {"kick": "....X.......X...", "snare": "....x.......x...",
            "hat": "x.x.x...x.x.x...", "open": "......x.......x."}),
    ),
    parts={
        "guitar": Part(1.0, "strum", (27, 28, 25), low=52, level=-3, patterns=("..X...X...X...X.", "..Xx..X...Xx..X.")),
        "keys": Part(.7, "block", (16, 17, 0), low=55, level=-1, patterns=("..x...x...x...x.", ".oXo.oXo.oXo.oXo")),
        "bass": Part(1.0, "bass", (33, 35), low=28, level=5, patterns=(
            "....r-3-5-..r---", "r--.r-5-....3-r-", "r-r-..5-3-..r-..", "......r-r-3-5---")),
        "drums": Part(1.0, "drums", level=3),
        "lead": Part(.65, "sing", (53, 57, 56, 54), low=57, level=2,
            shapes=("slide", "vibrato", ""), ambitus=6, vowel=True, patterns=(
            "x-x-x---..x-x---", "..x-x-x-x-......", "................", "x---x-x---x-x---")),
    },
    swing=(.5, .58), unit=.25, gain=-1.5)
