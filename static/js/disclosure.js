// <details data-drop>: Esc and a click elsewhere close it; only one is open at a time.
const openDrops = () => document.querySelectorAll("details[data-drop][open]");

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const drop of openDrops()) {
    drop.open = false;
    event.preventDefault();
    if (drop.contains(event.target)) drop.querySelector("summary").focus();
  }
});

document.addEventListener("click", (event) => {
  for (const drop of openDrops()) if (!drop.contains(event.target)) drop.open = false;
});
