// Feeds sequences of diffs to the official client's own tree and prints the HTML after each.
// stdin: a JSON array of sequences, each an array of diffs; stdout: an array of arrays of [html, streams].
import { build } from "esbuild";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const client = join(process.cwd(), "node_modules/phoenix_live_view/assets/js/phoenix_live_view");
const folder = mkdtempSync(join(tmpdir(), "rendered-"));
const outfile = join(folder, "client.mjs");
await build({
  stdin: {
    contents: `
      export { default as Rendered } from "./rendered.js";
      export { RenderingBuffer } from "./rendered/buffer";
    `,
    resolveDir: client,
  },
  bundle: true,
  format: "esm",
  logLevel: "silent",
  outfile,
});
const { Rendered, RenderingBuffer } = await import(pathToFileURL(outfile));
rmSync(folder, { recursive: true });

// The client leaves out what it knows to be unchanged in the DOM. To compare whole pages, nothing is left out,
// and of the attributes that it adds only the component's number stays.
class WholeBuffer extends RenderingBuffer {
  endRoot(attrs) {
    const cid = attrs["data-phx-component"];
    super.endRoot(cid === undefined ? {} : { "data-phx-component": cid }, false);
  }
}

globalThis.window = globalThis;
const silence = console.error;
console.error = () => {};
const run = (diffs) => {
  let tree;
  return diffs.map((diff, index) => {
    const rest = Rendered.extract(structuredClone(diff)).diff;
    if (index === 0) tree = new Rendered("v1", rest, () => WholeBuffer);
    else tree.mergeDiff(rest);
    const { buffer, streams } = tree.toString();
    return [buffer.replaceAll("< data-phx", "<data-phx"), [...streams]];
  });
};
const output = JSON.parse(readFileSync(0, "utf8")).map(run);
console.error = silence;
process.stdout.write(JSON.stringify(output));
