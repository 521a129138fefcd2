"""mirdata's five data sets in small: its layouts with short sounds, its indexes with a few tracks, no network."""

import json

import numpy as np
import pytest
import soundfile

from escucha.corpora.public import DATASETS, mirdata_corpus
from escucha.corpora.reading import readable
from escucha.corpora.shelf import open_corpus
from escucha.errors import InputError

GTZAN = [f"{genre}.{number:05d}" for genre in ("blues", "hiphop", "jazz") for number in (0, 1, 54)]


def put(root, *names):
    """Short sounds that all differ."""
    for seed, name in enumerate(names):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(root / name, np.random.default_rng(seed).normal(0, 0.1, 800), 8000)


def index(root, rows):
    """An index as mirdata writes them: for each track the places of its files, with hashes that are not asked for."""
    tracks = {name: {key: [place, "0"] for key, place in files.items()} for name, files in rows.items()}
    (root / "index.json").write_text(json.dumps({"version": "1.0", "tracks": tracks}))
    return root / "index.json"


@pytest.fixture
def gtzan(tmp_path):
    places = {name: f"gtzan_genre/genres/{name.split('.')[0]}/{name}.wav" for name in GTZAN}
    put(tmp_path, *places.values())
    index(tmp_path, {name: {"audio": place, "beats": None, "tempo": None} for name, place in places.items()})
    return tmp_path


@pytest.fixture
def lists(tmp_path):
    folder = tmp_path / "lists"
    folder.mkdir()
    for split, numbers in (("train", (54,)), ("valid", (1,)), ("test", (0,))):
        (folder / f"{split}_filtered.txt").write_text("".join(
            f"{genre}/{genre}.{number:05d}.wav\n" for genre in ("blues", "jazz") for number in numbers))
    return folder


def test_gtzan_says_that_artists_are_unknown(gtzan):
    with pytest.warns(UserWarning, match=r"does not say who plays .*give filtered"):
        corpus = mirdata_corpus(path=gtzan, dataset="gtzan_genre", index=gtzan / "index.json")
    assert corpus.labels == ("blues", "hiphop", "jazz")
    assert len({track.group for track in corpus}) == len(corpus) == 9
    assert {track.split for track in corpus} == {""}


def test_gtzan_in_the_fault_filtered_split(gtzan, lists):
    table = {"kind": "mirdata", "dataset": "gtzan_genre", "path": ".", "index": "index.json", "filtered": "lists"}
    with pytest.warns(UserWarning, match="keep an artist within one split"):
        corpus = open_corpus(table, where="here", base=gtzan)
    assert {track.name: track.split for track in corpus} == {
        "blues.00054": "train", "jazz.00054": "train", "blues.00001": "valid", "jazz.00001": "valid",
        "blues.00000": "test", "jazz.00000": "test"}
    with pytest.warns(UserWarning, match="keep"):
        assert len(open_corpus({**table, "split": "valid"}, where="here", base=gtzan)) == 2


@pytest.mark.filterwarnings("ignore:mirdata does not say")
def test_the_corrupt_track_of_gtzan_is_named_and_left_out(gtzan, lists):
    (gtzan / "gtzan_genre/genres/jazz/jazz.00054.wav").write_bytes(b"\x00" * 4000)
    corpus = mirdata_corpus(path=gtzan, dataset="gtzan_genre", index=gtzan / "index.json", filtered=lists)
    with pytest.warns(UserWarning, match="1 of 6 clips"):
        kept, left_out = readable(corpus, rate=8000)
    assert [one.name for one in left_out] == ["jazz.00054"]
    assert len(kept) == 5


@pytest.mark.filterwarnings("ignore:mirdata does not say")
def test_the_real_lists(tmp_path, shared):
    names = [line[:-4] for split in ("train", "valid", "test")
             for line in (shared / f"golden/gtzan/{split}_filtered.txt").read_text().split()]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / f"{name}.wav").touch()
    file = index(tmp_path, {name.split("/")[1]: {"audio": f"{name}.wav", "beats": None, "tempo": None}
                            for name in [*names, "blues/blues.99999"]})
    corpus = mirdata_corpus(path=tmp_path, dataset="gtzan_genre", index=file, filtered=shared / "golden/gtzan")
    assert [len(corpus.split(split)) for split in ("train", "valid", "test")] == [443, 197, 290]
    assert len(corpus.labels) == 10


