// What the site does without the server: the theme, the slow network, Copy, and the search box with its keys.
const root = document.documentElement;
const box = () => document.querySelector("#guide-search");

const choose = () => {
  const dark = root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("theme", root.dataset.theme);
};

const copy = async (button) => {
  const code = button.closest(".file-box").querySelector("pre");
  await navigator.clipboard.writeText(code.textContent);
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = "Copy"), 1500);
};

const step = (by) => {
  const stops = [box().querySelector("input"), ...box().querySelectorAll(".hits a")];
  const now = stops.indexOf(document.activeElement);
  stops[Math.min(stops.length - 1, Math.max(0, now + by))]?.focus();
};

document.addEventListener("click", (event) => {
  if (event.target.closest("#site-theme")) choose();
  if (event.target.closest("#guide-find")) box().showModal();
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
});

document.addEventListener("keydown", (event) => {
  const open = box()?.open;
  if (box() && event.key === "/" && !open && !event.target.closest("input, textarea, select")) {
    event.preventDefault();
    box().showModal();
  }
  if (open && event.key === "Escape") {
    event.preventDefault(); // which would only empty the field
    box().close();
  }
  if (!open || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
  event.preventDefault();
  step(event.key === "ArrowDown" ? 1 : -1);
});

document.addEventListener("submit", (event) => {
  if (event.target.id === "guide-form") box().querySelector(".hits a")?.focus();
});

addEventListener("guide:close", () => box().close());

// Half of the delay each way, and up to as much again at random.
const slider = document.querySelector("#site-latency");
slider?.addEventListener("input", () => {
  document.querySelector(".latency .num").textContent = `${slider.value} ms`;
  window.actorlive.latency.set({ delay: slider.value / 2, jitter: slider.value / 2 });
});
