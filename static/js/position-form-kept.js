// What is typed into a form survives a lost connection, a closed page and the Back button: it is kept in this tab until
// the form has been saved. <form data-kept-form="token">; the page that says it was saved has data-saved-form="token".
const PREFIX = "parley-form:";
const place = PREFIX + location.pathname;
const form = () => document.querySelector("[data-kept-form]");
const skipped = new Set(["token", "do", "sure"]);
const fields = (of) => [...new FormData(of)].filter(([name, value]) => !skipped.has(name) && typeof value === "string");
const words = (list) => JSON.stringify(list.filter(([name]) => name !== "version"));
const read = (key) => {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
};

function keep() {
  if (!form()) return;
  try {
    sessionStorage.setItem(place, JSON.stringify({ token: form().dataset.keptForm, fields: fields(form()) }));
  } catch {
    // No room or no right to keep it: the form works as before.
  }
}

const saved = document.querySelector("[data-saved-form]")?.dataset.savedForm;
if (saved) {
  for (const key of Object.keys(sessionStorage).filter((one) => one.startsWith(PREFIX))) {
    if (read(key)?.token === saved) sessionStorage.removeItem(key);
  }
}

function restore(kept) {
  const sent = new FormData();
  for (const [name, value] of kept.fields) sent.append(name, value);
  sent.set("token", form().dataset.keptForm);
  sent.set("do", "refresh");
  // The server draws the form again with these words: it alone knows how many quotes and options they need.
  const made = document.createElement("form");
  made.method = "post";
  made.action = form().action;
  for (const [name, value] of sent) {
    const one = document.createElement("textarea");
    [one.name, one.value, one.hidden] = [name, value, true];
    made.append(one);
  }
  document.body.append(made);
  made.submit();
}

const kept = form() && read(place);
if (kept && kept.token !== form().dataset.keptForm && words(kept.fields) !== words(fields(form()))) {
  const offer = form().querySelector("[data-kept-offer]");
  offer.hidden = false;
  offer.querySelector("[data-kept-restore]").addEventListener("click", () => restore(kept));
  offer.querySelector("[data-kept-drop]").addEventListener("click", () => {
    sessionStorage.removeItem(place);
    offer.hidden = true;
  });
}
document.addEventListener("input", (event) => event.target.closest("[data-kept-form]") && keep());
document.addEventListener("htmx:after:swap", keep);
