// The inbox by keyboard: j and k go from proposal to proposal, a accepts, m mends, p puts off, x selects, and r with a
// digit rejects for one of the usual reasons. Without this file the same buttons, fields and links do it.
const all = () => [...document.querySelectorAll("[data-proposal]")];
const current = () => document.activeElement?.closest("[data-proposal]");

// After a decision the address names the proposal that comes next; else the first one waits to be read.
const problem = document.querySelector("[data-focus]");
const named = location.hash.startsWith("#p-") ? document.getElementById(location.hash.slice(1)) : null;
(problem ?? named ?? all()[0])?.focus();

let rejecting = false;

function go(step) {
  const proposals = all();
  const at = proposals.indexOf(current());
  const next = proposals[Math.min(Math.max(at + step, 0), proposals.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "start" });
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
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
  const proposal = current() ?? (typing ? null : all()[0]);
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
    control.focus();
  } else {
    control.click();
  }
});
