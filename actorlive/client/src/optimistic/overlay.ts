// What the person sees over what the server rendered.
//
// For every aspect that a pending transaction changed, the overlay keeps the base (the server's newest
// value) and the changes in order; the DOM shows the base with the changes played on it. A patch replaces
// the base and the changes are played again. So a rollback goes to the server's newest state and not to
// what happened to be there at the click, and transactions that touch the same thing do not disturb
// each other, whichever of them is refused.

import type { DomCallbacks } from "../config";
import { type Aspect, type Change, type Value, read, write } from "./aspects";

export type Transaction = string;

interface Layer {
  base: Value;
  changes: { transaction: Transaction; change: Change }[];
}

type Layers = Map<Aspect, Layer>;

/** Lists the overlaid aspects of an element. A locked element is cloned by the client as it is on the
 *  screen; this attribute tells such a copy from what the server rendered, which never has it. */
const MARK = "data-al-tx";

export class Overlay {
  #layers = new Map<HTMLElement, Layers>();

  /** Show a change until the transaction is committed or rolled back. */
  apply(el: HTMLElement, aspect: Aspect, transaction: Transaction, change: Change): void {
    const layers = this.#layers.get(el) ?? new Map<Aspect, Layer>();
    const layer = layers.get(aspect) ?? { base: read(el, aspect), changes: [] };
    layer.changes.push({ transaction, change });
    this.#layers.set(el, layers.set(aspect, layer));
    show(el, layers);
  }

  /** The server agreed: the changes are part of the base, until its next patch says otherwise. */
  commit(transaction: Transaction): void {
    this.#settle(transaction, (layer, change) => (layer.base = change(layer.base)));
  }

  /** The server refused, or never heard of it: the changes never were. */
  rollback(transaction: Transaction): void {
    this.#settle(transaction, () => undefined);
  }

  readonly dom: DomCallbacks = {
    onBeforeElUpdated: (from, to) => {
      if (from !== to) this.#rebase(from as HTMLElement, to as HTMLElement);
    },
    onPatchEnd: () => this.#adopt(),
  };

  #settle(transaction: Transaction, settle: (layer: Layer, change: Change) => void): void {
    for (const [el, layers] of this.#layers) {
      for (const layer of layers.values()) {
        for (const entry of layer.changes) {
          if (entry.transaction === transaction) settle(layer, entry.change);
        }
        layer.changes = layer.changes.filter((entry) => entry.transaction !== transaction);
      }
      show(el, layers);
      if (prune(layers)) this.#layers.delete(el);
      mark(el, layers);
    }
  }

  /** `to` is about to become `from`: take the server's values from it, and put ours over them. */
  #rebase(from: HTMLElement, to: HTMLElement): void {
    const layers = this.#layers.get(from);
    const copied = to.getAttribute(MARK)?.split(" ") as Aspect[] | undefined;
    if (copied) this.#forget(copied, from, to);
    if (!layers) return;
    if (!copied) for (const [aspect, layer] of layers) layer.base = read(to, aspect);
    show(to, layers);
    mark(to, layers);
  }

  /** `to` is a clone with an overlay of the past on it: what the screen shows of these is newer. */
  #forget(aspects: Aspect[], from: HTMLElement, to: HTMLElement): void {
    for (const aspect of aspects) write(to, aspect, read(from, aspect));
    to.removeAttribute(MARK);
  }

  /** An element that a patch replaced by another of the same id hands its overlay on. */
  #adopt(): void {
    for (const [gone, layers] of this.#layers) {
      const heir = gone.isConnected || !gone.id ? null : document.getElementById(gone.id);
      if (!heir) continue;
      this.#layers.delete(gone);
      this.#layers.set(heir, layers);
      for (const [aspect, layer] of layers) layer.base = read(heir, aspect);
      show(heir, layers);
      mark(heir, layers);
    }
  }
}

function show(el: HTMLElement, layers: Layers): void {
  for (const [aspect, { base, changes }] of layers) {
    const value = changes.reduce((current, { change }) => change(current), base);
    if (read(el, aspect) !== value) write(el, aspect, value);
  }
  mark(el, layers);
}

function mark(el: HTMLElement, layers: Layers): void {
  if (layers.size > 0) el.setAttribute(MARK, [...layers.keys()].join(" "));
  else el.removeAttribute(MARK);
}

/** Drop the layers without changes; true when none is left. */
function prune(layers: Layers): boolean {
  for (const [aspect, layer] of layers) if (layer.changes.length === 0) layers.delete(aspect);
  return layers.size === 0;
}
