// Moving about in the text of a source by keyboard: paragraphs, words, more or fewer of them. What is chosen is the
// browser's own selection, so that mouse and keyboard come to the same. Listed on the page, in desk/_keys.html.
const text = document.getElementById("text");
const paragraphs = deskOffsets.paragraphs();
let words = []; // {paragraph, start, end}: all words, made when first asked for
let from = -1;
let to = -1;

function allWords() {
  if (!words.length) {
    words = paragraphs.flatMap((paragraph) =>
      [...paragraph.textContent.matchAll(/\S+/g)].map((m) => ({ paragraph, start: m.index, end: m.index + m[0].length })),
    );
  }
  return words;
}

function choose(first, last) {
  [from, to] = [first, last];
  const range = document.createRange();
  range.setStart(...deskOffsets.place(words[first].paragraph, words[first].start));
  range.setEnd(...deskOffsets.place(words[last].paragraph, words[last].end));
  getSelection().removeAllRanges();
  getSelection().addRange(range);
  words[last].paragraph.scrollIntoView({ block: "nearest" });
}

// The end of the sentence that goes on after a word; of its paragraph where that has no more.
function sentenceEnd(at) {
  let last = Math.min(at + 1, words.length - 1);
  const ends = (word) => /[.!?…]["”’»)\]]*$/.test(word.paragraph.textContent.slice(word.start, word.end));
  while (last + 1 < words.length && words[last + 1].paragraph === words[last].paragraph && !ends(words[last])) last += 1;
  return last;
}

function paragraphStart(step) {
  const here = from < 0 ? -1 : paragraphs.indexOf(words[from].paragraph);
  const next = paragraphs[Math.min(Math.max(here + step, 0), paragraphs.length - 1)];
  return words.findIndex((word) => word.paragraph === next);
}

const moves = {
  ArrowDown: () => choose(paragraphStart(1), paragraphStart(1)),
  ArrowUp: () => choose(paragraphStart(-1), paragraphStart(-1)),
  ArrowRight: () => choose(Math.min(to + 1, words.length - 1), Math.min(to + 1, words.length - 1)),
  ArrowLeft: () => choose(Math.max(from - 1, 0), Math.max(from - 1, 0)),
  "Shift ArrowRight": () => choose(Math.max(from, 0), Math.min(to + 1, words.length - 1)),
  "Shift ArrowLeft": () => choose(Math.max(from, 0), Math.max(to - 1, from, 0)),
  "Shift ArrowDown": () => choose(Math.max(from, 0), sentenceEnd(to)),
};

text?.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target !== text) return;
  const move = moves[(event.shiftKey ? "Shift " : "") + event.key];
  if (!move || !allWords().length) return;
  event.preventDefault();
  move();
});

// A selection by mouse is where the keyboard goes on.
text?.addEventListener("pointerup", () => {
  from = to = -1;
});

// c and Shift+C go from candidate to candidate, on from the words that were saved or looked at last; t goes into the
// text, Esc from the form back to it.
const saved = document.querySelector("[data-saved] a[href^='#p-']");
const savedWords = saved && document.getElementById(saved.hash.slice(1));
let passed = savedWords ? deskOffsets.offset(savedWords, 0) : null;

function step(by) {
  const start = (link) => Number(link.dataset.wordsStart);
  const links = [...document.querySelectorAll("a[data-candidate]")].filter((one) => one.checkVisibility());
  const next =
    passed === null ? links.at(by > 0 ? 0 : -1) : by > 0 ? links.find((one) => start(one) > passed) : links.findLast((one) => start(one) < passed);
  if (!next) return;
  passed = start(next);
  next.focus();
  next.closest(".para").scrollIntoView({ block: "nearest" });
}

document.addEventListener("focusin", (event) => {
  const link = event.target.closest("a[data-words-start]");
  if (link) passed = Number(link.dataset.wordsStart);
});

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape" && event.target.closest("#position-form")) text?.focus({ preventScroll: true });
  else if (typing) return;
  else if (event.key === "t") text?.focus({ preventScroll: true });
  else if (event.key === "c") step(1);
  else if (event.key === "C") step(-1);
  else return;
  event.preventDefault();
});
