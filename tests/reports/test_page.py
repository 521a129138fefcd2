"""One page a finding: whole in itself, true to the folder, and safe whatever things are called."""

import base64
import csv
import io
import json
from html.parser import HTMLParser

import numpy as np
import pytest

from escucha.audio.clip import Clip
from escucha.errors import InputError
from escucha.finding import PARTIAL, save
from escucha.reports import content as contents
from escucha.reports import sounds
from escucha.reports.page import page
from tests.reports.browser import look
from tests.reports.sample import ABOUT, HOSTILE, RATE, Sample, tone


class Tags(HTMLParser):
    """Every tag of a page with its attributes, and the text."""

    def __init__(self, text: str):
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Attributes of every `tag`."""
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The sample's page."""
    return page(save(Sample(rows=12), tmp_path_factory.mktemp("reports") / "f", ABOUT))


@pytest.fixture(scope="module")
def tags(made):
    """The tags of the sample's page."""
    return Tags(made.read_text(encoding="utf-8"))


def test_the_page_asks_for_nothing_from_outside(made, tags):
    addresses = [value for _, attributes in tags.tags for name, value in attributes.items() if name in ("src", "href")]
    assert len(addresses) > 8
    assert all(address and address.startswith("data:") for address in addresses)
    assert not tags.all("link")
    assert "default-src 'none'" in str(tags.all("meta"))
    assert "@import" not in made.read_text(encoding="utf-8")
    assert [path.name for path in made.parent.glob(f"{PARTIAL}*")] == []


def test_no_name_becomes_a_program(made, tags):
    assert len(tags.all("script")) == 1
    assert tags.text.count(HOSTILE) >= 5
    assert HOSTILE not in made.read_text(encoding="utf-8")


def test_words_and_numbers_stand_on_the_page(tags):
    text = " ".join(tags.text.split())
    for said in (*(line.removeprefix("Warning: ") for line in Sample().words()), "−1.235", "probabilities: bulerias",
                 ABOUT.command, 'method = "shapley"', ABOUT.fingerprint, "2.13.0", "12.3 s", "The clip as it is.",
                 "the model’s value: −0.25 · gain for listening: +3.0 dB"):
        assert said in text
    assert [attributes["class"] for attributes in tags.all("p") if attributes.get("role") == "note"] == ["warning"]


def test_what_is_taken_away_is_what_was_saved(made, tags):
    taken = {link["download"]: base64.b64decode(str(link["href"]).split("base64,")[1])
             for link in tags.all("a") if "download" in link}
    assert set(taken) == {"numbers.json", "parts.csv", "parts.tex", "source-weights.png", "source-weights.svg",
                          "map.png", "map.svg"}
    assert taken["parts.tex"] == (made.parent / "tables" / "parts.tex").read_bytes()
    assert json.loads(taken["numbers.json"])["passes"] == 320
    assert len(list(csv.DictReader(io.StringIO(taken["parts.csv"].decode())))) == 12
    for name in ("map.png", "map.svg"):
        assert taken[name] == (made.parent / "figures" / name).read_bytes()


def test_everything_has_a_name_for_those_who_do_not_see_it(tags):
    assert all(image.get("alt") for image in tags.all("img"))
    assert [sound["aria-label"] for sound in tags.all("audio")] == ["Original", "What counted"]
    assert all(region.get("aria-label") and region.get("tabindex") == "0" for region in tags.all("div")
               if region.get("role") == "region")
    assert tags.all("html") == [{"lang": "en"}]


def test_a_browser_plays_shows_and_sorts(made, tmp_path):
    seen = look(made, tmp_path, columns=(3, 1, 1))
    assert seen["title"] == f"{ABOUT.title} · escucha"
    assert [(name, error) for name, _, error in seen["sounds"]] == [("Original", None), ("What counted", None)]
    assert [seconds for _, seconds, _ in seen["sounds"]] == pytest.approx([4.0, 2.5], abs=0.1)
    assert [alt.split(",")[0] for alt, width in seen["images"] if width > 300] == [
        "Figure: Source weights", "Figure: Map"]
    assert seen["loaded"] == []
    start, by_windows, up, down = seen["rows"]
    # the weights rise with the rows and the windows fall; twelve rows, so that text would sort otherwise
    assert by_windows == start[::-1]
    assert up == start
    assert down == start[::-1]


def test_a_line_follows_the_sound_over_the_figure_that_shares_its_time(made, tmp_path):
    seen = look(made, tmp_path)
    # half way through either sound it is half way along the axis, from .2 to .6 of the picture
    assert [shown for shown, _ in seen["lines"]] == [["original"], ["what-counted"]]
    assert [at for _, at in seen["lines"]] == pytest.approx([0.4, 0.4], abs=0.01)


def test_without_a_script_there_is_no_line_and_no_word_of_it(tags):
    assert all("hidden" in line and line["aria-hidden"] == "true" for line in tags.all("i"))
    assert len(tags.all("i")) == 2
    assert all("hidden" in said for said in tags.all("p") if "follows" in str(said.get("class")))


def test_a_table_of_time_axes_edited_by_hand_leaves_the_page_whole(tmp_path):
    folder = save(Sample(), tmp_path / "f", ABOUT)
    (folder / "tables" / "timelines.csv").write_text("figure,sound\nmap,original\n", encoding="utf-8")
    assert not Tags(page(folder).read_text(encoding="utf-8")).all("i")


def test_a_phone_shows_it_without_scrolling_sideways(made, tmp_path):
    assert look(made, tmp_path, width=375)["wide"] <= 375


def test_a_page_stays_under_its_limit_and_says_what_is_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(contents, "PAGE", 250_000)
    monkeypatch.setattr(contents, "PICTURES", 60_000)
    monkeypatch.setattr(contents, "CSV", 100)
    monkeypatch.setattr(contents, "ROWS", 5)
    monkeypatch.setattr(sounds, "RATES", (None,))
    noise = np.random.default_rng(0).standard_normal(RATE * 20) * 0.2
    clips = {"short": tone(0.5), "long": Clip(noise, RATE)}
    made = page(save(Sample(clips=clips, rows=12), tmp_path / "f", ABOUT))
    assert made.stat().st_size < contents.PAGE
    tags = Tags(made.read_text(encoding="utf-8"))
    said = " ".join(tags.text.split())
    assert "only in the folder beside it: Long." in said
    assert "12 rows, the first 5 shown" in said
    beside = [str(link["href"]) for link in tags.all("a") if not str(link["href"]).startswith("data:")]
    assert {"sounds/long.wav", "figures/map.png", "tables/parts.csv"} <= set(beside)
    assert all((made.parent / path).is_file() for path in beside)


def test_only_a_finding_has_a_page(tmp_path):
    with pytest.raises(InputError, match="no finding in"):
        page(tmp_path)
    assert list(tmp_path.iterdir()) == []
