// The scopes that VS Code's own tokenizer gives to texts. For each line of input, {scope, text} as JSON, it prints the
// text's lines as JSON: [[token, [scope, …]], …] each. The extension's grammars come from its package.json as VS Code loads them, those of Python,
// JavaScript and CSS from tm-grammars. Before that every regular expression of ours is compiled.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import oniguruma from "vscode-oniguruma";
import textmate from "vscode-textmate";

const extension = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../editors/vscode");
const { resolve } = createRequire(import.meta.url);
const manifest = JSON.parse(await readFile(path.join(extension, "package.json"), "utf8"));
const ours = new Map(manifest.contributes.grammars.map((each) => [each.scopeName, each]));
const theirs = { "source.python": "python", "source.js": "javascript", "source.css": "css" };

const { buffer } = await readFile(resolve("vscode-oniguruma/release/onig.wasm"));
await oniguruma.loadWASM(buffer);

const registry = new textmate.Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (sources) => new oniguruma.OnigScanner(sources),
    createOnigString: (text) => new oniguruma.OnigString(text),
  }),
  async loadGrammar(scope) {
    const file = ours.has(scope)
      ? path.join(extension, ours.get(scope).path)
      : theirs[scope] && resolve(`tm-grammars/grammars/${theirs[scope]}.json`);
    return file ? textmate.parseRawGrammar(await readFile(file, "utf8"), file) : null;
  },
  getInjections: (scope) =>
    manifest.contributes.grammars
      .filter((each) => each.injectTo?.includes(scope))
      .map((each) => each.scopeName),
});

for (const { path: file } of ours.values()) {
  compile(JSON.parse(await readFile(path.join(extension, file), "utf8")));
}
for await (const line of createInterface({ input: process.stdin })) {
  const { scope, text } = JSON.parse(line);
  console.log(JSON.stringify(tokenize(await registry.loadGrammar(scope), text)));
}

function tokenize(grammar, text) {
  let stack = textmate.INITIAL;
  return text.split("\n").map((line) => {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, stack);
    stack = ruleStack;
    return tokens.map((token) => [line.slice(token.startIndex, token.endIndex), token.scopes]);
  });
}

/** Throws for a regular expression that Oniguruma does not take; the tokenizer itself would pass over it. */
function compile(node) {
  for (const [key, value] of Object.entries(node)) {
    if (typeof value === "object") compile(value);
    else if (["match", "begin", "end"].includes(key))
      new oniguruma.OnigScanner([value]).findNextMatchSync("", 0);
  }
}
