// Shows what has changed in a page that follows its negotiation (live.js): asks for the page again, exchanges only the
// cells and blocks that read otherwise, marks them and says so. Nothing else moves: the place, the focus, and what is open
// stay. A view of a past day or instant stays as it is, and says that there is something newer.
const place = document.getElementById("live");
const told = place?.querySelector("[data-told]");
const OF_MATRIX = ["td[data-party]", "td.common", "th.issue", ".legend", ".ribbon", ".head > div > p", ".sheet.cite"];
const PARTS = [...OF_MATRIX.map((one) => `#matrix ${one}`), "#panel [data-opens]", "[data-live]", ".on-paper"].join();
const OURS = ["chosen", "quiet", "told-now"]; // classes that scripts give
let waiting = 0;

// A block's own name, or that of a cell by the heads of its row and column.
function nameOf(part) {
  if (!part.dataset.party) return part.dataset.liveName;
  const table = part.closest("table");
  const heads = [table.tHead.rows[0].cells[part.cellIndex]?.abbr, part.parentElement.querySelector("th")?.abbr];
  return (table.querySelector(".corner").textContent === "Party" ? heads.reverse() : heads).join(" on ");
}

function plain(part) {
  const copy = part.cloneNode(true);
  for (const title of copy.querySelectorAll("title")) title.remove();
  for (const one of [copy, ...copy.querySelectorAll("*")]) {
    one.classList.remove(...OURS);
    if (!one.classList.length) one.removeAttribute("class");
    for (const name of ["tabindex", "aria-current", "open", "data-htmx-powered"]) one.removeAttribute(name);
  }
  return copy.outerHTML.replace(/\s+/g, " ");
}

const words = (part) => part.textContent.replace(/\s+/g, " ").trim();

// Where the focus is within a part, and which details are open and boxes ticked, so that the same are again.
function stateOf(part) {
  const all = [...part.querySelectorAll("a, button, input, summary, [tabindex]")];
  const focused = all.indexOf(document.activeElement);
  return {
    focused: focused < 0 ? null : { at: focused, href: document.activeElement.getAttribute("href") },
    open: [...part.querySelectorAll("details")].map((one) => one.open),
    ticked: new Set([...part.querySelectorAll("input:checked")].map((one) => one.value)),
    scroll: [part.scrollLeft, part.scrollTop],
    tabindex: part.querySelector(":scope > a")?.getAttribute("tabindex"), // of the atlas by keyboard
  };
}

function restore(part, was) {
  part.querySelectorAll("details").forEach((one, at) => (one.open = was.open[at] ?? one.open));
  for (const box of part.querySelectorAll("input[type=checkbox]")) box.checked = was.ticked.has(box.value) || box.checked;
  [part.scrollLeft, part.scrollTop] = was.scroll;
  if (was.tabindex) part.querySelector(":scope > a")?.setAttribute("tabindex", was.tabindex);
  if (!was.focused) return;
  const all = [...part.querySelectorAll("a, button, input, summary, [tabindex]")];
  const same = all.find((one) => was.focused.href && one.getAttribute("href") === was.focused.href);
  (same ?? all[was.focused.at] ?? all.at(-1))?.focus({ preventScroll: true });
}

function exchange(old, next) {
  const was = stateOf(old);
  const ours = OURS.filter((name) => old.classList.contains(name));
  for (const { name } of [...old.attributes]) if (!next.hasAttribute(name) && name !== "tabindex") old.removeAttribute(name);
  for (const { name, value } of next.attributes) old.setAttribute(name, value);
  old.classList.add(...ours);
  old.replaceChildren(...next.childNodes);
  htmx.process(old);
  restore(old, was);
}

// Exchanges what differs; returns the names of what reads otherwise, or null if the page has other rows or columns now.
function show(next) {
  const before = [...document.querySelectorAll(PARTS)];
  const after = [...next.querySelectorAll(PARTS)];
  const key = (one) => `${one.tagName} ${one.dataset.party} ${one.dataset.issue} ${one.dataset.live}`;
  if (before.length !== after.length || before.some((one, at) => key(one) !== key(after[at]))) return null;
  const names = [];
  before.forEach((old, at) => {
    if (!old.isConnected || old.outerHTML === after[at].outerHTML || plain(old) === plain(after[at])) return;
    const read = words(old);
    exchange(old, document.importNode(after[at], true));
    if (read === words(old) || !(old.dataset.party || old.dataset.liveName)) return;
    old.classList.add("told-now");
    names.push(nameOf(old));
  });
  return names;
}

function say(text) {
  told.textContent = text;
  place.querySelector("[data-dismiss]").hidden = !text;
}

function report(names) {
  if (names === null) return newer();
  if (!names.length) return;
  const more = names.length > 3 ? ` and ${names.length - 3} more` : "";
  say(`Changed just now: ${names.slice(0, 3).join("; ")}${more}`);
}

function newer() {
  place.querySelector("[data-newer]").hidden = false;
  place.querySelector("[data-dismiss]").hidden = false;
}

// Another process may still answer as before: then the page is asked for again.
async function refresh(revision, again = 0) {
  const got = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-cache" });
  if (!got.ok) return newer();
  const next = new DOMParser().parseFromString(await got.text(), "text/html");
  const reached = Number(next.getElementById("live")?.dataset.revision);
  if (reached < revision && again < 20) return setTimeout(() => refresh(revision, again + 1).catch(newer), 250);
  report(show(next));
}

document.addEventListener("parley:news", ({ detail }) => {
  if ("still" in place.dataset) return newer();
  clearTimeout(waiting);
  waiting = setTimeout(() => refresh(detail.revision).catch(newer), Math.random() * 200);
});

place?.querySelector("[data-dismiss]").addEventListener("click", () => {
  say("");
  for (const one of document.querySelectorAll(".told-now")) one.classList.remove("told-now");
  place.querySelector("[data-newer]").hidden = true;
});
