// phx-window-focus and phx-window-blur.
//
// The client (1.2.12) looks at events of elements only, so it misses that the window itself came to the
// front or went away. Here the document's element repeats the event, which bubbles up to where the client
// listens and leads it to every element with the binding.

export function bindWindowFocus(): void {
  for (const type of ["focus", "blur"] as const) {
    window.addEventListener(type, (event) => {
      if (event.target !== window) return;
      document.documentElement.dispatchEvent(new FocusEvent(type, { bubbles: true }));
    });
  }
}
