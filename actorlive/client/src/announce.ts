// What `socket.announce` says: text for screen readers, in an element that no patch ever replaces.

/** The id of the layout's `aria-live` region. */
const REGION = "al-status";

/** A region is read out when its text changes: the same words again need a difference that is not read out. */
const SILENCE = "\u00a0";

export function speakAnnouncements(): void {
  window.addEventListener("phx:al:announce", (event) => {
    const { message } = (event as CustomEvent<{ message: string }>).detail;
    const region = document.getElementById(REGION);
    if (!region) console.warn(`"${message}" is not read out: the layout has no element #${REGION}`);
    else region.textContent = region.textContent === message ? message + SILENCE : message;
  });
}
