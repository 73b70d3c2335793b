// Events that do not wait while the line is broken: `class Pay(Event, offline=False)`. Their names stand in the answer to
// the join of a view, and come before the patch that shows the first component of a class. A view without any sends none.

import { payloadOf } from "./frame";

const KEY = "al:online";

interface Names {
  ofView: Set<string>;
  ofComponents: Set<string>;
}

export class OnlineOnly {
  /** By topic. */
  #names = new Map<string, Names>();

  listen(): void {
    window.addEventListener(`phx:${KEY}`, (event) => {
      const { id, names } = (event as CustomEvent<{ id: string; names: string[] }>).detail;
      for (const name of names) this.#of(`lv:${id}`).ofComponents.add(name);
    });
  }

  /** A view has joined: this answers it. */
  join(topic: string, frame: string): void {
    this.#names.delete(topic);
    if (!frame.includes(`"${KEY}"`)) return;
    const names = payloadOf<{ response: Record<string, string[] | undefined> }>(frame).response[KEY];
    if (names) this.#of(topic).ofView = new Set(names);
  }

  /** Whether an event of that view, or of a component in it, is of this kind. */
  has(topic: string, { event, cid }: { event: string; cid?: number | null }): boolean {
    const names = this.#names.get(topic);
    return (typeof cid === "number" ? names?.ofComponents : names?.ofView)?.has(event) ?? false;
  }

  /** Whether that view has any. */
  concerns(topic: string): boolean {
    return this.#names.has(topic);
  }

  #of(topic: string): Names {
    const names = this.#names.get(topic) ?? { ofView: new Set(), ofComponents: new Set() };
    this.#names.set(topic, names);
    return names;
  }
}
