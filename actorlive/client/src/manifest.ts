// What the application brings along, as the page says it:
//   <script type="application/json" id="al-colocated" data-src="/live/assets/colocated.json">{"hooks": …}</script>
// with `data-debug` on it in debug mode.

export interface Manifest {
  /** The URL of each colocated hook, by name: "shop.rows.Sort". */
  hooks: Record<string, string>;
  /** Modules that every page imports before it connects. */
  js: string[];
  /** The application's own modules, each export of which is a hook. */
  modules: string[];
}

const NOTHING: Manifest = { hooks: {}, js: [], modules: [] };

export function readManifest(): Manifest {
  const text = element()?.textContent;
  return text ? { ...NOTHING, ...(JSON.parse(text) as Partial<Manifest>) } : NOTHING;
}

/**
 * The newest manifest: the page may be older than a module of the server, or than the server itself.
 * The page's own where there is none to be had.
 */
export async function fetchManifest(): Promise<Manifest> {
  const url = element()?.dataset["src"];
  try {
    if (url) return { ...NOTHING, ...((await (await fetch(url)).json()) as Partial<Manifest>) };
  } catch {
    // not reachable, or not a manifest
  }
  return readManifest();
}

/** Whether the server runs in debug mode, where the client looks for what is wrong with the page. */
export function inDebugMode(): boolean {
  return element()?.dataset["debug"] !== undefined;
}

function element(): HTMLElement | null {
  return document.getElementById("al-colocated");
}