def test_lists_that_do_not_fit_are_said(gtzan, lists):
    def ask():
        return mirdata_corpus(path=gtzan, dataset="gtzan_genre", index=gtzan / "index.json", filtered=lists)

    (lists / "test_filtered.txt").write_text("blues/blues.00054.wav\n")
    with pytest.raises(InputError, match=r"'blues\.00054' is in the list train and in .*test_filtered"):
        ask()
    (lists / "test_filtered.txt").write_text("blues/blues.77777.wav\n")
    with pytest.raises(InputError, match="no track of GTZAN"):
        ask()
    (lists / "test_filtered.txt").write_bytes(b"\xff\xfeblues.00054")
    with pytest.raises(InputError, match="no track of GTZAN"):
        ask()
    for split in ("train", "valid", "test"):
        (lists / f"{split}_filtered.txt").write_text("")
    with pytest.raises(InputError, match="the lists are empty"):
        ask()
    (lists / "test_filtered.txt").unlink()
    with pytest.raises(InputError, match=r"no list .*test_filtered\.txt"):
        ask()


@pytest.mark.filterwarnings("ignore:mirdata does not say")
def test_missing_files_are_counted(gtzan):
    for name in GTZAN[:2]:
        (gtzan / f"gtzan_genre/genres/blues/{name}.wav").unlink()
    with pytest.warns(UserWarning, match=r"2 of 9 files .* left out: blues\.00000\.wav \(and others\)"):
        assert len(mirdata_corpus(path=gtzan, dataset="gtzan_genre", index=gtzan / "index.json")) == 7
    (gtzan / "other").mkdir()
    with pytest.raises(InputError, match=r"none of the 9 files is in .*; the first should be .*blues\.00000\.wav"):
        mirdata_corpus(path=gtzan / "other", dataset="gtzan_genre", index=gtzan / "index.json")


@pytest.mark.parametrize("dataset", DATASETS)
def test_an_index_that_is_not_there_is_said_and_not_fetched(tmp_path, dataset, monkeypatch):
    import mirdata.download_utils

    def fetch(*_, **__):
        raise AssertionError("the network was asked")

    monkeypatch.setattr(mirdata.download_utils, "downloader", fetch)
    with pytest.raises(InputError, match=rf"initialize\('{dataset}'\)\.download\(\['index'\]\)"):
        mirdata_corpus(path=tmp_path, dataset=dataset, index=tmp_path / "none.json")
    (tmp_path / "none.json").write_text('{"tracks": {"a": {}}}')
    with pytest.raises(InputError, match=rf"not mirdata's index of {dataset}"):
        mirdata_corpus(path=tmp_path, dataset=dataset, index=tmp_path / "none.json")


def test_wrong_names_are_said(tmp_path):
    with pytest.raises(InputError, match=r"unknown data set 'gtzan' .*did you mean 'gtzan_genre'"):
        mirdata_corpus(path=tmp_path, dataset="gtzan")
    with pytest.raises(InputError, match="'filtered' is for gtzan_genre"):
        mirdata_corpus(path=tmp_path, dataset="irmas", filtered=tmp_path)
    with pytest.raises(InputError, match="no folder"):
        mirdata_corpus(path=tmp_path / "none", dataset="irmas")


def test_irmas(tmp_path):
    places = {"0829__1": "IRMAS-TrainingData/gel/[gel][dru][pop_roc]0829__1.wav",
              "0829__2": "IRMAS-TrainingData/gel/[gel][dru][pop_roc]0829__2.wav",
              "1": "IRMAS-TestingData-Part1/Part1/02 - And The Body Will Die-8.wav"}
    put(tmp_path, *places.values())
    text = places["1"].replace(".wav", ".txt")
    (tmp_path / text).write_text("gel\t\nvoi\t\n")
    file = index(tmp_path, {name: {"audio": place, "annotation": place} for name, place in places.items()})
    corpus = mirdata_corpus(path=tmp_path, dataset="irmas", index=file)
    assert [(track.labels, track.group, track.split) for track in corpus] == [
        (("gel",), "recording-0829", "train"), (("gel",), "recording-0829", "train"),
        (("gel", "voi"), "test-02 - And The Body Will Die", "test")]
    (tmp_path / text).unlink()
    with pytest.raises(InputError, match="says nothing of track '1'"):
        mirdata_corpus(path=tmp_path, dataset="irmas", index=file)


