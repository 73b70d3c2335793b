// The client's page-loading events, typed.

export interface PageLoading {
  to?: string;
  kind: "initial" | "patch" | "redirect" | "element" | "error";
  /** Of kind "error": the transport is down, or the view crashed. */
  errorKind?: "client" | "server";
}

export function onPageLoading(phase: "start" | "stop", listener: (detail: PageLoading) => void): void {
  window.addEventListener(`phx:page-loading-${phase}`, (event) =>
    listener((event as CustomEvent<PageLoading>).detail),
  );
}
