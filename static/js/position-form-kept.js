// What is typed into a form survives a lost connection, a closed page and the Back button: it is kept in this tab until
// the form has been saved. <form data-kept-form="token">; the page that says it was saved has data-saved-form="token".
const place = `parley-form:${location.pathname}#`;
const form = () => document.querySelector("[data-kept-form]");
const skipped = new Set(["token", "do", "sure"]);
const fields = (of) => [...new FormData(of)].filter(([name, value]) => !skipped.has(name) && typeof value === "string");
const words = (list) => JSON.stringify(list.filter(([name]) => name !== "version"));

function keep(list = fields(form())) {
  try {
    sessionStorage.setItem(place + form().dataset.keptForm, JSON.stringify({ at: Date.now(), fields: list, action: form().getAttribute("action") }));
  } catch {
    // No room or no right to keep it: the form works as before.
  }
}

// The newest that was typed at this address into another rendering of the form and says something else.
function newest() {
  const others = Object.keys(sessionStorage).filter((key) => key.startsWith(place) && key !== place + form().dataset.keptForm);
  const kept = others.map((key) => ({ key, ...JSON.parse(sessionStorage.getItem(key)) })).sort((a, b) => b.at - a.at);
  return kept.find((one) => words(one.fields) !== words(fields(form())));
}

// The server draws the form again with these words: it alone knows how many quotes and options they need.
function restore(kept) {
  const made = document.createElement("form");
  [made.method, made.action] = ["post", kept.action ?? form().action];
  for (const [name, value] of [...kept.fields, ["token", form().dataset.keptForm], ["do", "refresh"]]) {
    const one = document.createElement("textarea");
    [one.name, one.value, one.hidden] = [name, value, true];
    made.append(one);
  }
  keep(kept.fields);
  sessionStorage.removeItem(kept.key);
  document.body.append(made);
  made.submit();
}

function offer() {
  const kept = form() && newest();
  if (!kept) return;
  const bar = form().querySelector("[data-kept-offer]");
  bar.hidden = false;
  bar.querySelector("[data-kept-restore]").addEventListener("click", () => restore(kept));
  bar.querySelector("[data-kept-drop]").addEventListener("click", () => {
    sessionStorage.removeItem(kept.key);
    bar.hidden = true;
  });
}

const saved = document.querySelector("[data-saved-form]")?.dataset.savedForm;
for (const key of Object.keys(sessionStorage)) {
  if (saved && key.startsWith("parley-form:") && key.endsWith(`#${saved}`)) sessionStorage.removeItem(key);
}
// After Back the browser fills the fields in by itself, once the page has been loaded.
addEventListener("load", () => setTimeout(offer));
// A form drawn in answer to a POST is asked for anew when somebody comes back to it, and not sent again by that.
if (form()) history.replaceState(history.state, "", location.href);
document.addEventListener("input", (event) => event.target.closest("[data-kept-form]") && keep());
document.addEventListener("htmx:after:swap", () => form() && keep());
