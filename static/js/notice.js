// What was done last, or what is wrong, gets the focus once the page is there: going to a part of the page takes it away.
addEventListener("load", () =>
  setTimeout(() => {
    if (document.activeElement === document.body) document.querySelector("[data-focus]")?.focus();
  }),
);
