// What holds a stream is marked while an event is on its way, but not locked.
//
// The client patches a locked element behind the scenes, in a clone that takes its place with the
// acknowledgement. A stream's instructions do not reach the clone: what is deleted meanwhile is gone from the
// page and comes back with the clone, and what is inserted at the top ends up last. A list is locked by a push
// with `loading=` on it, by the viewport bindings and by a hook on it that pushes. Its rows and the inputs
// beside them keep locks of their own, so there is nothing else in it that needs one.

const STREAM = "[phx-update=stream]";

interface PushDetail {
  lockElements: Element[];
}

export function leaveStreamsUnlocked(): void {
  window.addEventListener("phx:push", (event) => {
    const { lockElements } = (event as CustomEvent<PushDetail>).detail;
    for (const el of lockElements) if (holdsStream(el)) el.removeAttribute("data-phx-ref-lock");
  });
}

function holdsStream(el: Element): boolean {
  return el.matches(STREAM) || el.querySelector(STREAM) !== null;
}
