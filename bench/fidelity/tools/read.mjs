// Take the article out of pages with Mozilla's Readability: the files' names are JSON on standard input.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(pathToFileURL(process.cwd() + "/"));
const { Readability } = require("@mozilla/readability");
const { parseHTML } = require("linkedom");

const BLOCK = /<br\s*\/?>|<\/(?:p|div|li|h\d|td|tr|th|blockquote|figcaption|aside|section|dd|dt)>/g;
const texts = {};
for (const path of JSON.parse(readFileSync(0, "utf8"))) {
  try {
    const bytes = readFileSync(path);
    const charset = /charset=["']?([\w-]+)/i.exec(bytes.toString("latin1"))?.[1] ?? "utf-8";
    const { document } = parseHTML(new TextDecoder(charset).decode(bytes));
    const article = new Readability(document).parse()?.content ?? "";
    // Blocks and breaks part words, which the text of the elements alone would lose.
    const parted = article.replace(BLOCK, "$&\n");
    texts[path] = parseHTML(`<html><body>${parted}</body></html>`).document.body.textContent;
  } catch (error) {
    console.error(`${path}: ${error}`);
  }
}
process.stdout.write(JSON.stringify(texts));
