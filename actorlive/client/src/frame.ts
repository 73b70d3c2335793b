// A frame of Phoenix, `[join_ref, ref, topic, event, payload]`, read as far as is needed: the head of each, the payload
// of few.

import type { LineFrame } from "./line_end";

export interface Head {
  joinRef: string | null;
  /** What its answer will name; null for a frame that wants none. */
  ref: string | null;
  topic: string;
  event: string;
  /** Of an answer. */
  status?: string | undefined;
}

const HEAD =
  /^\[(?:"([^"]*)"|null),(?:"([^"]*)"|null),("(?:[^"\\]|\\.)*"),"([^"\\]*)",(?:\{"status":"(\w+)")?/;

const REFS = /^\[(?:"[^"]*"|null),(?:"[^"]*"|null)/;

/** The head of a text frame; undefined for a binary one. */
export function headOf(frame: LineFrame): Head | undefined {
  const found = typeof frame === "string" ? HEAD.exec(frame) : null;
  if (!found) return undefined;
  const [, joinRef = null, ref = null, topic = '""', event = "", status] = found;
  return { joinRef, ref, topic: JSON.parse(topic) as string, event, status };
}

/** The payload of a text frame. */
export function payloadOf<Payload>(frame: string): Payload {
  return (JSON.parse(frame) as [unknown, unknown, unknown, unknown, Payload])[4];
}

/** The same frame for another join of its topic, with the ref that is given. */
export function addressed(frame: string, joinRef: string | null, ref: string | null): string {
  return frame.replace(REFS, () => `[${JSON.stringify(joinRef)},${JSON.stringify(ref)}`);
}

/** The frame of a server that refuses what came with that ref, whichever join it belonged to. */
export function refusal({ ref, topic }: Head, reason: string): string {
  return JSON.stringify([null, ref, topic, "phx_reply", { status: "error", response: { reason } }]);
}
