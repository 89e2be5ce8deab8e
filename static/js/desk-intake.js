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

// Straight to what comes first: what is wrong, else the text.
const first = document.querySelector("[data-focus]") ?? document.querySelector("[data-begin] [name=text]");
first?.focus();
