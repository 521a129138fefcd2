"""Pages in a real browser: what it loaded, written down by a page that looks into a frame."""

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--allow-file-access-from-files",
         "--virtual-time-budget=20000", "--dump-dom")
LOOK = """<!DOCTYPE html><meta charset="utf-8"><iframe src="PAGE" style="width:WIDTHpx;height:900px"></iframe>
<pre id="seen"></pre><script>
const loaded = (audio) => audio.readyState || audio.error ? audio :
  new Promise((done) => { audio.onloadedmetadata = audio.onerror = done; });
onload = async () => {
  const page = frames[0].document, seen = {title: page.title, wide: page.documentElement.scrollWidth};
  seen.sounds = [];
  for (const audio of page.querySelectorAll("audio")) {
    await loaded(audio);
    seen.sounds.push([audio.getAttribute("aria-label"), audio.duration, audio.error && audio.error.message]);
  }
  seen.lines = [];
  for (const line of page.querySelectorAll(".cursor")) {
    const audio = [...page.querySelectorAll("audio")].find((one) => one.dataset.name === line.dataset.sound);
    audio.currentTime = audio.duration / 2;
    audio.dispatchEvent(new Event("seeked"));  // headless, a seek is done long after the virtual time is over
    const box = line.parentNode.querySelector("img").getBoundingClientRect();
    const shown = [...page.querySelectorAll(".cursor")].filter((one) => !one.hidden).map((one) => one.dataset.sound);
    seen.lines.push([shown, (line.getBoundingClientRect().left + 1 - box.left - 9) / (box.width - 18)]);
  }
  seen.images = [...page.images].map((image) => [image.alt, image.naturalWidth]);
  const resources = frames[0].performance.getEntriesByType("resource").map((entry) => entry.name);
  seen.loaded = resources.filter((name) => !name.startsWith("data:"));
  const rows = () => [...page.querySelectorAll("tbody tr")].map((row) => row.cells[0].textContent);
  seen.rows = [rows()];
  for (const column of COLUMNS) { page.querySelectorAll("th button")[column].click(); seen.rows.push(rows()); }
  document.getElementById("seen").textContent = JSON.stringify(seen);
};
</script>"""


def look(page: Path, folder: Path, *, width: int = 1000, columns: tuple[int, ...] = ()) -> dict[str, Any]:
    """What a browser sees on `page` at `width` pixels, after clicks on the heads of `columns`; skips without one."""
    if CHROMIUM is None:
        pytest.skip("needs chromium to open a page as a reader would")
    program = LOOK.replace("PAGE", page.as_uri()).replace("WIDTH", str(width)).replace("COLUMNS", str(list(columns)))
    (folder / "look.html").write_text(program, encoding="utf-8")
    done = subprocess.run([CHROMIUM, *FLAGS, f"--user-data-dir={folder / 'profile'}", (folder / "look.html").as_uri()],
                          capture_output=True, text=True, timeout=120, check=True)
    found = re.search(r'<pre id="seen">(.+?)</pre>', done.stdout, re.DOTALL)
    assert found, f"the page did not load: {done.stderr[-2000:]}"
    return json.loads(html.unescape(found[1]))
