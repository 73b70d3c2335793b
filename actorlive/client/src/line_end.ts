// The page's accounts of a line: what it has taken, and what the server has not confirmed yet. wire/line.py has
// the rules, and the frames.

export type LineFrame = Parameters<WebSocket["send"]>[0];

/** When so much has been taken since the last count was said, it is said again. */
const CONFIRM_FRAMES = 16;
const CONFIRM_BYTES = 64 * 1024;

export class LineEnd {
  #taken = 0;
  #given = 0;
  #sent = 0;
  #kept: LineFrame[] = [];
  #told = 0;
  #since = 0;

  /** Frames of the page that the server has not confirmed. */
  get kept(): readonly LineFrame[] {
    return this.#kept;
  }

  /** True when the server does not know yet how many frames are taken. */
  get owesCount(): boolean {
    return this.#taken !== this.#told;
  }

  /** Frames for the server, whether they had a socket or not. */
  get given(): number {
    return this.#given;
  }

  /** How many of them have had a socket: those beyond the server certainly does not have. */
  get sent(): number {
    return this.#sent;
  }

  /** A frame for the server, whether it is sent now or later; its number. */
  give(frame: LineFrame): number {
    this.#kept.push(frame);
    return (this.#given += 1);
  }

  /** All that was given is on a socket, or has been. */
  send(): void {
    this.#sent = this.#given;
  }

  /** A frame of the server has been handled; true when it is time to say the count. */
  take(frame: LineFrame): boolean {
    this.#taken += 1;
    this.#since += sizeOf(frame);
    return this.#taken - this.#told >= CONFIRM_FRAMES || this.#since >= CONFIRM_BYTES;
  }

  /** How many are taken, to be said now. */
  count(): number {
    this.#told = this.#taken;
    this.#since = 0;
    return this.#taken;
  }

  /** The server has taken so many; false when it cannot have. */
  confirm(count: number): boolean {
    const left = this.#given - count;
    if (left < 0 || left > this.#kept.length) return false;
    this.#kept.splice(0, this.#kept.length - left);
    return true;
  }

  /** There is no line: what was kept is on its way, and cannot be sent again. */
  letGo(): void {
    this.#kept = [];
  }
}

function sizeOf(frame: LineFrame): number {
  if (typeof frame === "string") return frame.length;
  return frame instanceof Blob ? frame.size : frame.byteLength;
}
