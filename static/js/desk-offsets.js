// Where things stand in the text of a source: offsets count code points of the text as stored, the browser counts UTF-16
// within its nodes. A paragraph says by data-start where it begins.
const deskOffsets = {
  paragraphs: () => [...document.querySelectorAll("#text [data-start]")],

  // The node and the offset in it at which `at` UTF-16 units of a paragraph have passed.
  place(paragraph, at) {
    const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
    let node = walker.nextNode();
    while (node.length < at && walker.nextNode()) {
      at -= node.length;
      node = walker.currentNode;
    }
    return [node, Math.min(at, node.length)];
  },

  // Code points of the text before a point of the page; null outside of the text.
  offset(node, at) {
    const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    const paragraph = element.closest("[data-start]");
    if (!paragraph) return null;
    const range = document.createRange();
    range.setStart(paragraph, 0);
    range.setEnd(node, at);
    return Number(paragraph.dataset.start) + [...range.toString()].length;
  },

  // The part of the page that shows the text from `start` to `end`, in code points.
  range(start, end) {
    const range = document.createRange();
    const point = (offset) => {
      const paragraph = deskOffsets.paragraphs().filter((one) => Number(one.dataset.start) <= offset).at(-1);
      const before = [...paragraph.textContent].slice(0, offset - Number(paragraph.dataset.start)).join("");
      return deskOffsets.place(paragraph, before.length);
    };
    range.setStart(...point(start));
    range.setEnd(...point(end));
    return range;
  },
};
