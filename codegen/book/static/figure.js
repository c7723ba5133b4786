/* Draws the functions of window.closedformFigure: two densities, the terms as bars, the negative gradient as arrows. */
"use strict";

(() => {
  const root = document.querySelector("[data-figure]");
  const given = window.closedformFigure;
  if (!root || !given) return;
  const inputs = given.parameters.map((name) => root.querySelector(`input[data-parameter="${name}"]`));
  const across = inputs[given.parameters.indexOf(given.moved[0])];
  const up = inputs[given.parameters.indexOf(given.moved[1])];
  const SVG = "http://www.w3.org/2000/svg";

  function element(name, attributes, parent) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (parent) parent.append(made);
    return made;
  }

  const values = () => inputs.map((input) => Number(input.value));
  const shown = (value) => (Math.abs(value) < 5e-4 ? "0.000" : value.toFixed(3)).replace("-", "\u2212");

  /* ---- densities: x from -6 to 6; what is higher than the frame runs out of it */
  const densities = root.querySelector("[data-densities]");
  const box = densities.viewBox.baseVal;
  const curves = given.densities.map((_, index) => element("path", { class: `law${index + 1}` }, densities));
  function drawDensities(parameters) {
    given.densities.forEach((density, index) => {
      let path = "";
      for (let step = 0; step <= 360; step += 1) {
        const x = -6 + step / 30;
        const y = box.height - 18 - Math.min(density(x, ...parameters), 4) * (box.height - 30);
        path += `${step ? "L" : "M"}${(step / 360 * box.width).toFixed(1)} ${Math.max(y, -5).toFixed(1)}`;
      }
      curves[index].setAttribute("d", path);
    });
  }
  for (let x = -4; x <= 4; x += 2) {
    const text = element("text", { x: (x + 6) / 12 * box.width, y: box.height - 4, "text-anchor": "middle" }, densities);
    text.textContent = String(x).replace("-", "\u2212");
  }

  /* ---- terms: bars from the middle, one scale for all of them */
  const bars = [...root.querySelectorAll("[data-bar]")];
  function drawTerms(parameters) {
    const found = [...given.terms, given.total].map((term) => term(...parameters));
    const scale = Math.max(1, ...found.filter(Number.isFinite).map(Math.abs));
    bars.forEach((bar, index) => {
      const part = 50 * Math.min(Math.abs(found[index]) / scale, 1);
      bar.firstElementChild.style.left = `${found[index] < 0 ? 50 - part : 50}%`;
      bar.firstElementChild.style.width = `${part}%`;
      bar.parentElement.querySelector("output").textContent = shown(found[index]);
    });
  }

  /* ---- the plane of the two parameters of law 1 */
  const plane = root.querySelector("[data-plane]");
  const side = plane.viewBox.baseVal.width;
  const arrows = element("g", { class: "arrows" }, plane);
  const pull = element("path", { class: "pull" }, plane);
  const dot = element("circle", { r: 5, class: "dot" }, plane);
  const range = (input) => [Number(input.min), Number(input.max)];
  const [xs, ys] = [range(across), range(up)];
  const toX = (value) => (value - xs[0]) / (xs[1] - xs[0]) * side;
  const toY = (value) => side - (value - ys[0]) / (ys[1] - ys[0]) * side;

  function at(parameters, x, y) {
    const moved = [...parameters];
    moved[given.parameters.indexOf(given.moved[0])] = x;
    moved[given.parameters.indexOf(given.moved[1])] = y;
    return moved;
  }

  /* An arrow against the gradient; its length tells large from small without running over its neighbours. */
  function arrow(parameters, x, y, longest) {
    const [gx, gy] = given.gradient.map((by) => -by(...at(parameters, x, y)));
    const [dx, dy] = [gx / (xs[1] - xs[0]), -gy / (ys[1] - ys[0])];
    const size = Math.hypot(dx, dy);
    if (!Number.isFinite(size) || size < 1e-9) return "";
    const length = longest * Math.tanh(3 * size) / size;
    const [ax, ay] = [toX(x), toY(y)];
    const [bx, by] = [ax + dx * length, ay + dy * length];
    const [ux, uy] = [(bx - ax) * 0.3, (by - ay) * 0.3];
    return `M${ax.toFixed(1)} ${ay.toFixed(1)}L${bx.toFixed(1)} ${by.toFixed(1)}`
      + `M${(bx - ux - uy * 0.6).toFixed(1)} ${(by - uy + ux * 0.6).toFixed(1)}L${bx.toFixed(1)} ${by.toFixed(1)}`
      + `L${(bx - ux + uy * 0.6).toFixed(1)} ${(by - uy - ux * 0.6).toFixed(1)}`;
  }

  function drawPlane(parameters) {
    let path = "";
    for (let i = 0; i < 11; i += 1) {
      for (let j = 0; j < 11; j += 1) {
        path += arrow(parameters, xs[0] + (i + 0.5) / 11 * (xs[1] - xs[0]), ys[0] + (j + 0.5) / 11 * (ys[1] - ys[0]), side / 14);
      }
    }
    arrows.replaceChildren(element("path", { d: path }));
    const [x, y] = [Number(across.value), Number(up.value)];
    pull.setAttribute("d", arrow(parameters, x, y, side / 5));
    dot.setAttribute("cx", toX(x));
    dot.setAttribute("cy", toY(y));
  }

  function draw() {
    const parameters = values();
    inputs.forEach((input, index) => {
      input.parentElement.querySelector("output").textContent = parameters[index].toFixed(2).replace("-", "\u2212");
    });
    drawDensities(parameters);
    drawTerms(parameters);
    drawPlane(parameters);
  }

  function goTo(event) {
    const frame = plane.getBoundingClientRect();
    across.value = xs[0] + (event.clientX - frame.left) / frame.width * (xs[1] - xs[0]);
    up.value = ys[1] - (event.clientY - frame.top) / frame.height * (ys[1] - ys[0]);
    draw();
  }
  plane.addEventListener("pointerdown", (event) => {
    plane.setPointerCapture(event.pointerId);
    goTo(event);
  });
  plane.addEventListener("pointermove", (event) => {
    if (plane.hasPointerCapture(event.pointerId)) goTo(event);
  });
  for (const input of inputs) input.addEventListener("input", draw);
  draw();
})();
