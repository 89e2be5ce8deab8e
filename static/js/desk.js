// The reading desk: words selected in the text open the form beside it, which the server fills in by where they stand.
// Without this file the links in the margin do the same.
const reader = document.getElementById("text");
const side = document.getElementById("beside");
const bar = document.getElementById("selection-bar");
const entry = () => document.getElementById("position-form");
let touched = false; // has anything been typed into the form that is open?
let opened = null; // the token of that form
let chosen = null;

// A form that was only opened is nothing to be offered again.
function forget() {
  if (opened && !touched) sessionStorage.removeItem(`parley-form:${location.pathname}#${opened}`);
}
addEventListener("pagehide", forget);

function selected() {
  const selection = getSelection();
  if (!reader || selection.isCollapsed || !selection.rangeCount) return null;
  const range = selection.getRangeAt(0);
  const start = deskOffsets.offset(range.startContainer, range.startOffset);
  const end = deskOffsets.offset(range.endContainer, range.endOffset) ?? endOfSelection(range);
  return start === null || end === null || end <= start ? null : { start, end, range, words: selection.toString() };
}

// A triple click ends in the margin, before anything of it.
function endOfSelection(range) {
  const inside = deskOffsets.paragraphs().filter((one) => range.intersectsNode(one)).at(-1);
  return inside ? Number(inside.dataset.start) + [...inside.textContent].length : null;
}

function showBar() {
  chosen = selected();
  if (!bar) return;
  bar.hidden = !chosen;
  const beside = entry() && touched;
  bar.querySelector("[data-add-selection]").hidden = !beside;
  bar.querySelector("[data-take-selection]").firstChild.data = beside ? "New position with this quote " : "Use this quote ";
}

function mark(range) {
  if (!globalThis.Highlight) return;
  if (range) CSS.highlights.set("now", new Highlight(range.cloneRange()));
  else CSS.highlights.delete("now");
}

function take() {
  if (!chosen) return;
  bar.hidden = true;
  const { start, end, range } = chosen;
  mark(range);
  const here = `${reader.dataset.desk}?start=${start}&end=${end}&text=${reader.dataset.text}`;
  htmx.ajax("GET", here, { target: "#beside", swap: "innerHTML" });
}

// The words as one more quote of the position that is being typed.
function add() {
  const { words } = chosen;
  const fields = () => [...document.querySelectorAll("#position-form textarea[name$='-exact']")];
  const before = fields().length;
  // Other parts of the form, such as the check of a quote, may be swapped before.
  document.addEventListener("htmx:after:swap", function fill() {
    const field = fields().at(before);
    if (!field) return;
    document.removeEventListener("htmx:after:swap", fill);
    field.value = words;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
    touched = true;
  });
  entry().querySelector("button[value='add-quote']").click();
}

document.addEventListener("selectionchange", showBar);
bar?.querySelector("[data-take-selection]").addEventListener("click", take);
bar?.querySelector("[data-add-selection]").addEventListener("click", add);

reader?.addEventListener("pointerup", (event) => {
  if (event.pointerType !== "mouse" || event.target.closest("a") || !matchMedia("(min-width: 60.0625rem)").matches) return;
  setTimeout(() => {
    showBar();
    if (chosen && !(entry() && touched)) take();
  });
});

document.addEventListener("input", (event) => {
  if (event.isTrusted && event.target.closest("#position-form")) touched = true;
});

// A new form: its words are in, so go on with what is missing.
document.addEventListener("htmx:after:swap", (event) => {
  const form = entry();
  if (event.detail.ctx?.target?.id !== "beside" || !form) return;
  forget();
  touched = false;
  opened = form.dataset.keptForm;
  side.scrollTop = 0;
  const empty = ["party", "issue"].map((name) => form.elements[name]).find((field) => field && !field.value);
  (form.querySelector("[data-whole-words], [autofocus], button[value^='new-speaker-']") || empty || form.elements.summary).focus();
});

document.addEventListener(
  "click",
  (event) => {
    const link = event.target.closest("a[data-words-start]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (entry() && touched && !confirm("Open a new form? What you typed into this one will be lost.")) {
      event.preventDefault();
      event.stopImmediatePropagation();
    } else mark(deskOffsets.range(Number(link.dataset.wordsStart), Number(link.dataset.wordsEnd)));
  },
  true,
);

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target !== reader || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  showBar(); // the browser tells of a change of the selection a moment later
  take();
});

// After publishing the desk is where it was.
const KEPT = `parley-desk:${location.pathname}`;
document.addEventListener("submit", (event) => {
  if (event.target === entry()) sessionStorage.setItem(KEPT, scrollY);
});
const scrolled = sessionStorage.getItem(KEPT);
sessionStorage.removeItem(KEPT);
if (scrolled !== null && reader) scrollTo({ top: Number(scrolled), behavior: "instant" });
// Going to the quote takes the focus away, so this comes after it.
const wide = matchMedia("(min-width: 60.0625rem)").matches;
addEventListener("load", () =>
  setTimeout(() => {
    if (document.activeElement === document.body) document.querySelector("[data-saved]")?.focus({ preventScroll: wide });
  }),
);
