// <button data-print>: print the page. Where no scripts run, it is not shown, and the browser's own menu prints.
document.addEventListener("click", (event) => {
  if (event.target.closest("button[data-print]")) print();
});
