// What was typed before the view was there.
//
// A page can be read and typed into as soon as it is painted; its view joins later, on a slow network much
// later. The join's patch resets every control without the focus to what the server rendered, and the server is
// never told what was lost. So the controls that differ from what was rendered are noted when
// that patch begins, put back when it ends, and reported like any other input once the view listens. The same
// holds for what the browser filled in by itself.

import type { DomCallbacks } from "./config";
import { onPageLoading } from "./loading";

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** Puts a control back to the state in which it was noted. */
type Restore = () => void;

export class EarlyInput {
  readonly dom: DomCallbacks;
  #noted = new Map<Control, Restore>();
  #joined = false;

  constructor() {
    this.dom = {
      onPatchStart: (container) => this.#note(container),
      onPatchEnd: () => this.#noted.forEach((restore) => restore()),
    };
    onPageLoading("stop", ({ kind }) => {
      if (kind === "initial") this.#report();
    });
  }

  #note(container: Element): void {
    if (this.#joined || !container.hasAttribute("data-phx-main")) return;
    this.#joined = true;
    for (const control of container.querySelectorAll<Control>("input, textarea, select")) {
      const restore = restoring(control);
      if (restore && !control.closest("form[phx-auto-recover=ignore]")) this.#noted.set(control, restore);
    }
  }

  #report(): void {
    const controls = [...this.#noted.keys()].filter((control) => control.isConnected);
    this.#noted.clear();
    for (const control of controls) control.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

/** How to bring back what a person made of a control; null when it is as it was rendered. */
function restoring(control: Control): Restore | null {
  if (control instanceof HTMLSelectElement) return restoringSelect(control);
  if (control.type === "checkbox" || control.type === "radio") {
    const box = control as HTMLInputElement;
    const { checked } = box;
    return checked === box.defaultChecked ? null : () => (box.checked = checked);
  }
  const { value } = control;
  if (control.type === "file" || value === control.defaultValue) return null;
  return () => {
    if (control.value !== value) control.value = value;
  };
}

function restoringSelect(select: HTMLSelectElement): Restore | null {
  const options = [...select.options];
  const chosen = options.filter((option) => option.selected);
  const rendered = options.filter((option) => option.defaultSelected);
  // Without a choice by the server the browser shows the first option.
  if (rendered.length === 0 && !select.multiple) rendered.push(...options.slice(0, 1));
  const same = chosen.length === rendered.length && chosen.every((option) => rendered.includes(option));
  return same ? null : () => options.forEach((option) => (option.selected = chosen.includes(option)));
}
