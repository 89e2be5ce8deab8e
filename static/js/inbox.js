// Proposals by keyboard, in the inbox and at the desk: j and k go from one to the next, a accepts, m mends, p puts off,
// x selects, and r with a digit rejects for one of the usual reasons. Without this file the same buttons, fields and
// links do it.
const all = () => [...document.querySelectorAll("[data-proposal]")];
const current = () => document.activeElement?.closest("[data-proposal]");
const inbox = document.getElementById("inbox");

function show(proposal) {
  for (let at = proposal; at; at = at.parentElement) if (at.matches("details")) at.open = true;
  proposal.focus();
  proposal.scrollIntoView({ block: inbox ? "start" : "center" });
}

// After a decision the address names the proposal that comes next: #p-7 in the inbox, the mark #d-7 at the desk. In the
// inbox the first one waits to be read.
const [, number] = location.hash.match(/^#[pd]-(\d+)$/) ?? [];
const named = document.getElementById(`p-${number}`) ?? document.getElementById(`n-${number}`);
const problem = document.querySelector("[data-focus]");
if (inbox) (problem ?? named ?? all()[0])?.focus();
else if (named?.matches("[data-proposal]")) addEventListener("load", () => show(named));

let rejecting = false;

function go(step) {
  const proposals = all();
  const at = proposals.indexOf(current());
  const next = proposals[Math.min(Math.max(at + step, 0), proposals.length - 1)];
  if (next) show(next);
}

function reject(proposal, digit) {
  const why = proposal.querySelector("[data-key=r]");
  const chosen = why?.options[digit];
  if (!chosen?.value) return;
  why.value = chosen.value;
  const reason = why.form.elements.reason;
  if (chosen.value === "other" && !reason.value.trim()) reason.focus();
  else why.form.requestSubmit(why.form.querySelector("[value=reject]"));
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=checkbox]), textarea, select");
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
  // At the desk these keys are for the proposal that has the focus, and no other.
  const proposal = current() ?? (typing || !inbox ? null : all()[0]);
  if (rejecting && proposal && /^[1-9]$/.test(event.key)) {
    event.preventDefault();
    rejecting = false;
    reject(proposal, Number(event.key));
    return;
  }
  rejecting = false;
  if (typing) return;
  if (event.key === "j" || event.key === "k") {
    event.preventDefault();
    go(event.key === "j" ? 1 : -1);
    return;
  }
  const control = "amprx".includes(event.key) && proposal?.querySelector(`[data-key=${event.key}]`);
  if (!control) return;
  event.preventDefault();
  if (event.key === "r") {
    rejecting = true;
    for (const one of proposal.querySelectorAll("details")) one.open = true;
    control.focus();
  } else {
    control.click();
  }
});
