#!/usr/bin/env bash
# Chromium 156 (driven by playwright-core 1.65.1) looks for a term of a text fragment beyond whatever it shows inline,
# but not beyond an icon: an image or an iframe amid the words is passed over, as is a hidden element, and so is the
# mark that it draws around <q>, while an empty <svg>, <button> or inline block ends the search, although it has no
# word. Words inside <ruby> are found by no term at all. Seen, with #:~:text=We%20will%20sign:
#   found: img, iframe, hidden, q, wbr, details; not found: svg, button, inline-block, canvas, br, ruby
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" playwright-core@1.65.1
cat > "$folder/look.cjs" <<'JAVASCRIPT'
const { chromium } = require("playwright-core");
const { execSync } = require("node:child_process");

const path = execSync("command -v chromium || command -v chromium-browser || command -v google-chrome").toString().trim();
const words = (between) => `<p>We will${between} sign today.</p>`;
const PAGES = {
  img: words(' <img src="data:," alt="">'),
  iframe: words(" <iframe width=5 height=5></iframe>"),
  hidden: words(" <span hidden>not</span>"),
  q: "<p><q>We will</q> sign today.</p>",
  wbr: words("<wbr>"),
  details: `<details><summary>More</summary>${words("")}</details>`,
  svg: words(" <svg width=5 height=5></svg>"),
  button: words(" <button></button>"),
  "inline-block": words(' <span style="display: inline-block"></span>'),
  canvas: words(" <canvas width=5 height=5></canvas>"),
  br: words("<br>"),
  ruby: "<p><ruby>We will sign<rt>gloss</rt></ruby> today.</p>",
};
const EXPECTED = ["img", "iframe", "hidden", "q", "wbr", "details"];

(async () => {
  const browser = await chromium.launch({ executablePath: path, args: ["--no-sandbox"] });
  const page = await browser.newPage();
  await page.route("http://page.test/**", (route) => {
    const name = new URL(route.request().url()).pathname.slice(1);
    const body = `<!doctype html><body><div style="height: 5000px"></div>${PAGES[name]}<div style="height: 5000px"></div>`;
    return route.fulfill({ contentType: "text/html", body });
  });
  const found = [];
  for (const name of Object.keys(PAGES)) {
    await page.goto(`http://page.test/${name}#:~:text=We%20will%20sign`);
    if (await page.evaluate(() => scrollY > 1000)) found.push(name);
  }
  await browser.close();
  const missed = Object.keys(PAGES).filter((name) => !found.includes(name));
  console.log(`found: ${found.join(", ")}; not found: ${missed.join(", ")}`);
  process.exit(found.join() === EXPECTED.join() ? 0 : 1);
})();
JAVASCRIPT
node "$folder/look.cjs"
