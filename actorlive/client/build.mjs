// Bundles the browser client, script and stylesheets, and what the development server adds, into dist/, minified, with
// the licences of every npm package that went in. Run as `npm run build`.
import { copyFile, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, "../..");
const dist = path.join(here, "dist");

await mkdir(dist, { recursive: true });

const shared = { bundle: true, minify: true, legalComments: "none", metafile: true, absWorkingDir: root };
const script = await bundle("index.ts", "actorlive.js");
await bundle("actorlive.css", "actorlive.css");
await bundle("unstyled.css", "unstyled.css");
await bundle("pages.css", "pages.css");
await copyFile(path.join(here, "src/icon.svg"), path.join(dist, "icon.svg"));
await bundle("dev/index.ts", "dev.js");
await bundle("dev/dev.css", "dev.css");
await writeFile(path.join(dist, "LICENSES.txt"), await licences(bundledPackages(script.metafile)));

/** One file of `src` with all that it imports, as one file of `dist`. */
function bundle(source, target) {
  const script = target.endsWith(".js") ? { format: "iife", target: "es2022" } : {};
  return build({
    ...shared,
    ...script,
    entryPoints: [path.join(here, "src", source)],
    outfile: path.join(dist, target),
  });
}

/** The names of the npm packages that a bundle is made of, in order. */
function bundledPackages(metafile) {
  const names = Object.keys(metafile.inputs).map(
    (file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1],
  );
  return [...new Set(names.filter(Boolean))].sort();
}

/** One text with the name, version and licence of each package. */
async function licences(names) {
  const texts = await Promise.all(names.map(licence));
  return "This bundle contains the following packages.\n\n" + texts.join("\n");
}

async function licence(name) {
  const home = path.join(root, "node_modules", name);
  const about = JSON.parse(await readFile(path.join(home, "package.json"), "utf8"));
  const file = (await readdir(home)).find((entry) => /^licen[cs]e/i.test(entry));
  const author = typeof about.author === "string" ? about.author : (about.author?.name ?? "its authors");
  const text = file ? await readFile(path.join(home, file), "utf8") : `Copyright ${author}\n`;
  return `---- ${about.name} ${about.version} (${about.license}) ----\n\n${text.trim()}\n`;
}
