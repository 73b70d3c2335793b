// Hooks that come as ES modules, without a build step of the application: those of its own modules, whose
// every export is a hook, and those that its templates bring along, each the default export of a module.
//
// The LiveSocket asks our registry by name, and needs the hook at once. Before it connects, the registry
// fetches the application's modules and the hooks of the elements that are there; the others follow when the
// browser is idle. An element that is quicker (live navigation, a patch) gets a stand-in, which becomes the
// real hook when its module is there.

import type { Hook, HooksOptions, LiveSocket } from "phoenix_live_view";

import { fetchManifest, readManifest } from "./manifest";

type Module = Record<string, unknown>;

export class HookRegistry {
  /** What the LiveSocket gets: looked up by name at each new element. */
  readonly hooks: HooksOptions;
  #known: HooksOptions;
  #manifest = readManifest();
  #newest: Promise<void> | undefined;

  constructor(own: HooksOptions) {
    this.#known = Object.assign(Object.create(null), own) as HooksOptions;
    this.hooks = new Proxy(this.#known, {
      get: (known, name: string) => known[name] ?? (this.#comes(name) ? this.#standIn(name) : undefined),
    });
  }

  /** Fetch what this page needs before it connects. Settles whatever becomes of it. */
  async preload(liveSocket: LiveSocket): Promise<void> {
    const names = [...document.querySelectorAll("[phx-hook]")].map((el) => el.getAttribute("phx-hook") ?? "");
    await Promise.all([
      ...this.#manifest.modules.map((url) => reported(url, this.#adopt(url))),
      ...this.#manifest.js.map((url) => reported(url, run(url, liveSocket))),
      // One that fails is tried again, and complained about, when its element is mounted.
      ...[...new Set(names)].map((name) => this.#load(name).catch(() => undefined)),
    ]);
  }

  /** Fetch the other hooks as well, so that they are there when a later page needs them. */
  preloadRest(): void {
    const all = (): void =>
      Object.keys(this.#manifest.hooks).forEach((name) => void this.#load(name).catch(() => undefined));
    if ("requestIdleCallback" in window) requestIdleCallback(all);
    else setTimeout(all, 1000);
  }

  /** Colocated hooks, also of modules that this page has not heard of; a runtime hook is the client's affair. */
  #comes(name: string): boolean {
    if (typeof name !== "string" || name.startsWith("Phoenix.") || !name.includes(".")) return false;
    return !document.querySelector(`script[data-phx-runtime-hook="${CSS.escape(name)}"]`);
  }

  /** The hooks that a module of the application exports, by name or in its default export. */
  async #adopt(url: string): Promise<void> {
    const { default: collected, ...named } = await load(url);
    Object.assign(this.#known, collected, named);
  }

  /** The hook of that name, once its module is there; undefined where neither page nor server know it. */
  async #load(name: string): Promise<Hook | undefined> {
    if (name in this.#known) return this.#known[name] as Hook;
    const url = this.#manifest.hooks[name];
    if (url !== undefined) return (this.#known[name] = defined(await load(url), name, url));
    return undefined;
  }

  /** The same, asking the server for its newest manifest if this page's does not lead to the hook. */
  async #find(name: string): Promise<Hook> {
    const before = this.#manifest.hooks[name];
    const hook = await this.#load(name).catch((error: unknown) => error as Error);
    if (hook && !(hook instanceof Error)) return hook;
    await this.#refresh();
    const after = this.#manifest.hooks[name];
    if (after === undefined) throw new Error("neither the page nor the server know a hook of that name");
    if (after === before && hook) throw hook;
    return (await this.#load(name))!;
  }

  #refresh(): Promise<void> {
    this.#newest ??= fetchManifest().then((manifest) => {
      this.#manifest = manifest;
      this.#newest = undefined;
    });
    return this.#newest;
  }

  #standIn(name: string): Hook {
    const find = (): Promise<Hook> => this.#find(name);
    return {
      mounted() {
        const become = (hook: Hook): void => {
          if (!this.el.isConnected) return;
          Object.assign(this, { mounted() {} }, hook);
          this.mounted?.();
        };
        find().then(become, (error: unknown) => console.error(`hook ${name} did not load:`, error));
      },
    };
  }
}

function load(url: string): Promise<Module> {
  return import(url) as Promise<Module>;
}

/** Import a module for what it does; a function that it exports by default is given the LiveSocket. */
async function run(url: string, liveSocket: LiveSocket): Promise<void> {
  const main = (await load(url))["default"];
  if (typeof main === "function") (main as (liveSocket: LiveSocket) => unknown)(liveSocket);
}

function reported(url: string, work: Promise<void>): Promise<void> {
  return work.catch((error: unknown) => console.error(`${url} did not load:`, error));
}

function defined(module: Module, name: string, url: string): Hook {
  const hook = module["default"];
  if (typeof hook !== "object" || hook === null) {
    throw new TypeError(`the hook ${name} must be the default export of ${url}, an object with callbacks`);
  }
  return hook as Hook;
}
