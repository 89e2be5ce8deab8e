// <button data-copy="ID">: copy the text of that element, and say so. Without scripts nothing shows the button.
document.documentElement.dataset.copies = "";

const said = document.createElement("p");
said.className = "vh";
said.setAttribute("role", "status");
document.body.append(said);

const select = (element) => {
  const range = document.createRange();
  range.selectNodeContents(element);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
};

const copy = async (element) => {
  try {
    await navigator.clipboard.writeText(element.textContent.replace(/\s+/g, " ").trim());
    return true;
  } catch {
    select(element); // no clipboard without https: the old way, else the reader's own keys
    return document.execCommand("copy");
  }
};

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  const done = await copy(document.getElementById(button.dataset.copy));
  const label = button.querySelector("span");
  label.textContent = done ? "Copied" : "Selected: copy it";
  said.textContent = label.textContent;
  setTimeout(() => {
    label.textContent = "Copy";
    said.textContent = "";
  }, 4000);
});
