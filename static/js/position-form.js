// The form for a position: Ctrl+Enter publishes, a problem gets the focus, words of the source are taken over in place,
// and a chosen speaker brings the office along. Without this file buttons and fields do the same, with a page in between.
const problem = document.querySelector("[data-focus]");
if (problem) problem.focus();

// A form drawn anew in place stays scrolled to where it was, or to what got the focus.
const asks = () => document.querySelector("#position-form > .asks");
let scrolledTo = 0;
document.addEventListener("htmx:before:swap", () => (scrolledTo = asks()?.scrollTop ?? 0));
document.addEventListener("htmx:after:swap", (event) => {
  if (event.detail.ctx?.target?.id !== "position-form" || !asks()) return;
  asks().scrollTop = scrolledTo;
  if (asks().contains(document.activeElement)) document.activeElement.scrollIntoView({ block: "nearest" });
});

// A form drawn anew in place: what it has to say gets the focus, unless the editor is typing by now.
document.addEventListener("htmx:after:swap", () => {
  const said = document.querySelector("#position-form [data-focus]");
  if (said && document.activeElement === document.body) said.focus();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
  const form = event.target.closest("form");
  const button = form?.querySelector("[data-publish]");
  if (!button) return;
  event.preventDefault();
  form.requestSubmit(button);
});

// Enter in a small form within the form adds what it describes.
document.addEventListener("keydown", (event) => {
  const box = event.target.closest("#position-form .small-form");
  if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.isComposing || !event.target.matches(".small-form input")) return;
  event.preventDefault();
  box.querySelector("[data-add]").click();
});

// A small form that was opened gets the focus in its first field.
document.addEventListener(
  "toggle",
  (event) => {
    const box = event.target;
    if (box.matches?.("#position-form .adding[open]") && box.contains(document.activeElement)) box.querySelector("input")?.focus();
  },
  true,
);

// What was added is said aloud as well; the place for it stands outside of what is drawn anew.
document.addEventListener("htmx:after:swap", () => {
  const told = [...document.querySelectorAll("#position-form [data-told]")].map((one) => one.textContent).join(" ");
  const aloud = document.getElementById("aloud");
  if (aloud && told) aloud.textContent = told;
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-take]");
  if (!button) return;
  event.preventDefault();
  const field = document.getElementById(button.dataset.take);
  field.value = button.dataset.words;
  for (const beside of ["prefix", "suffix"]) {
    const one = document.getElementById(button.dataset.take.replace(/exact$/, beside));
    if (one) one.value = "";
  }
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
});

document.addEventListener("input", (event) => {
  const field = event.target;
  if (field.getAttribute("list") !== "speakers-list") return;
  const chosen = [...document.getElementById("speakers-list").options].filter((one) => one.value === field.value);
  if (chosen.length !== 1 || (event.inputType && event.inputType !== "insertReplacementText")) return;
  const of = (name) => document.getElementsByName(field.name.replace(/speaker$/, name))[0];
  const own = document.querySelector("#position-form [name=party]")?.value;
  const { office, party, nameless } = chosen[0].dataset;
  if (of("office") && !of("office").value) of("office").value = office;
  if (nameless !== undefined) field.value = "";
  if (of("speaker_party") && party && own && party !== own) of("speaker_party").value = party;
});
