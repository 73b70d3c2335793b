// Feeds sequences of messages to the official client's own tree, renders as the client does, and prints the page after
// each: what the client skips because it takes it for unchanged is what the page had there before.
// stdin: a JSON array of sequences, each an array of messages; stdout: an array of arrays of HTML.
import { readFileSync } from "node:fs";
import { Rendered, RenderingBuffer } from "../testing/official_tree.mjs";

const MARK = /⟦([^⟧]+)⟧/g;

function play(messages) {
  const elements = new Map(); // what each marked element holds, with marks in place of those within
  const rendered = new Map(); // the same of this rendering, in which the client also writes what it then leaves out
  const forget = (html) => {
    for (const [, mark] of html.matchAll(MARK)) {
      const inner = rendered.get(mark);
      rendered.delete(mark);
      if (inner !== undefined) forget(inner);
    }
  };
  class PageBuffer extends RenderingBuffer {
    endRoot(attributes, isSkipped) {
      const mark = attributes["data-phx-id"];
      if (!isSkipped) rendered.set(mark, this.html);
      else if (elements.has(mark)) forget(this.html);
      else throw new Error(`skipped ${mark}, which the page does not have`);
      this.html = `${this.pending.pop()}⟦${mark}⟧`;
    }
  }
  const whole = (html) => html.replace(MARK, (_, mark) => whole(elements.get(mark)));
  const within = (html) =>
    [...html.matchAll(MARK)].flatMap(([, mark]) => [mark, ...within(elements.get(mark))]);
  const markOf = (cid) => `c${cid}-v1`;

  let tree, page;
  return messages.map((message, index) => {
    const { diff } = Rendered.extract(structuredClone(message));
    if (index === 0) tree = new Rendered("v1", diff, () => PageBuffer);
    else tree.mergeDiff(diff);
    const cids = diff.c ? tree.componentCIDs(diff) : [];
    if (index > 0 && tree.isComponentOnlyDiff(diff)) {
      const standing = new Set(within(page));
      const named = cids.filter((cid) => standing.has(markOf(cid)));
      const inside = new Set(named.flatMap((cid) => within(elements.get(markOf(cid)))));
      for (const cid of named)
        if (!inside.has(markOf(cid))) tree.recursiveCIDToString(tree.get().c, cid, null);
    } else if (Object.keys(diff).length > 0) {
      page = tree.toString(index === 0 ? undefined : cids).buffer;
    }
    for (const [mark, html] of rendered) elements.set(mark, html);
    rendered.clear();
    return whole(page);
  });
}

globalThis.window = globalThis;
process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(play)));
