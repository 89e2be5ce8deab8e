#!/usr/bin/env bash
# citeproc 2.4.63 (citeproc-js, npm) takes straight quotation marks within a title of CSL-JSON for markup, pairs them and
# prints those of the locale and the level instead, and reads <b> as bold: text output does not have the title's letters.
# Where a title is a verbatim quotation, it is changed. citeproc-py 0.11.1 prints the marks as they are.
# Seen: He said ‘no’ and left  (from: He <b>said</b> "no" and left)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --prefix "$folder" citeproc@2.4.63
cat > "$folder/try.js" <<'JS'
const CSL = require("citeproc");
const item = { id: "a", type: "book", title: 'He <b>said</b> "no" and left' };
const locale = `<locale xmlns="http://purl.org/net/xbiblio/csl" version="1.0" xml:lang="en-GB"><terms>
  <term name="open-quote">‘</term><term name="close-quote">’</term>
  <term name="open-inner-quote">“</term><term name="close-inner-quote">”</term></terms></locale>`;
const style = `<style xmlns="http://purl.org/net/xbiblio/csl" version="1.0" class="in-text" default-locale="en-GB">
  <info><title>t</title><id>t</id><updated>2025-01-01T00:00:00Z</updated></info>
  <citation><layout><text variable="title"/></layout></citation>
  <bibliography><layout><text variable="title"/></layout></bibliography></style>`;
const engine = new CSL.Engine({ retrieveLocale: () => locale, retrieveItem: () => item }, style, "en-GB");
engine.setOutputFormat("text");
engine.updateItems(["a"]);
const printed = engine.makeBibliography()[1].join("").trim();
console.log(printed);
process.exit(printed === "He said ‘no’ and left" ? 0 : 1);
JS
node "$folder/try.js"
