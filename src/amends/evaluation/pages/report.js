"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const root = document.documentElement, form = byId("filters"), tip = byId("tip"), theme = byId("theme");
  const cases = [...document.querySelectorAll(".case")], marks = [...document.querySelectorAll("mark[data-v]")];
  const words = new Map();
  const holds = (article, text) => {
    if (!words.has(article)) words.set(article, article.textContent.toLowerCase());
    return words.get(article).includes(text);
  };
  // The words of the chosen verdict are lit in every letter, those under the pointer in both letters of their pair.
  let chosen = "";
  const light = (pair, names = []) => {
    for (const mark of pair?.querySelectorAll("mark[data-v]") ?? marks) {
      const has = mark.dataset.v.split(" ");
      mark.classList.toggle("lit", has.includes(chosen) || has.some((name) => names.includes(name)));
    }
  };

  const filter = () => {
    const { language, scenario, state, tag, words } = Object.fromEntries(new FormData(form));
    const text = words.trim().toLowerCase();
    let shown = 0;
    for (const article of cases) {
      const data = article.dataset;
      article.hidden = Boolean((language && data.language !== language) || (scenario && data.scenario !== scenario)
        || (state && data.state !== state) || (tag && !data.tags.split(" ").includes(tag)) || (text && !holds(article, text)));
      shown += !article.hidden;
    }
    byId("count").textContent = `${shown} of ${cases.length} letters`;
    chosen = tag.split(":")[1] ?? "";
    light();
  };
  const openAll = (open) => {
    for (const article of cases) if (!article.hidden) article.querySelector("details").open = open;
  };
  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  byId("clear").addEventListener("click", () => { form.reset(); filter(); });
  byId("open").addEventListener("click", () => openAll(true));
  byId("close").addEventListener("click", () => openAll(false));

  // The reason beside the words, for the eye; a screen reader has it through aria-describedby.
  let pair = null;
  const hide = () => { tip.hidden = true; if (pair) light(pair); pair = null; };
  const show = (mark) => {
    const reasons = mark.getAttribute("aria-describedby").split(" ").map((id) => byId(id)?.textContent.trim() ?? "");
    tip.textContent = reasons.join("\n");
    tip.hidden = false;
    const box = mark.getClientRects()[0], width = tip.offsetWidth;
    const left = Math.max(8, Math.min(box.left, root.clientWidth - width - 8));
    const below = mark.getBoundingClientRect().bottom, over = box.top - tip.offsetHeight;
    tip.style.left = `${left + scrollX}px`;
    tip.style.top = `${(below + tip.offsetHeight > innerHeight && over > 0 ? over : below) + scrollY}px`;
    pair = mark.closest(".pair");
    if (pair) light(pair, mark.dataset.v.split(" "));
  };
  const markOf = (event) => event.target.closest?.("mark[data-v]");
  for (const kind of ["pointerover", "focusin"]) document.addEventListener(kind, (event) => { const mark = markOf(event); if (mark) show(mark); });
  document.addEventListener("pointerout", (event) => {
    const to = event.relatedTarget;
    if ((markOf(event) || tip.contains(event.target)) && !(to && (tip.contains(to) || to.closest?.("mark[data-v]")))) hide();
  });
  document.addEventListener("focusout", (event) => { if (markOf(event)) hide(); });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });

  const dark = () => (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const name = () => { theme.textContent = dark() ? "Light" : "Dark"; };
  theme.hidden = false;
  theme.addEventListener("click", () => { root.dataset.theme = dark() ? "light" : "dark"; name(); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", name);
  name();
})();
