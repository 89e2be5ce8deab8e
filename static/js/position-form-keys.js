// Keys where nothing is typed. Enter in a list goes on to the next field; in the table of options p, a, r and n choose
// for the option, ↑ and ↓ go to another one; there and at the firmness 1 to 5 choose it, and s goes on to the summary.
const ATTITUDES = { p: "prefers", a: "accepts", r: "rejects", n: "" };
const form = () => document.getElementById("position-form");
const groups = () => [...document.querySelectorAll("#field-attitudes tr:has(> td > [type=radio])")];
const stop = (row) => row?.querySelector(":checked") ?? row?.querySelector("[type=radio]");

function pick(radio) {
  radio.checked = true;
  radio.focus();
  radio.dispatchEvent(new Event("input", { bubbles: true }));
}

function keyOf(event) {
  const { target, key } = event;
  const row = target.closest("#field-attitudes tr");
  if (row && key in ATTITUDES) return () => pick(row.querySelector(`[type=radio][value="${ATTITUDES[key]}"]`));
  if (row && (key === "ArrowDown" || key === "ArrowUp")) {
    const next = stop(groups()[groups().indexOf(row) + (key === "ArrowDown" ? 1 : -1)]);
    return next && (() => next.focus());
  }
  if (key === "s") return () => form().elements.summary.focus();
  const firmness = [...form().querySelectorAll("[name=firmness]")][Number(key) - 1];
  return firmness && (row ? () => { firmness.checked = true; firmness.dispatchEvent(new Event("input", { bubbles: true })); } : () => pick(firmness));
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.isComposing) return;
  if (!event.target.closest("#position-form")) return;
  let act = null;
  if (event.target.matches("#field-party, #field-issue") && event.key === "Enter") {
    const next = event.target.id === "field-party" ? form().elements.issue : (stop(groups()[0]) ?? form().querySelector("[name=firmness]:checked"));
    act = () => next.focus();
  } else if (event.target.matches("[type=radio]")) act = keyOf(event);
  if (!act) return;
  event.preventDefault();
  act();
});
