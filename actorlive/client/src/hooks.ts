// Hooks that templates bring along, loaded as ES modules when an element first asks for them.
//
// The layout lists them, name to content-hashed URL, in
//   <script type="application/json" id="al-hooks">{"shop.views.Sort": "/live/assets/sort-1f3a.js"}</script>
// and a module's default export is the hook. The LiveSocket asks our registry by name. A hook that the page
// shows from the start is fetched before the socket connects. One that comes later (live navigation, a
// patch) gets a stand-in, which becomes the real hook when its module is there.

import type { Hook, HooksOptions } from "phoenix_live_view";

export type HookManifest = Record<string, string>;

export class HookRegistry {
  /** What the LiveSocket gets: looked up by name at each new element. */
  readonly hooks: HooksOptions;
  #known: HooksOptions;
  #manifest: HookManifest;

  constructor(own: HooksOptions, manifest: HookManifest = readManifest()) {
    this.#known = { ...own };
    this.#manifest = manifest;
    this.hooks = new Proxy(this.#known, {
      get: (known, name: string) => known[name] ?? (manifest[name] ? this.#standIn(name) : undefined),
    });
  }

  /** Fetch the hooks of the elements that are here already. Settles whatever becomes of them. */
  async preload(): Promise<void> {
    const elements = [...document.querySelectorAll("[phx-hook]")];
    const names = new Set(elements.map((el) => el.getAttribute("phx-hook") ?? ""));
    await Promise.allSettled([...names].map((name) => this.#load(name)));
  }

  async #load(name: string): Promise<Hook | undefined> {
    const url = this.#manifest[name];
    if (name in this.#known || url === undefined) return this.#known[name] as Hook | undefined;
    const module = (await import(url)) as { default?: Hook };
    if (typeof module.default !== "object") {
      throw new TypeError(`the hook ${name} must be the default export of ${url}, an object with callbacks`);
    }
    return (this.#known[name] = module.default);
  }

  #standIn(name: string): Hook {
    const load = (): Promise<Hook | undefined> => this.#load(name);
    return {
      mounted() {
        const become = (hook: Hook | undefined): void => {
          if (!hook || !this.el.isConnected) return;
          Object.assign(this, { mounted() {} }, hook);
          this.mounted?.();
        };
        load().then(become, (error: unknown) => console.error(`hook ${name} did not load:`, error));
      },
    };
  }
}

function readManifest(): HookManifest {
  const text = document.getElementById("al-hooks")?.textContent;
  return text ? (JSON.parse(text) as HookManifest) : {};
}
