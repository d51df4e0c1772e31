"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const root = document.documentElement;
  const prefersDark = matchMedia("(prefers-color-scheme: dark)");
  let chosen = null;
  const paint = () => { root.dataset.theme = chosen ?? (prefersDark.matches ? "dark" : "light"); };
  prefersDark.addEventListener("change", paint);
  byId("theme").addEventListener("click", () => { chosen = root.dataset.theme === "dark" ? "light" : "dark"; paint(); });
  paint();

  // What is wider than its place can be scrolled by keyboard.
  const reachable = (part) => all(".statement, pre", part).forEach((box) => { if (box.scrollWidth > box.clientWidth) box.tabIndex = 0; });
  reachable(document);

  // What unfolds is kept compressed, and set when it is asked for.
  let folded = null;
  const unpacked = (async () => {
    const bytes = Uint8Array.from(atob(byId("folded").textContent), (sign) => sign.charCodeAt(0));
    folded = await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).json();
  })();
  const unfold = (part) => {
    if (part.dataset.fold) part.insertAdjacentHTML("beforeend", folded[part.dataset.fold]);
    delete part.dataset.fold;
  };
  // The claims of other papers are there once the page has been shown.
  const complete = (async () => {
    await unpacked;
    await new Promise((done) => setTimeout(done));
    all(".paper").forEach(unfold);
  })();
  document.addEventListener("toggle", async ({ target }) => {
    if (!target.open) return;
    await unpacked;
    unfold(target);
    reachable(target);
  }, true);
  addEventListener("beforeprint", () => {
    // What unfolds may hold what unfolds.
    for (let parts = folded ? all("[data-fold]") : []; parts.length; parts = all("[data-fold]")) parts.forEach(unfold);
  });

  // A link into a folded part unfolds it, and moves the focus there.
  const visit = async () => {
    const name = decodeURIComponent(location.hash.slice(1).split("?")[0]), derivation = byId(`derivation-${name.match(/^step-([^-]+)-/)?.[1]}`);
    if (derivation) { await unpacked; unfold(derivation); }
    if (!byId(name)) await complete;
    const target = byId(name);
    if (!target) return;
    for (let part = target.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
    if (target.matches(".claim, .display")) { target.tabIndex = -1; target.focus({ preventScroll: true }); }
    target.scrollIntoView({ behavior: "instant" });
  };
  addEventListener("hashchange", visit);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (link && link.hash === location.hash && !event.defaultPrevented) visit();
  });
  addEventListener("load", visit);

  // Search: every word must occur; a number must be one of the claim's numbers, not a part of one.
  const NUMBER = /^\(?([a-z]?\.?\d+(?:\.\d+)*)\)?$/, NUMBERS = /[a-z]?\.?\d+(?:\.\d+)*/g;
  let entries = null;
  const plain = (html) => html.replace(/<[^>]*>/g, "");
  const index = () => all(".claim").map((claim) => {
    const { status, kernel = "", kind = "", number } = claim.dataset, source = claim.querySelector(".id").textContent;
    const paper = claim.closest(".paper")?.id.slice(6) ?? "";
    const title = claim.querySelector(".title").textContent;
    const own = number.toLowerCase().match(NUMBERS) ?? [];
    return {
      id: claim.id, title, number: number || claim.id, fields: { status, kernel, kind, paper }, own,
      numbers: [...own, ...(`${source} ${claim.id}`.toLowerCase().match(NUMBERS) ?? [])],
      head: `${claim.id} ${source} ${title}`.toLowerCase(), text: (claim.textContent + plain(folded?.[claim.id] ?? "")).toLowerCase(),
    };
  });
  // How well a claim fits a word, 0 if it does not.
  const fit = (entry, word) => {
    const [, field, value] = word.match(/^(status|kernel|kind|paper):(.*)$/) ?? [];
    if (field) return entry.fields[field].startsWith(value) && (value || entry.fields[field]) ? 1 : 0;
    const number = word.match(NUMBER)?.[1];
    if (number && /[a-z.]/.test(number)) return entry.own.includes(number) ? 4 : entry.numbers.includes(number) ? 2 : 0;
    return entry.head.includes(word) ? 2 : entry.text.includes(word) ? 1 : 0;
  };
  const search = async () => {
    await complete;
    entries ??= index();
    const words = byId("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const hits = [];
    for (const entry of words.length ? entries : []) {
      const fits = words.map((word) => fit(entry, word));
      if (fits.every(Boolean)) hits.push([fits.reduce((a, b) => a + b), entry]);
    }
    hits.sort((a, b) => b[0] - a[0]);
    byId("found").textContent = words.length ? (hits.length ? `${hits.length} of ${entries.length}` : "No claim fits.") : "";
    byId("hits").replaceChildren(...hits.map(([, { id, number, title, fields }]) => {
      const item = document.createElement("li"), link = document.createElement("a"), badge = document.createElement("span");
      link.href = `#${id}`;
      link.textContent = number;
      badge.className = `badge ${fields.status}`;
      badge.textContent = fields.status;
      item.append(link, " ", badge, ` ${title}`);
      return item;
    }));
  };
  byId("search").addEventListener("input", search);
  addEventListener("keydown", (event) => {
    const active = document.activeElement;
    if (event.key === "/" && !/INPUT|SELECT|TEXTAREA/.test(active.tagName)) { event.preventDefault(); byId("search").focus(); }
    if (event.key === "Escape" && active === byId("search")) { active.value = ""; search(); }
  });

  // The graph: lines between the claims, drawn once the reader comes near it.
  const map = byId("map"), sheet = map.querySelector("svg"), nodes = all(".node", map), preview = byId("preview");
  const named = new Map(nodes.map((node) => [node.hash.slice(1), node]));
  const edges = nodes.flatMap((node) => node.dataset.on.split(" ").filter((name) => named.has(name)).map((name) => {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("class", named.get(name).classList.contains("proved") ? "edge" : "edge open");
    return { from: named.get(name), to: node, path };
  }));
  const draw = () => {
    const origin = map.getBoundingClientRect();
    sheet.setAttribute("viewBox", `0 0 ${origin.width} ${origin.height}`);
    const boxes = new Map(nodes.map((node) => [node, node.getBoundingClientRect()]));
    for (const { from, to, path } of edges) {
      const a = boxes.get(from), b = boxes.get(to);
      const x1 = a.left + a.width / 2 - origin.left, x2 = b.left + b.width / 2 - origin.left;
      const down = b.top > a.top, level = Math.abs(b.top - a.top) < 2;
      const y1 = (down || level ? a.bottom : a.top) - origin.top, y2 = (down ? b.top : b.bottom) - origin.top;
      const bend = level ? 14 : (y2 - y1) / 2;
      path.setAttribute("d", `M${x1.toFixed(1)} ${y1.toFixed(1)}C${x1.toFixed(1)} ${(y1 + bend).toFixed(1)} ${x2.toFixed(1)} ${(level ? y2 + bend : y2 - bend).toFixed(1)} ${x2.toFixed(1)} ${y2.toFixed(1)}`);
    }
    sheet.replaceChildren(...edges.map((edge) => edge.path));
  };
  new IntersectionObserver((seen, observer) => {
    if (!seen.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    new ResizeObserver(draw).observe(map);
  }, { rootMargin: "400px" }).observe(map);
  addEventListener("beforeprint", draw);

  const light = (node) => {
    const on = new Set([node]);
    for (const [near, far] of [["to", "from"], ["from", "to"]]) {
      const reached = new Set([node]);
      for (const held of reached) for (const edge of edges) if (edge[near] === held) reached.add(edge[far]);
      reached.forEach((held) => on.add(held));
    }
    // All claims that are joined to it stand out, and its own lines: all lines together cannot be read.
    for (const { from, to, path } of edges) path.classList.toggle("on", from === node || to === node);
    nodes.forEach((held) => held.classList.toggle("on", on.has(held)));
    map.classList.add("lit");
  };
  let kept = null, returning = false;
  const close = () => {
    const node = preview.contains(document.activeElement) ? kept : null;
    preview.hidden = true;
    map.classList.remove("lit");
    kept = null;
    returning = true;
    node?.focus();
    returning = false;
  };
  const show = (node, keep) => {
    const claim = byId(node.hash.slice(1)), open = document.createElement("a");
    kept = keep ? node : null;
    open.href = node.hash;
    open.textContent = "Open the claim";
    const shown = all(".heading > *, .badges, header + .statement", claim);
    preview.replaceChildren(...shown.map((part) => {
      const copy = part.cloneNode(true), box = document.createElement("div");
      copy.removeAttribute("tabindex");
      box.append(...copy.childNodes);
      box.className = part.className;
      return box;
    }), open);
    if (keep) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = "Close";
      button.addEventListener("click", close);
      preview.append(" ", button);
    }
    preview.hidden = false;
    const box = node.getBoundingClientRect(), size = preview.getBoundingClientRect(), margin = 8;
    const below = box.bottom + margin + size.height < innerHeight;
    preview.style.left = `${Math.max(margin, Math.min(box.left, root.clientWidth - size.width - margin))}px`;
    preview.style.top = `${Math.max(margin, below ? box.bottom + margin : box.top - margin - size.height)}px`;
    light(node);
  };
  for (const node of nodes) {
    node.addEventListener("pointerenter", () => { if (!kept) show(node, false); });
    node.addEventListener("pointerleave", () => { if (!kept) close(); });
    node.addEventListener("focus", () => { if (!kept && !returning && node.matches(":focus-visible")) show(node, false); });
    node.addEventListener("blur", () => { if (!kept) close(); });
    node.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      show(node, true);
      preview.querySelector("a").focus({ preventScroll: true });
    });
  }
  preview.addEventListener("click", (event) => { if (event.target.closest("a")) close(); });
  addEventListener("keydown", (event) => { if (event.key === "Escape" && !preview.hidden) close(); });
  addEventListener("pointerdown", (event) => { if (kept && !event.target.closest("#preview, .node")) close(); });
  addEventListener("scroll", () => { if (!kept) { preview.hidden = true; map.classList.remove("lit"); } }, { passive: true });
})();
