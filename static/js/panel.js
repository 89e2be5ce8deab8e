// The cell opened beside its matrix: marks the chosen cell, moves the focus, closes on Esc, and lets Back and Forward
// open and close it in place. Without this file the links lead to the cell's own page.
const panel = () => document.getElementById("panel");
const matrix = () => document.querySelector("[data-matrix-address]");
const here = () => location.pathname + location.search;
const cellLink = (address) =>
  [...document.querySelectorAll("td[data-position] > a")].find((link) => link.getAttribute("href") === address);
let byKeyboard = false;

function mark(link) {
  document.querySelectorAll("td.chosen").forEach((cell) => cell.classList.remove("chosen"));
  document.querySelectorAll("td > a[aria-current]").forEach((one) => one.removeAttribute("aria-current"));
  if (!link) return;
  link.closest("td").classList.add("chosen");
  link.setAttribute("aria-current", "true");
}

function close() {
  const chosen = document.querySelector("td.chosen > a");
  panel().replaceChildren();
  mark(null);
  document.title = matrix().dataset.matrixTitle;
  return chosen;
}

document.addEventListener("click", (event) => {
  byKeyboard = event.detail === 0;
  const link = event.target.closest("#panel [data-close]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  leave();
});

// The links of a large matrix have no attributes of their own for this, since there are thousands of them.
document.addEventListener("click", (event) => {
  const link = event.target.closest(".lean td[data-position] > a");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if (!matchMedia("(min-width: 60.0625rem)").matches) return;
  event.preventDefault();
  const address = link.getAttribute("href");
  htmx.ajax("GET", address, { target: "#panel" }).then(() => history.pushState({ htmx: true }, "", address));
});

// Esc first puts a hovering quote away (it comes back over the next cell), and with none there closes the panel.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || !matrix()) return;
  const peek = [...document.querySelectorAll("td:hover > .peek, td:focus-within > .peek")].find((one) => one.checkVisibility());
  if (peek) {
    peek.closest("td").classList.add("quiet");
    for (const kind of ["pointerleave", "focusout"]) {
      peek.closest("td").addEventListener(kind, (left) => left.currentTarget.classList.remove("quiet"), { once: true });
    }
  } else if (panel().firstElementChild) leave();
});

function leave() {
  const chosen = close();
  history.pushState({ htmx: true }, "", matrix().dataset.matrixAddress);
  chosen?.focus({ preventScroll: true });
}

// Where there is no room beside the matrix, the cell's own page is the better place.
document.addEventListener("htmx:before:request", (event) => {
  const { ctx } = event.detail;
  if (ctx.target?.id !== "panel" || matchMedia("(min-width: 60.0625rem)").matches) return;
  const link = ctx.sourceElement?.closest("a");
  if (!link) return;
  event.preventDefault();
  location.assign(link.href);
});

document.addEventListener("htmx:after:swap", () => {
  const opened = panel()?.querySelector("[data-cell-address]");
  if (!opened) return;
  const link = cellLink(opened.dataset.cellAddress);
  mark(link);
  panel().scrollTop = 0;
  if (byKeyboard) opened.querySelector("h2")?.focus();
  else link?.scrollIntoView({ block: "nearest", inline: "nearest" });
  byKeyboard = false;
});

document.addEventListener("htmx:before:history:restore", (event) => {
  if (!matrix() || !panel()) return;
  if (here() === matrix().dataset.matrixAddress) {
    event.preventDefault();
    close()?.focus({ preventScroll: true });
    return;
  }
  if (!cellLink(here())) return;
  event.preventDefault();
  htmx.ajax("GET", here(), { target: "#panel" });
});
