"use strict";
// Sorting: by the exact number where a cell carries one, else by its text; empty cells stay at the end.
const order = new Intl.Collator("en", { numeric: true }).compare;
function key(row, column) {
  const cell = row.cells[column];
  return "v" in cell.dataset ? Number(cell.dataset.v) : cell.textContent.trim();
}
function compare(a, b, sign) {
  const gone = (value) => value === "–" || Number.isNaN(value);
  if (gone(a) || gone(b)) return gone(a) - gone(b);
  return sign * (typeof a === "number" && typeof b === "number" ? a - b : order(String(a), String(b)));
}
for (const button of document.querySelectorAll("th button")) {
  button.addEventListener("click", () => {
    const head = button.closest("th");
    const body = head.closest("table").tBodies[0];
    const up = head.getAttribute("aria-sort") !== "ascending";
    for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const column = head.cellIndex;
    body.append(...[...body.rows].sort((a, b) => compare(key(a, column), key(b, column), up ? 1 : -1)));
  });
}
// One sound at a time: two at once cannot be compared.
document.addEventListener("play", (event) => {
  for (const audio of document.querySelectorAll("audio")) if (audio !== event.target) audio.pause();
}, true);
// A line over each figure that shares the time axis of a sound: where it is heard now, or where it was stopped.
let frame = 0;
function follow(audio) {
  cancelAnimationFrame(frame);
  for (const line of document.querySelectorAll(".cursor")) {
    const { sound, left, right, start, end } = line.dataset;
    const gone = (audio.currentTime - start) / (end - start);
    line.hidden = sound !== audio.dataset.name || gone < 0 || gone > 1;
    line.style.setProperty("--at", Number(left) + (right - left) * gone);
  }
  if (!audio.paused && !audio.ended) frame = requestAnimationFrame(() => follow(audio));
}
for (const said of document.querySelectorAll(".follows")) said.hidden = false;
for (const event of ["play", "seeked"]) document.addEventListener(event, ({ target }) => follow(target), true);
