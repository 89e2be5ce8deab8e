// The forms for a source: takes the text that a bookmarklet brought behind "#", and Ctrl+Enter sends the form.
const intake = document.querySelector("[data-intake]");

if (intake && location.hash.startsWith("#text=")) {
  const field = intake.elements.text;
  if (field && !field.value) {
    try {
      field.value = decodeURIComponent(location.hash.slice(6));
    } catch {
      // Cut short on its way: the editor pastes it.
    }
  }
  history.replaceState(null, "", location.pathname + location.search);
}

intake?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
  event.preventDefault();
  intake.requestSubmit(intake.querySelector(".go .button"));
});

// Title, publisher and day that the head of the text suggests fill fields that are empty; the page says which, and each
// is marked until the editor changes it. Without this file the form is shown again with them when the title is missing.
const told = document.getElementById("suggested");
const filled = new Map(); // what was suggested, by name of the field
let asked = "";

async function suggest() {
  const head = intake.elements.text.value.slice(0, 4000);
  const url = intake.elements.url.value;
  if (!head.trim() || head + url === asked) return;
  asked = head + url;
  const answer = await fetch(told.dataset.suggestions, { method: "POST", body: new URLSearchParams({ text: head, url }) });
  if (!answer.ok || head + url !== asked) return;
  const found = await answer.json();
  for (const [name, [, value]] of Object.entries(found)) {
    const field = intake.elements[name];
    // Never under the hands of somebody who is about to type there.
    if (!field || field === document.activeElement || (field.value && field.value !== filled.get(name))) continue;
    field.value = value;
    filled.set(name, value);
    field.closest(".field").classList.add("suggested");
  }
  const names = [...filled.keys()].filter((name) => intake.elements[name].value === filled.get(name) && found[name]);
  told.textContent = names.length ? `Filled in from the text, please check: ${names.map((name) => found[name][0]).join(", ")}.` : "";
  told.hidden = !names.length;
}

if (told) {
  let wait;
  intake.addEventListener("input", (event) => {
    event.target.closest(".suggested")?.classList.remove("suggested");
    if (event.target.name !== "text") return;
    clearTimeout(wait);
    wait = setTimeout(suggest, event.inputType === "insertFromPaste" ? 0 : 400);
  });
  intake.elements.url.addEventListener("change", suggest);
  suggest();
}

// Straight to what comes first: what is wrong, else the text.
const first = document.querySelector("[data-focus]") ?? document.querySelector("[data-begin] [name=text]");
first?.focus();
