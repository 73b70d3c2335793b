// Feeds sequences of diffs to the official client's own tree and prints the HTML after each.
// stdin: a JSON array of sequences, each an array of diffs; stdout: an array of arrays of [html, streams].
import { readFileSync } from "node:fs";
import { Rendered, RenderingBuffer } from "./official_tree.mjs";

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
