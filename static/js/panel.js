// The cell or issue opened beside its matrix: marks the chosen cell, moves the focus, closes on Esc, and lets Back and
// Forward open and close it in place. The address keeps the matrix and says with `open` what is beside it. Without this
// file the links lead to pages of their own.
const panel = () => document.getElementById("panel");
const matrix = () => document.querySelector("[data-matrix-address]");
const opened = () => panel()?.querySelector("[data-opens]");
const isWide = () => matchMedia("(min-width: 60.0625rem)").matches;
const isPlain = (event) => !(event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
let byKeyboard = false;

// The address of the matrix with this beside it, or with nothing.
function beside(opens, from = matrix().dataset.matrixAddress) {
  const url = new URL(from, location.href);
  url.searchParams.delete("open");
  if (opens) url.searchParams.set("open", opens);
  return (url.pathname + url.search).replaceAll("%2F", "/");
}

function cellOf(opens) {
  const [party, issue] = opens.split("/");
  return document.querySelector(issue ? `td[data-party="${party}"][data-issue="${issue}"]` : `#matrix th:has(> a[data-opens="${party}"])`);
}

const linkTo = (opens) => cellOf(opens)?.querySelector(":scope > a:not(.add)");

function mark(opens) {
  document.querySelectorAll(".chosen").forEach((cell) => cell.classList.remove("chosen"));
  document.querySelectorAll("#matrix a[aria-current=location]").forEach((one) => one.removeAttribute("aria-current"));
  if (!opens) return;
  cellOf(opens)?.classList.add("chosen");
  linkTo(opens)?.setAttribute("aria-current", "location");
}

function load(opens) {
  return htmx.ajax("GET", linkTo(opens).getAttribute("href"), { target: "#panel" });
}

function close() {
  const opens = opened()?.dataset.opens;
  panel().replaceChildren();
  mark(null);
  document.title = matrix().dataset.matrixTitle;
  return opens && linkTo(opens);
}

function leave() {
  const link = close();
  history.pushState({ htmx: true }, "", beside(null));
  link?.focus({ preventScroll: true });
}

function show(opens) {
  load(opens).then(() => history.pushState({ htmx: true }, "", beside(opens)));
}

document.addEventListener("click", (event) => {
  byKeyboard = event.detail === 0;
  if (!matrix() || !isPlain(event) || !isWide()) return;
  const away = event.target.closest("#panel [data-close]");
  const cell = event.target.closest("#matrix td[data-party] > a:not(.add)")?.parentElement;
  const issue = event.target.closest("#matrix table a[data-opens]");
  const within = event.target.closest("#panel a[data-in-matrix]");
  if (!away && !cell && !issue && !within) return;
  // Cells without a position may link to other pages.
  if (cell && !event.target.closest("a").pathname.includes("/cells/")) return;
  event.preventDefault();
  if (away) leave();
  else if (within) rearrange(within);
  else show(cell ? `${cell.dataset.party}/${cell.dataset.issue}` : issue.dataset.opens);
});

// A link in the panel knows only its own change: the matrix around it keeps its filters.
function rearrange(link) {
  const url = new URL(location.href);
  for (const [name, value] of new URL(link.href).searchParams) {
    if (!name.startsWith("hide_")) url.searchParams.set(name, value);
    else if (!url.searchParams.getAll(name).includes(value)) url.searchParams.append(name, value);
  }
  const address = (url.pathname + url.search).replaceAll("%2F", "/");
  htmx.ajax("GET", address, { target: "#matrix", swap: "outerMorph" }).then(() => history.pushState({ htmx: true }, "", address));
}

// Esc first puts a hovering quote away (it comes back over the next cell), and with none there closes the panel.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || !matrix()) return;
  const peek = [...document.querySelectorAll("td:hover > .peek, td:focus-within > .peek")].find((one) => one.checkVisibility());
  if (peek) {
    peek.closest("td").classList.add("quiet");
    for (const kind of ["pointerleave", "focusout"]) {
      peek.closest("td").addEventListener(kind, (left) => left.currentTarget.classList.remove("quiet"), { once: true });
    }
  } else if (opened()) leave();
});

function settle() {
  if (!opened()) return mark(null);
  const { opens } = opened().dataset;
  mark(opens);
  panel().scrollTop = 0;
  if (byKeyboard) opened().querySelector("h2")?.focus();
  else if (isWide()) cellOf(opens)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  byKeyboard = false;
}

document.addEventListener("htmx:after:swap", () => matrix() && settle());
document.addEventListener("DOMContentLoaded", () => matrix() && opened() && settle());

document.addEventListener("htmx:before:history:restore", (event) => {
  if (!matrix() || !panel()) return;
  const here = location.pathname + location.search;
  if (beside(null, here) !== beside(null)) return;
  const opens = new URL(here, location.href).searchParams.get("open");
  if (opens && !(linkTo(opens) && isWide())) return;
  event.preventDefault();
  if (opens) load(opens);
  else close()?.focus({ preventScroll: true });
});
