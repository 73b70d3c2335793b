// What a page may say about its client before the bundle runs: `window.actorlive`.

import type { createHook, HooksOptions, LiveSocket, LiveSocketOptions } from "phoenix_live_view";

import type { Latency } from "./latency";

export type DomCallbacks = NonNullable<LiveSocketOptions["dom"]>;

/** The texts of the connection banner. */
export interface BannerMessages {
  /** The view crashed and is being mounted again. */
  server: string;
  /** The server cannot be reached. */
  client: string;
  /** Something was not done when the line was lost, and will not be; `{what}` is what. */
  undone: string;
  /** It may be done, or not. */
  unsure: string;
  /** What takes these two away. */
  dismiss: string;
}

export interface PageConfig {
  hooks?: HooksOptions;
  dom?: DomCallbacks;
  /** Connect parameters beside the CSRF token; read at every (re)join. */
  params?: () => Record<string, unknown>;
  messages?: Partial<BannerMessages>;
  /** Any other option of the LiveSocket (uploaders, metadata, …). */
  options?: LiveSocketOptions;
  /** Set by the bundle: a slow network on demand. */
  latency?: Latency;
  /** Set by the bundle: a hook for a custom element, which has no module of its own to import it from. */
  createHook?: typeof createHook;
}

export interface Config {
  hooks: HooksOptions;
  dom: DomCallbacks;
  params: () => Record<string, unknown>;
  messages: BannerMessages;
  options: LiveSocketOptions;
}

declare global {
  interface Window {
    actorlive?: PageConfig;
    liveSocket: LiveSocket;
  }
}

/** The page's configuration with every default filled in. */
export function readConfig(): Config {
  const page = window.actorlive ?? {};
  const security = { _csrf_token: csrfToken(), ...pageNonce() };
  return {
    hooks: page.hooks ?? {},
    dom: page.dom ?? {},
    params: () => ({ ...page.params?.(), ...security }),
    messages: {
      server: "Something went wrong. Attempting to recover…",
      client: "We can't find the internet. Attempting to reconnect…",
      undone: "Not done: {what}",
      unsure: "Not certain to be done: {what}. Look before you repeat it.",
      dismiss: "Dismiss",
      ...page.messages,
    },
    options: { ...fallback(), ...page.options },
  };
}

/** After how many milliseconds without a websocket the page polls, if the server says that it may. */
function fallback(): LiveSocketOptions {
  const meta = document.querySelector<HTMLMetaElement>("meta[name='live-longpoll']");
  return meta ? { longPollFallbackMs: Number(meta.content) } : {};
}

/** The token of the page's `<meta name="csrf-token">`, which the websocket must present with its cookie. */
function csrfToken(): string {
  return document.querySelector<HTMLMetaElement>("meta[name='csrf-token']")?.content ?? "";
}

/** The nonce of this very script, if the page gave it one: what scripts that come with a patch must carry. */
function pageNonce(): { _csp_nonce?: string } {
  const nonce = document.currentScript?.nonce;
  return nonce ? { _csp_nonce: nonce } : {};
}
