// The official client's own tree, bundled from its sources: what a message means to it, without a page.
import { build } from "esbuild";
import { mkdtempSync, rmSync } from "node:fs";
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
export const { Rendered, RenderingBuffer } = await import(pathToFileURL(outfile));
rmSync(folder, { recursive: true });
