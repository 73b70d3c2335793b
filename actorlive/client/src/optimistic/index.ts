// Optimistic changes that take themselves back: the client half of `JS.push(…, optimistic=…)`.
//
// The server encodes such a push as two of the client's ordinary commands,
//   [["dispatch", {"event": "al:opt", "detail": {"ops": […]}}], ["push", {…}]]
// The dispatch opens a transaction here and shows its changes through an overlay (overlay.ts). The push
// that follows in the same breath is announced by the client as `phx:push` before the frame is written:
// the transaction's id is stamped on the payload, and a sentinel element is locked under the push's ref.
// From then on the client itself tells how it ended:
//   - the sentinel is unlocked with `phx:undo-lock:<ref>`: the server acknowledged, commit;
//   - it loses its ref without that event: a rejoin dropped what was in flight, roll back;
//   - no push came at all (the socket is down): roll back at once.
// A server that refuses says so in the reply, before its patch, with the event `al:reject`.
// No message is needed for success: the acknowledgement is the message.

import type { LiveSocket } from "phoenix_live_view";

import type { DomCallbacks } from "../config";
import { type Command, changes, targets } from "./commands";
import { Overlay } from "./overlay";

interface PushDetail {
  ref: number;
  /** Missing for a submit that has files to upload first: it can be acknowledged but not refused. */
  payload?: { type?: string; value?: unknown; meta?: unknown };
  lock: (el: Element) => Promise<unknown>;
}

interface Transaction {
  id: string;
  /** The pushes that are on their way, by view and ref. */
  inFlight: Set<string>;
  settled: boolean;
}

export class Optimistic {
  readonly dom: DomCallbacks;
  #overlay = new Overlay();
  #transactions = new Map<string, Transaction>();
  #opening: Transaction | null = null;
  #count = 0;

  constructor() {
    this.dom = this.#overlay.dom;
  }

  /** Listen to the page's commands, pushes and rejections. */
  listen(liveSocket: LiveSocket): void {
    on("al:opt", ({ ops, dispatcher }: { ops: Command[]; dispatcher: HTMLElement }) =>
      this.#open(ops, dispatcher, liveSocket),
    );
    on("phx:push", (detail: PushDetail, target) => this.#pushed(detail, target));
    on("phx:al:reject", ({ id }: { id: string }) => this.#rollback(this.#transactions.get(id)));
  }

  #open(ops: Command[], source: HTMLElement, liveSocket: LiveSocket): void {
    const transaction = { id: String(++this.#count), inFlight: new Set<string>(), settled: false };
    this.#transactions.set(transaction.id, transaction);
    this.#opening = transaction;
    for (const op of ops) this.#perform(op, source, transaction, liveSocket);
    queueMicrotask(() => this.#close(transaction));
  }

  #perform(op: Command, source: HTMLElement, { id }: Transaction, liveSocket: LiveSocket): void {
    for (const el of targets(source, op[1])) {
      const made = changes(op, el);
      if (made === null) return liveSocket.execJS(source, JSON.stringify([op]));
      for (const [aspect, change] of made) this.#overlay.apply(el, aspect, id, change);
    }
  }

  /** The commands have run: pushes that come from now on belong to another gesture. */
  #close(transaction: Transaction): void {
    if (this.#opening === transaction) this.#opening = null;
    if (transaction.inFlight.size === 0) this.#rollback(transaction);
  }

  /** A push goes out. It is announced once for each element that it marks as loading. */
  #pushed(detail: PushDetail, target: Element): void {
    const transaction = this.#opening;
    if (!transaction) return;
    const key = `${target.getAttribute("data-phx-ref-src")}:${detail.ref}`;
    if (transaction.inFlight.has(key)) return;
    transaction.inFlight.add(key);
    stamp(detail, transaction.id);
    watch(
      detail,
      () => this.#acknowledged(transaction, key),
      () => this.#rollback(transaction),
    );
  }

  #acknowledged(transaction: Transaction, key: string): void {
    transaction.inFlight.delete(key);
    if (transaction.inFlight.size === 0 && this.#settle(transaction)) this.#overlay.commit(transaction.id);
  }

  #rollback(transaction: Transaction | undefined): void {
    if (transaction && this.#settle(transaction)) this.#overlay.rollback(transaction.id);
  }

  /** True the first time: what comes after a rejection has nothing left to say. */
  #settle(transaction: Transaction): boolean {
    const first = !transaction.settled;
    transaction.settled = true;
    this.#transactions.delete(transaction.id);
    return first;
  }
}

/** Put the transaction's id where the server looks for it: `_al` beside what the element sends. */
function stamp({ payload }: PushDetail, id: string): void {
  if (!payload) return;
  const carrier = payload.type === "form" ? payload.meta : payload.value;
  if (typeof carrier === "object" && carrier !== null) Object.assign(carrier, { _al: id });
}

/** Lock an element of our own, outside every view, under the push's ref, and report how it is unlocked. */
function watch(detail: PushDetail, acknowledged: () => void, lost: () => void): void {
  const sentinel = document.createElement("meta");
  // First in the document: it is unlocked before the page's own elements, and before the reply's patch.
  document.head.prepend(sentinel);
  const observer = new MutationObserver(() => {
    if (sentinel.hasAttribute("data-phx-ref-src")) return;
    end();
    lost();
  });
  const end = (): void => {
    observer.disconnect();
    sentinel.remove();
  };
  sentinel.addEventListener(`phx:undo-lock:${detail.ref}`, () => {
    end();
    acknowledged();
  });
  void detail.lock(sentinel);
  observer.observe(sentinel, { attributeFilter: ["data-phx-ref-src"] });
}

function on<Detail>(event: string, listener: (detail: Detail, target: Element) => void): void {
  window.addEventListener(event, (raw) =>
    listener((raw as CustomEvent<Detail>).detail, raw.target as Element),
  );
}