def test_tonas_groups_by_singer_though_mirdata_takes_it_for_the_title(tmp_path):
    names = ("01-D_AMairena", "24-M1_AMairena-Martinete", "02-D_ChanoLobato")
    put(tmp_path, *(f"Deblas/{name}.wav" for name in names))
    file = index(tmp_path, {name: {"audio": f"Deblas/{name}.wav", "f0": None, "notes": None} for name in names})
    with pytest.raises(InputError, match="metadata of tonas"):
        mirdata_corpus(path=tmp_path, dataset="tonas", index=file)
    (tmp_path / "TONAS-Metadata.txt").write_text(
        "01-D_AMairena.wav\tDebla\tAntonio Mairena\tEn el barrio de Triana\n\n"
        "24-M1_AMairena-Martinete.wav\tMartinete 1\tAntonio Mairena\tA la puerta\n"
        "02-D_ChanoLobato.wav\tDebla\tChano Lobato\tUna barca\n", encoding="utf-8")
    corpus = mirdata_corpus(path=tmp_path, dataset="tonas", index=file, labels={"Martinete 1": "martinete"})
    assert [(track.label, track.group) for track in corpus] == [
        ("debla", "Antonio Mairena"), ("martinete", "Antonio Mairena"), ("debla", "Chano Lobato")]
    assert corpus.tracks[0].source.annotations() == {"title": "En el barrio de Triana"}


def test_cante100_takes_the_style_family(tmp_path):
    rows = {"008": ("PacoToronjo_Fandangos", "Toronjo", "Fandangos"),
            "089": ("JoseVidal_Granainas", "José Vidal", "Malagueñas-Granaínas")}
    put(tmp_path, *(f"cante100audio/{name}_{place}.wav" for name, (place, *_) in rows.items()))
    file = index(tmp_path, {name: {"audio": f"cante100audio/{name}_{place}.wav", "spectrum": None, "f0": None,
                                   "notes": None} for name, (place, *_) in rows.items()})
    tracks = "".join(
        f'<track id="{int(name)}"><source><anthology>Magna</anthology></source><meta><artist>{artist}</artist>'
        "<title>t</title><style>s</style><duration_m>2</duration_m><duration_s>5</duration_s></meta>"
        f"<musicBrainzID>x</musicBrainzID><manual_annotations><style_family>{family}</style_family>"
        "</manual_annotations></track>" for name, (_, artist, family) in rows.items())
    (tmp_path / "cante100Meta.xml").write_text(f"<document>{tracks}</document>", encoding="utf-8")
    corpus = mirdata_corpus(path=tmp_path, dataset="cante100", index=file)
    assert [(track.label, track.group) for track in corpus] == [
        ("fandangos", "Toronjo"), ("malaguenas-granainas", "José Vidal")]
    (tmp_path / "cante100Meta.xml").write_text("<document><track", encoding="utf-8")
    with pytest.raises(InputError, match="metadata of cante100"):
        mirdata_corpus(path=tmp_path, dataset="cante100", index=file)


def test_medley_solos_db(tmp_path):
    rows = [("training", "flute", 3, "a"), ("validation", "tenor saxophone", 210, "b"), ("test", "flute", 220, "c")]
    places = {name: f"audio/Medley-solos-DB_{subset}-3_{name}.wav" for subset, _, _, name in rows}
    put(tmp_path, *places.values())
    file = index(tmp_path, {name: {"audio": place} for name, place in places.items()})
    (tmp_path / "annotation").mkdir()
    (tmp_path / "annotation/Medley-solos-DB_metadata.csv").write_text(
        "subset,instrument,instrument_id,song_id,uuid4\n"
        + "".join(f"{subset},{instrument},3,{song},{name}\n" for subset, instrument, song, name in rows))
    corpus = mirdata_corpus(path=tmp_path, dataset="medley_solos_db", index=file)
    assert [(track.label, track.group, track.split) for track in corpus] == [
        ("flute", "song-3", "train"), ("tenor-saxophone", "song-210", "valid"), ("flute", "song-220", "test")]
