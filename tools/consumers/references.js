// Print each item of CSL-JSON that is named with citeproc-js, by the style and the locales of citeproc-py, a line each.
const fs = require("fs");
const [data, ...files] = process.argv.slice(2);
const CSL = require("citeproc");
const style = fs.readFileSync(`${data}/styles/harvard-cite-them-right.csl`, "utf8");
const locale = fs.readFileSync(`${data}/locales/locales-en-GB.xml`, "utf8");
for (const file of files) {
  const [item] = JSON.parse(fs.readFileSync(file, "utf8"));
  const engine = new CSL.Engine({ retrieveLocale: () => locale, retrieveItem: () => item }, style, "en-GB");
  engine.setOutputFormat("text");
  engine.updateItems([item.id]);
  console.log(JSON.stringify([file, engine.makeBibliography()[1].join("").trim(), CSL.PROCESSOR_VERSION]));
}
