// <ol data-reorder>: its items can be dragged by a handle. A drop fills in and sends the form of the item (data-move), which
// moves it to a place without this file as well.
let dragged = null;

for (const list of document.querySelectorAll("[data-reorder]")) {
  for (const item of list.children) {
    if (!item.querySelector("[data-move]")) continue;
    const handle = document.createElement("span");
    handle.className = "handle";
    handle.textContent = "⠿";
    handle.draggable = true;
    handle.title = "Drag to move";
    handle.ariaHidden = "true"; // by keyboard there are the arrows and the place
    item.prepend(handle);
    item.classList.add("draggable");
  }

  list.addEventListener("dragstart", (event) => {
    dragged = event.target.closest(".handle")?.closest("li") ?? null;
    if (!dragged) return;
    dragged.classList.add("dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
    event.dataTransfer.setDragImage(dragged, 10, 10);
  });

  list.addEventListener("dragover", (event) => {
    const over = event.target.closest("[data-reorder] > li");
    if (!dragged || dragged.parentElement !== list || over?.parentElement !== list) return;
    event.preventDefault();
    const box = over.getBoundingClientRect();
    const later = event.clientY > box.top + box.height / 2;
    if (over !== dragged) list.insertBefore(dragged, later ? over.nextSibling : over);
  });

  list.addEventListener("drop", (event) => {
    if (!dragged || dragged.parentElement !== list) return;
    event.preventDefault();
    const form = dragged.querySelector("[data-move]");
    const to = [...list.children].indexOf(dragged);
    if (String(to) === form.elements.place.value) return;
    form.elements.to.value = to + 1;
    form.requestSubmit();
  });

  // Let go elsewhere: everything is back where it was.
  list.addEventListener("dragend", (event) => {
    dragged?.classList.remove("dragged");
    if (dragged && event.dataTransfer.dropEffect === "none") {
      const rows = [...list.children].filter((one) => one.querySelector("[data-move]"));
      rows.sort((a, b) => place(a) - place(b)).forEach((one) => list.append(one));
    }
    dragged = null;
  });
}

function place(item) {
  return Number(item.querySelector("[data-move]").elements.place.value);
}
