// Light or dark, as the visitor chose it; in the head, so that no page shows itself in the other first.
{
  const chosen = localStorage.getItem("theme");
  if (chosen) document.documentElement.dataset.theme = chosen;
}
