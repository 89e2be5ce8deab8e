// The key named by data-search-key puts the cursor into that search field, wherever the reader is not typing.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const field = [...document.querySelectorAll("[data-search-key]")].find((one) => one.dataset.searchKey === event.key);
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
});
