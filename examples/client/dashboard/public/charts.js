/** The last minute of each reading as a number and a line, with a gap where there was no connection. */
// @ts-nocheck: this is the browser's world, whose types the project does not load.

const MINUTE = 60_000;
/** Readings come every second: where two are further apart, some are missing. */
const GAP = 2500;

/** One chart for each `<article data-reading>`. */
export class Charts {
  /** When notes were made. */
  marks = [];
  #cards;
  #readings = [];
  /** The server's time, and ours when it was that. */
  #clock = { theirs: 0, ours: 0 };

  constructor(section) {
    this.#cards = Array.from(section.querySelectorAll("article"), (article) => new Card(article));
  }

  /** Readings come in order; those that are known already are passed over. */
  add(readings) {
    const last = this.#readings.at(-1)?.at ?? 0;
    this.#readings.push(...readings.filter(({ at }) => at > last));
    if (this.#readings.length === 0) return;
    this.#clock = { theirs: this.#readings.at(-1).at, ours: performance.now() };
    this.draw();
  }

  /** Time goes on without readings, too. */
  draw() {
    if (this.#readings.length === 0) return;
    const { theirs, ours } = this.#clock;
    const silence = performance.now() - ours;
    const now = silence > GAP ? theirs + silence : theirs;
    this.#readings = this.#readings.filter(({ at }) => at > now - MINUTE - GAP);
    for (const card of this.#cards) card.draw(this.#readings, { now, marks: this.marks });
  }
}

class Card {
  #options;
  #number = document.createElement("p");
  #lines = svg("svg", { viewBox: "0 0 60 100", preserveAspectRatio: "none", "aria-hidden": "true" });

  constructor(article) {
    this.#options = article.dataset;
    this.#number.className = "number";
    article.append(this.#number, this.#lines);
  }

  draw(readings, { now, marks }) {
    const { reading, digits, unit, most } = this.#options;
    const points = readings.map((one) => ({ x: toX(one.at, now), at: one.at, value: one[reading] }));
    if (points.length > 0) this.#show(points.at(-1).value.toFixed(digits), unit);
    const top = Math.max(most, ...points.map(({ value }) => value)) * 1.05;
    const toY = (value) => 100 - (100 * value) / top;
    const parts = unbroken(points);
    this.#lines.replaceChildren(
      ...gaps(parts, now).map(([from, to]) =>
        svg("rect", { class: "gap", x: from, y: 0, width: to - from, height: 100 }),
      ),
      ...marks
        .filter((at) => at > now - MINUTE)
        .map((at) => svg("path", { class: "note", d: `M${toX(at, now)} 0V100` })),
      ...parts.flatMap((part) => {
        const line = part.map(({ x, value }) => `${x.toFixed(2)} ${toY(value).toFixed(2)}`).join("L");
        const [first, last] = [part[0].x.toFixed(2), part.at(-1).x.toFixed(2)];
        return [
          svg("path", { class: "area", d: `M${first} 100L${line}L${last} 100Z` }),
          svg("path", { class: "line", d: `M${line}` }),
        ];
      }),
    );
  }

  #show(text, unit) {
    if (this.#number.textContent === `${text} ${unit}`) return;
    const small = document.createElement("small");
    small.textContent = ` ${unit}`;
    this.#number.replaceChildren(text, small);
  }
}

/** Seconds from the left edge. */
function toX(at, now) {
  return 60 - (now - at) / 1000;
}

/** The runs of points that nothing is missing between. */
function unbroken(points) {
  const parts = [];
  for (const point of points) {
    const part = parts.at(-1);
    if (part !== undefined && point.at - part.at(-1).at <= GAP) part.push(point);
    else parts.push([point]);
  }
  return parts;
}

/** From where to where something is missing: between the parts, and behind the last one. */
function gaps(parts, now) {
  const between = parts.slice(1).map((part, index) => [parts[index].at(-1).x, part[0].x]);
  const last = parts.at(-1)?.at(-1);
  return last !== undefined && now - last.at > GAP ? [...between, [last.x, 60]] : between;
}

function svg(tag, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}
