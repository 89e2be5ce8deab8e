// The atlas by keyboard: one cell can be reached by Tab, arrows lead to the others, Home and End to the ends of a row,
// with Ctrl to those of the table. Enter follows the link. Without this file every cell can be reached by Tab.
const table = () => document.querySelector("table.atlas");
const target = (cell) => cell.querySelector("a") ?? cell;
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function rove() {
  // On a phone its rows are folded, so no cell may stand for the others
  if (!table() || (table().matches(".folds") && matchMedia("(max-width: 60rem)").matches)) return;
  const links = table().querySelectorAll("td[data-party] > a");
  for (const link of links) link.tabIndex = -1;
  const first = table().querySelector("td.chosen > a") ?? links[0];
  if (first) first.tabIndex = 0;
}

function go(cell) {
  const to = target(cell);
  if (to === cell) cell.tabIndex = -1;
  else if (to.closest("td")) {
    for (const one of table().querySelectorAll('td > a[tabindex="0"]')) one.tabIndex = -1;
    to.tabIndex = 0;
  }
  to.focus();
}

// The next cell that says something in this direction: headings of groups are passed over.
function next(cell, [down, right]) {
  const rows = [...table().rows];
  for (let row = rows.indexOf(cell.parentElement), column = cell.cellIndex; ; ) {
    row += down;
    column += right;
    const found = rows[row]?.cells[column];
    if (!rows[row] || column < 0 || (right && !found)) return null;
    if (found && (found.dataset.party || found.querySelector("a"))) {
      if (!rows[row].classList.contains("group")) return found;
    }
  }
}

function end(cell, key, all) {
  const cells = [...(all ? table() : cell.parentElement).querySelectorAll("td[data-party]")];
  return key === "Home" ? cells[0] : cells.at(-1);
}

document.addEventListener("keydown", (event) => {
  const cell = event.target.closest?.("table.atlas td, table.atlas th");
  if (!cell || event.altKey || event.metaKey || event.shiftKey || cell.parentElement.classList.contains("group")) return;
  const isEnd = event.key === "Home" || event.key === "End";
  if (!isEnd && (!(event.key in STEPS) || event.ctrlKey)) return;
  event.preventDefault();
  const to = isEnd ? end(cell, event.key, event.ctrlKey) : next(cell, STEPS[event.key]);
  if (to) go(to);
});

document.addEventListener("focusin", (event) => {
  const link = event.target.closest?.("table.atlas td[data-party] > a");
  if (!link || link.tabIndex === 0) return;
  for (const one of table().querySelectorAll('td > a[tabindex="0"]')) one.tabIndex = -1;
  link.tabIndex = 0;
});

document.addEventListener("htmx:after:swap", rove);
rove();
