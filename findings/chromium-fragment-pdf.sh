#!/usr/bin/env bash
# Chromium 156 (driven by playwright-core 1.65.1) marks the words of a text fragment in a PDF too, which the draft of
# text fragments leaves out: over line breaks, as a range, and together with the page, #page=2:~:text=…; where the
# words are not there, it still opens the page. Seen, by whether the picture differs from that of #page=2 alone:
#   words: marked; range: marked; absent: not marked
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" playwright-core@1.65.1
cat > "$folder/look.cjs" <<'JAVASCRIPT'
const { chromium } = require("playwright-core");
const { execSync } = require("node:child_process");
const http = require("node:http");

const path = execSync("command -v chromium || command -v chromium-browser || command -v google-chrome").toString().trim();
const TEXT = "The offer of the conference is that every ship leaves the port before the end of the month.";
const HTML = `<p>One</p><p style="break-before: page; width: 160px">${TEXT}</p>`;
const FRAGMENTS = {
  words: "text=every%20ship%20leaves%20the%20port%20before",
  range: "text=The%20offer,end%20of%20the%20month.",
  absent: "text=no%20such%20words",
};
const EXPECTED = "words: marked; range: marked; absent: not marked";

async function picture(browser, address) {
  const page = await browser.newPage();
  await page.goto(address);
  let last = "";
  for (let n = 0; n < 30; n++) {
    await page.waitForTimeout(1000);
    const now = (await page.screenshot({ clip: { x: 300, y: 60, width: 900, height: 600 } })).toString("base64");
    if (n > 3 && now === last) break;
    last = now;
  }
  await page.close();
  return last;
}

(async () => {
  const browser = await chromium.launch({ executablePath: path, args: ["--no-sandbox"] });
  const page = await browser.newPage();
  await page.setContent(HTML);
  const pdf = await page.pdf({ format: "A6" });
  const server = http.createServer((_, answer) => answer.writeHead(200, { "content-type": "application/pdf" }).end(pdf));
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  const address = `http://127.0.0.1:${server.address().port}/a.pdf#page=2`;
  const plain = await picture(browser, address);
  const seen = [];
  for (const [name, fragment] of Object.entries(FRAGMENTS)) {
    const same = (await picture(browser, `${address}:~:${fragment}`)) === plain;
    seen.push(`${name}: ${same ? "not marked" : "marked"}`);
  }
  await browser.close();
  server.close();
  console.log(seen.join("; "));
  process.exit(seen.join("; ") === EXPECTED ? 0 : 1);
})();
JAVASCRIPT
node "$folder/look.cjs"
