"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  // The interpreter of exported formulas: on diagonal matrices a product of matrices is one of their diagonals.
  const FORMULAS = /*FORMULAS*/null;
  const polynomial = (terms, lengths) => terms.reduce((total, [number, powers]) =>
    total + powers.reduce((value, [name, power]) => value * lengths[name] ** power, number), 0);
  const bound = (terms, lengths) => terms.map((term) => ({
    weight: polynomial(term.coefficient.above, lengths) / polynomial(term.coefficient.below, lengths),
    closed: term.closed, word: term.word,
  }));
  const power = (value, exponent) => exponent === 1 ? value : exponent === 2 ? value * value : exponent === -1 ? 1 / value : value ** exponent;
  const entry = (word, letters, i) => {
    let value = 1;
    for (const [name, exponent] of word) value *= power(letters[name][i], exponent);
    return value;
  };
  const scalar = ({ word, exponent, scalar: single }, letters, d) => {
    if (single) return power(letters[word[0][0]], word[0][1] * exponent);
    let total = 0;
    for (let i = 0; i < d; i++) total += entry(word, letters, i);
    return power(total, exponent);
  };
  const apply = (terms, letters, d, isScalar) => {
    const values = isScalar ? 0 : new Array(d).fill(0);
    let total = 0;
    for (const term of terms) {
      let factor = term.weight;
      for (const piece of term.closed) factor *= scalar(piece, letters, d);
      if (isScalar) total += factor;
      else for (let i = 0; i < d; i++) values[i] += factor * entry(term.word, letters, i);
    }
    return isScalar ? total : values;
  };
  // A formula at given lengths, as a function of its letters.
  const formula = (name, lengths, d) => {
    const { terms, definitions, constants, scalar: isScalar } = FORMULAS[name];
    const own = bound(terms, lengths);
    const defined = definitions.map(([letter, held]) => [letter, bound(held, lengths)]);
    return (letters) => {
      const all = { ...constants, ...letters };
      for (const [letter, held] of defined) all[letter] ??= apply(held, all, d, false);
      return apply(own, all, d, isScalar);
    };
  };

  // The flow of a diagonal U, U_i' = u gain_i - u^2 drag_i U_i, with u^2 = |U|^2 + imbalance (Lemma A.3): linearly
  // implicit Euler steps, extrapolated, so that a stiff flow takes no more of them. I - kJ is diagonal plus a product of
  // two vectors, and is solved as such.
  const ROWS = 7;
  const integrate = (gain, drag, start, imbalance, end, tolerance, most) => {
    const lastOf = (U) => Math.sqrt(U.reduce((sum, v) => sum + v * v, imbalance));
    const euler = (U, h, n) => {
      const u = lastOf(U), k = h / n;
      const scale = U.map((_, i) => 1 + k * u * u * drag[i]);
      const across = U.map((v, i) => k * (gain[i] - 2 * u * drag[i] * v) / scale[i]);
      const below = U.reduce((rest, v, i) => rest - across[i] * v / u, 1);
      let y = U;
      for (let s = 0; s < n; s++) {
        const v = lastOf(y), step = y.map((x, i) => k * (v * gain[i] - v * v * drag[i] * x) / scale[i]);
        const along = U.reduce((sum, x, i) => sum + step[i] * x / u, 0) / below;
        y = y.map((x, i) => x + step[i] + along * across[i]);
      }
      return y;
    };
    const extrapolated = (U, h) => {
      let row = [];
      for (let n = 1; n <= ROWS; n++) {
        const next = [euler(U, h, n)];
        for (let j = 1; j < n; j++) next.push(next[j - 1].map((x, i) => x + (x - row[j - 1][i]) * (n - j) / j));
        row = next;
      }
      return row.slice(-2);
    };
    let t = 0, U = Float64Array.from(start), h = Math.min(end, 1e-3), steps = 0;
    const path = [[0, [...U, lastOf(U)]]];
    while (t < end && steps < most) {
      steps++;
      h = Math.min(h, end - t);
      const [rough, next] = extrapolated(U, h);
      let error = 0;
      for (let i = 0; i < U.length; i++) error = Math.max(error, Math.abs(next[i] - rough[i]) / (tolerance * (1e-2 + Math.max(Math.abs(U[i]), Math.abs(next[i])))));
      // What overflows is tried again with a shorter step.
      if (!isFinite(error)) { h *= 0.1; continue; }
      if (error <= 1) {
        t = t + h >= end ? end : t + h;
        U = next;
        path.push([t, [...U, lastOf(U)]]);
      }
      h *= Math.min(5, Math.max(0.2, 0.9 * (error || 1e-10) ** (-1 / ROWS)));
    }
    return { path, steps, reached: t };
  };

  // Charts.
  const SVG = "http://www.w3.org/2000/svg";
  const W = 600, H = 400, LEFT = 92, RIGHT = 24, TOP = 14, BOTTOM = 56;
  const element = (parent, tag, attributes, text) => {
    const node = document.createElementNS(SVG, tag);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (text !== undefined) node.textContent = text;
    parent.append(node);
    return node;
  };
  const step = (rough) => { const p = 10 ** Math.floor(Math.log10(rough)); return [1, 2, 5, 10].map((m) => m * p).find((s) => s >= rough); };
  const axis = (low, high, start, end, log) => {
    const f = (v) => log ? Math.log10(v) : v;
    const at = (v) => start + (end - start) * (f(v) - f(low)) / (f(high) - f(low));
    const marks = [];
    if (log) {
      const decades = Math.log10(high / low);
      const every = Math.max(1, Math.ceil(decades / 6));
      for (let e = Math.floor(Math.log10(low)); e <= Math.log10(high); e++) {
        for (const m of decades >= 3 ? [1] : [1, 2, 5]) {
          const v = m * 10 ** e;
          if (v >= low * (1 - 1e-9) && v <= high * (1 + 1e-9) && (m > 1 || e % every === 0)) marks.push(v);
        }
      }
    } else {
      const s = step((high - low) / 5);
      for (let k = Math.ceil(low / s - 1e-9); k * s <= high * (1 + 1e-9); k++) marks.push(k * s);
    }
    return { at, marks };
  };
  const raised = (exponent) => String(exponent).replace(/./g, (sign) => sign === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[sign]);
  const scientific = (v, digits) => {
    const [front, exponent] = v.toExponential(digits).split("e");
    return `${front === "1" ? "" : `${front}·`}10${raised(+exponent)}`;
  };
  const shown = (v) => v !== 0 && (Math.abs(v) < 1e-3 || Math.abs(v) >= 1e5) ? scientific(v, 0) : String(+v.toPrecision(6));
  const chart = (id, { xLabel, yLabel, log, lines, dots, summary }) => {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("class", "chart");
    svg.setAttribute("viewBox", `0 0 ${W} ${H}`);
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", summary);
    const xs = lines.flatMap((l) => l.points.map((p) => p[0])), ys = lines.flatMap((l) => l.points.map((p) => p[1])).filter((v) => isFinite(v) && (!log || v > 0));
    let low = Math.min(...ys), high = Math.max(...ys);
    if (log) { low /= 1.15; high *= 1.15; } else { low = Math.min(0, low); high = high === low ? low + 1 : high + 0.05 * (high - low); }
    const x = axis(Math.min(...xs), Math.max(...xs), LEFT, W - RIGHT, log), y = axis(low, high, H - BOTTOM, TOP, log);
    for (const v of x.marks) {
      element(svg, "path", { class: "grid", d: `M${x.at(v)} ${H - BOTTOM}V${TOP}` });
      element(svg, "text", { x: x.at(v), y: H - BOTTOM + 21, "text-anchor": "middle" }, shown(v));
    }
    for (const v of y.marks) {
      element(svg, "path", { class: "grid", d: `M${LEFT} ${y.at(v)}H${W - RIGHT}` });
      element(svg, "text", { x: LEFT - 8, y: y.at(v) + 5.5, "text-anchor": "end" }, shown(v));
    }
    element(svg, "path", { class: "axis", d: `M${LEFT} ${TOP}V${H - BOTTOM}H${W - RIGHT}` });
    element(svg, "text", { class: "label", x: (LEFT + W - RIGHT) / 2, y: H - 9, "text-anchor": "middle" }, xLabel);
    element(svg, "text", { class: "label", transform: `translate(17 ${(TOP + H - BOTTOM) / 2}) rotate(-90)`, "text-anchor": "middle" }, yLabel);
    for (const line of lines) {
      const d = "M" + line.points.map((p) => `${x.at(p[0]).toFixed(1)} ${y.at(p[1]).toFixed(1)}`).join("L");
      element(svg, "path", { class: `line c${line.colour % 6} ${line.kind ?? ""}`, d });
    }
    for (const [px, py] of dots ?? []) element(svg, "circle", { class: "c1", cx: x.at(px), cy: y.at(py), r: 6 });
    byId(id).replaceChildren(svg);
    byId(id.replace("chart", "keys")).replaceChildren(...lines.filter((line) => line.label).map((line) => {
      const item = document.createElement("li"), key = document.createElement("span");
      key.className = `key line c${line.colour % 6}`;
      item.append(key, line.label);
      return item;
    }));
  };

  // The explorer.
  const FIELDS = {
    N: [1, 100000, true], M: [1, 10000000, true], noise: [0, 1e6, false], b: [-1e3, 1e3, false], c: [1e-3, 1e3, false],
    sigma: [1e-6, 100, false], T: [1e-3, 1e6, false],
  };
  const LABELS = { N: "N", M: "M", noise: "the noise variance", b: "b", c: "c", sigma: "σ", T: "T" };
  const MOST = 10000;
  // Bad input: what is wrong, and in which field.
  class Problem extends Error { constructor(field, message) { super(message); this.field = field; } }
  const numbers = (field, what) => {
    const text = byId(field).value, found = text.split(/[\s,;]+/).filter(Boolean).map(Number);
    if (!found.length || found.some((v) => !isFinite(v))) throw new Problem(field, `${what} must be numbers with commas between, got "${text}".`);
    return found;
  };
  const read = () => {
    const spectrum = numbers("spectrum", "The spectrum"), d = spectrum.length;
    if (spectrum.some((v) => v <= 0)) throw new Problem("spectrum", "Every eigenvalue must be positive.");
    if (d > MOST) throw new Problem("spectrum", `At most ${MOST} eigenvalues are computed here; there are ${d}.`);
    let w = numbers("task", "The task w");
    if (w.length === 1) w = new Array(d).fill(w[0]);
    if (w.length !== d) throw new Problem("task", `w must have one entry or ${d}, as many as the spectrum; it has ${w.length}.`);
    const labels = byId("labels").value;
    if ((labels === "relu" || labels === "sign") && w.every((v) => v === 0)) throw new Problem("task", "These labels need a task w other than 0.");
    const values = { spectrum, d, w, labels };
    for (const [name, [least, most, whole]] of Object.entries(FIELDS)) {
      const value = Number(byId(name).value);
      if (byId(name).value === "" || !(value >= least && value <= most) || (whole && !Number.isInteger(value))) {
        throw new Problem(name, `${LABELS[name]} must be ${whole ? "a whole number" : "a number"} from ${least} to ${most}, got "${byId(name).value}".`);
      }
      values[name] = value;
    }
    return values;
  };
  const error = (p, N, M) => {
    const { spectrum: Lambda, w, d, labels } = p;
    const letters = { Lambda, w, s2: p.noise, c: 0, B: new Array(d).fill(p.b) };
    return formula(labels, { N, M, d }, d)(letters);
  };
  const put = (id, value) => {
    byId(id).dataset.value = value;
    byId(id).textContent = isFinite(value) ? (value !== 0 && (Math.abs(value) < 1e-4 || Math.abs(value) >= 1e7) ? scientific(value, 5) : String(+value.toPrecision(8))) : "–";
  };
  const CHOICES = ["spectrum", "labels", "task", ...Object.keys(FIELDS)];
  // Under an error no number and no curve of an earlier choice is left.
  const clear = () => {
    for (const out of document.querySelectorAll("#numbers dd")) {
      out.textContent = "–";
      delete out.dataset.value;
      delete out.dataset.weights;
    }
    for (const id of ["chart-error", "chart-flow", "keys-error", "keys-flow", "steps"]) byId(id).replaceChildren();
  };
  const update = () => {
    let p = null;
    for (const name of CHOICES) byId(name).removeAttribute("aria-invalid");
    try { p = read(); } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      byId("explore-error").textContent = problem.message;
      byId(problem.field).setAttribute("aria-invalid", "true");
      clear();
      return;
    }
    byId("explore-error").textContent = "";
    const { spectrum: Lambda, d, w, N, M } = p, lengths = { N, M, d };
    byId("dimension").value = d;
    byId("noise").disabled = p.labels === "relu" || p.labels === "sign";
    byId("b").disabled = p.labels !== "quadratic";
    for (const name of ["noise", "b"]) byId(`${name}-range`).disabled = byId(name).disabled;
    const value = error(p, N, M);
    put("out-error", value);
    const scaled = Lambda.map((v) => p.c * v);
    put("out-shift", formula("shift", lengths, d)({ Lambda, Lambda_c: scaled, Lambda_q: scaled, w, s2: p.noise }));
    put("out-least", formula("least loss", lengths, d)({ Lambda }));
    const limit = formula("limit u", lengths, d)({ Lambda }), limits = formula("limit U", lengths, d)({ Lambda });
    put("out-limit", limit);
    // The definitions do not depend on the weights: they are computed once, not at every step.
    const Gamma = apply(bound(FORMULAS["flow U"].definitions[0][1], lengths), { Lambda }, d, false);
    // The flow of U is linear in U and of degree 2 in u, so two values of its formula give both of its coefficients.
    const field = formula("flow U", lengths, d), all = (value) => new Array(d).fill(value);
    const gain = field({ Lambda, Gamma, U: all(0), u: 1 }), drag = field({ Lambda, Gamma, U: all(1), u: 1 }).map((v, i) => gain[i] - v);
    const most = Math.min(6000, Math.max(200, Math.round(1e6 / d)));
    const { path, steps, reached } = integrate(gain, drag, all(p.sigma / Math.sqrt(d)), 0, p.T, d > 100 ? 1e-9 : 1e-12, most);
    const [, last] = path[path.length - 1], complete = reached === p.T;
    put("out-u", complete ? last[d] : NaN);
    byId("out-u").dataset.weights = complete ? last.slice(0, d).join(" ") : "";
    put("out-loss", complete ? formula("loss", lengths, d)({ Lambda, U: last.slice(0, d), u: last[d] }) : NaN);
    byId("steps").textContent = complete ? `${steps} steps.` : `After ${steps} steps, the most for this d, the flow is at t = ${reached.toPrecision(3)}; what is shown ends there. Take a smaller T.`;
    const grid = [], top = Math.max(1000, 10 * M);
    for (let i = 0; i <= 60; i++) grid.push(top ** (i / 60));
    const curve = (n, colour, kind) => ({ colour, kind, label: `N = ${n}`, points: grid.map((m) => [m, error(p, n, m)]) });
    const near = [[Math.max(1, Math.round(N / 4)), 2], [4 * N, 3]].filter(([n]) => n !== N);
    chart("chart-error", {
      xLabel: "prompt length M", yLabel: "error", log: true,
      lines: [...near.map(([n, colour]) => curve(n, colour, "thin")), curve(N, 0)], dots: [[M, value]],
      summary: `The error falls with M; at M = ${M} it is ${value.toPrecision(6)}.`,
    });
    const entries = d <= 6 ? [...Array(d).keys()] : [0, Math.floor(d / 4), Math.floor(d / 2), Math.floor(3 * d / 4), d - 1];
    const thinned = path.filter((_, i) => i % Math.ceil(path.length / 500) === 0 || i === path.length - 1);
    const end = thinned[thinned.length - 1][0];
    chart("chart-flow", {
      xLabel: "time t", yLabel: "weight", log: false,
      lines: [
        ...entries.map((i, k) => ({ colour: k + 1, kind: "dashed", points: [[0, limits[i]], [end, limits[i]]] })),
        { colour: 0, kind: "dashed", points: [[0, limit], [end, limit]] },
        ...entries.map((i, k) => ({ colour: k + 1, label: `U${i + 1},${i + 1}`, points: thinned.map(([t, y]) => [t, y[i]]) })),
        { colour: 0, label: "u", points: thinned.map(([t, y]) => [t, y[d]]) },
      ],
      summary: `u grows from ${p.sigma} towards its limit ${limit.toPrecision(6)}.`,
    });
  };
  let pending = 0;
  // The address keeps the choices, so that a link to it shows the same.
  const keep = () => {
    const chosen = new URLSearchParams(CHOICES.map((name) => [name, byId(name).value]));
    history.replaceState(null, "", `#explore?${chosen}`);
  };
  const later = () => { cancelAnimationFrame(pending); pending = requestAnimationFrame(() => { update(); keep(); }); };
  const follow = (name) => {
    const slider = byId(`${name}-range`), log = slider.dataset.log === "1", v = Number(byId(name).value);
    if (isFinite(v) && (!log || v > 0)) slider.value = log ? Math.log10(v) : v;
  };
  for (const name of Object.keys(FIELDS)) {
    const slider = byId(`${name}-range`), box = byId(name), whole = FIELDS[name][2];
    slider.addEventListener("input", () => {
      const v = slider.dataset.log === "1" ? 10 ** Number(slider.value) : Number(slider.value);
      box.value = whole ? Math.round(v) : Number(v.toPrecision(3));
      later();
    });
    box.addEventListener("input", () => { follow(name); later(); });
  }
  for (const id of ["spectrum", "task", "labels"]) byId(id).addEventListener("input", later);
  const SHAPES = { flat: () => 1, power: (i) => 1 / (i + 1), geometric: (i) => Math.max(0.5 ** i, 1e-300), spike: (i) => i === 0 ? 1 : 0.1 };
  let shape = "power";
  const preset = () => {
    const d = Math.min(MOST, Math.max(1, Math.round(Number(byId("dimension").value) || 1)));
    byId("spectrum").value = Array.from({ length: d }, (_, i) => Number(SHAPES[shape](i).toPrecision(4))).join(", ");
    if (/[\s,;]/.test(byId("task").value.trim())) byId("task").value = "1";
    later();
  };
  byId("dimension").addEventListener("input", preset);
  document.querySelectorAll("[data-shape]").forEach((b) => b.addEventListener("click", () => { shape = b.dataset.shape; preset(); }));
  byId("explorer").addEventListener("submit", (event) => event.preventDefault());
  const restore = () => {
    const [place, chosen] = location.hash.split("?");
    if (place === "#explore" && chosen) for (const [name, value] of new URLSearchParams(chosen)) if (CHOICES.includes(name)) byId(name).value = value;
    Object.keys(FIELDS).forEach(follow);
    update();
  };
  addEventListener("hashchange", restore);
  restore();
})();
