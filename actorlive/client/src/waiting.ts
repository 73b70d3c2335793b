// What becomes of what a person did when the line is lost for good. The rule:
//
//   - what was answered is done, and is forgotten here;
//   - what the server certainly has not handled, since it never had a socket, or since the server said how far it had
//     come before it closed (`#drained`), *waits* for its view to join again and is sent to that, once;
//   - anything else is *unsure*: it may be done, so it is never sent again.
//
// A confirmed frame is in its view's mailbox. That is not done yet: only the answer says so.
//
// What waits keeps its old ref. The client's Push is still bound to that, so that its promise is resolved and the diff
// in the answer is applied. A Push that is about to give up would drop the answer, and the diff with it: its event goes
// without a ref, and the diff comes by itself. What waits for longer than a Push lives is refused before the client
// loads the page again.

import { addressed, type Head } from "./frame";
import type { Source } from "./sources";

/** Milliseconds after which a Push of the client, which lives for 30 s, is not to be answered any more. */
export const FRESH = 20_000;
/** Milliseconds for which something may wait. */
export const PATIENCE = 28_000;

/** A frame of the page's that wants an answer. */
export interface Push {
  head: Head;
  frame: string;
  /** When the client gave it, in milliseconds. */
  at: number;
  source?: Source | undefined;
}

/** A push on a line, the number of its frame there, and whether its view has been left since. */
interface Numbered extends Push {
  number: number;
  isLeft: boolean;
}

export type Fate = "waits" | "undone" | "unsure";

export type Fates = { push: Push; fate: Fate }[];

/** What may become of a push that was not handled: nobody misses it, or only the view that it was for could take it. */
export type Judge = (push: Push) => "missed by nobody" | "here or nowhere" | "may wait";

/** The pushes of one line that have no answer yet. */
export class Unanswered {
  #pushes = new Map<string, Numbered>();
  /** Those that want no answer: of them a count has to tell that they have arrived. */
  #silent: Numbered[] = [];

  /** When the oldest was given. */
  get oldest(): number | undefined {
    const times = [...this.#pushes.values()].map(({ at }) => at);
    return times.length ? Math.min(...times) : undefined;
  }

  /** A push is the frame of that number. */
  give(push: Push, number: number): void {
    const { topic, ref, event } = push.head;
    if (ref === null) this.#silent.push({ ...push, number, isLeft: false });
    if (ref === null || topic === "phoenix") return;
    if (event === "phx_join" || event === "phx_leave") {
      for (const before of this.#all) if (before.head.topic === topic) before.isLeft = true;
    }
    this.#pushes.set(ref, { ...push, number, isLeft: false });
  }

  /** A frame of the server: an answer, or the end of a view, which answers nothing more. */
  receive({ topic, ref, event }: Head): void {
    if (event === "phx_reply") {
      if (ref !== null) this.#pushes.delete(ref);
    } else if (event === "phx_error" || event === "phx_close") {
      for (const [key, { head }] of this.#pushes) if (head.topic === topic) this.#pushes.delete(key);
      this.#silent = this.#silent.filter(({ head }) => head.topic !== topic);
    }
  }

  /** The server has taken so many frames. */
  confirm(count: number): void {
    this.#silent = this.#silent.filter(({ number }) => number > count);
  }

  get #all(): Numbered[] {
    return [...this.#pushes.values(), ...this.#silent].sort((one, other) => one.number - other.number);
  }

  /** The line is lost, and the server has handled nothing beyond the frame of that number. Events alone have a fate:
   *  joins and the like the client does anew. */
  end(handled: number, judge: Judge): Fates {
    const pushes = this.#all.filter(({ head }) => head.event === "event");
    this.#pushes.clear();
    this.#silent = [];
    return pushes.flatMap(({ number, isLeft, ...push }) => {
      const verdict = judge(push);
      if (verdict === "missed by nobody") return [];
      if (number <= handled) return { push, fate: "unsure" };
      return { push, fate: isLeft || verdict === "here or nowhere" ? "undone" : "waits" };
    });
  }
}

interface Join {
  topic: string;
  joinRef: string | null;
  /** The very view that had joined before, so that Pushes of then are bound to it. */
  isSame: boolean;
}

/** What waits for its view, over one line after another. */
export class Waiting {
  #pushes: Push[] = [];
  #joining = new Map<string, Join>();
  #joined = new Map<string, Join>();

  /** When the next one has waited for too long. */
  get due(): number | undefined {
    const times = this.#pushes.map(({ at }) => at + PATIENCE);
    return times.length ? Math.min(...times) : undefined;
  }

  /** Whether something waits for that view: what follows goes behind it. */
  holds(topic: string): boolean {
    return this.#pushes.some(({ head }) => head.topic === topic);
  }

  add(push: Push): void {
    this.#pushes.push(push);
  }

  /** Another line begins: the joins of the one before are void. */
  begin(): void {
    this.#joining.clear();
    this.#joined.clear();
  }

  /** A view asks to join. */
  join({ ref, topic, joinRef }: Head, isSame: boolean): void {
    if (ref !== null) this.#joining.set(ref, { topic, joinRef, isSame });
  }

  /** Whether that is the ref of a join. */
  awaits(ref: string): boolean {
    return this.#joining.has(ref);
  }

  /** The join of that ref was answered. Returns what waited for a view that is not there any more. */
  answer(ref: string, isOk: boolean): Push[] {
    const join = this.#joining.get(ref);
    this.#joining.delete(ref);
    if (!join || !isOk) return [];
    if (!join.isSame) return this.#take(({ head }) => head.topic === join.topic);
    this.#joined.set(join.topic, join);
    return [];
  }

  /** The page shows what the view rendered at its join, its forms are recovered: now is the time for what waited. */
  release(topic: string, now: number): Push[] {
    const join = this.#joined.get(topic);
    if (!join) return [];
    this.#joined.delete(topic);
    return this.#take(({ head }) => head.topic === topic).map((push) => readdressed(push, join, now));
  }

  /** What has waited for too long. */
  overdue(now: number): Push[] {
    return this.#take(({ at }) => now >= at + PATIENCE);
  }

  #take(isMeant: (push: Push) => boolean): Push[] {
    const taken = this.#pushes.filter(isMeant);
    this.#pushes = this.#pushes.filter((push) => !taken.includes(push));
    return taken;
  }
}

function readdressed(push: Push, { joinRef }: Join, now: number): Push {
  const ref = now - push.at < FRESH ? push.head.ref : null;
  return { ...push, head: { ...push.head, joinRef, ref }, frame: addressed(push.frame, joinRef, ref) };
}
