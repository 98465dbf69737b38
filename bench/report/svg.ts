/** What pictures have in common: a card with a title and a description, in the colours of a light or of a dark page. */

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Colours of one scheme. Text on `background` has a contrast of at least 4.5. */
export interface Theme {
  readonly name: "light" | "dark";
  readonly background: string;
  readonly text: string;
  readonly muted: string;
  readonly rule: string;
  /** Antiphon's. */
  readonly ours: string;
  readonly peer: string;
  /** What is no peer but a floor: bare `net`. */
  readonly floor: string;
}

export const THEMES: readonly Theme[] = [
  {
    name: "light",
    background: "#ffffff",
    text: "#1f2328",
    muted: "#59636e",
    rule: "#d1d9e0",
    ours: "#1a7f64",
    peer: "#a9b4c0",
    floor: "#dde3e9",
  },
  {
    name: "dark",
    background: "#0d1117",
    text: "#f0f6fc",
    muted: "#9aa5b1",
    rule: "#3d444d",
    ours: "#3fc5a0",
    peer: "#59636f",
    floor: "#30363d",
  },
];

/** The width of all pictures: at half of it, as on a phone, letters of 20 are still 10 pixels high. */
export const WIDTH = 720;

/** Left free on all sides. */
export const MARGIN = 24;

/** What a picture says to those who do not see it, and what is in it. */
export interface Picture {
  readonly height: number;
  readonly title: string;
  readonly description: string;
  readonly body: string;
}

/** A whole SVG file. */
export function renderPicture({ height, title, description, body }: Picture, theme: Theme): string {
  const { background, text, muted, ours, rule } = theme;
  const font = "system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif";
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="t d">`,
    `<title id="t">${escapeText(title)}</title>`,
    `<desc id="d">${escapeText(description)}</desc>`,
    `<style>text{font:20px ${font};fill:${text}}.big{font-size:25px;font-weight:600}.strong{font-weight:600}.muted{fill:${muted}}.small{font-size:18px}.ours{fill:${ours}}.rule{stroke:${rule}}.end{text-anchor:end}.middle{text-anchor:middle}</style>`,
    `<rect width="${WIDTH}" height="${height}" rx="12" fill="${background}"/>`,
    body,
    "</svg>\n",
  ].join("\n");
}

/** Writes `x-light.svg` and `x-dark.svg` for `x.svg`, as a `<picture>` of a page wants them. Gives their paths. */
export function writePictures(file: string, picture: (theme: Theme) => Picture): readonly string[] {
  return THEMES.map((theme) => {
    const path = `${file.replace(/\.svg$/, "")}-${theme.name}.svg`;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, renderPicture(picture(theme), theme));
    return path;
  });
}

/** A picture that is filled from top to bottom. */
export class Sheet {
  /** How far it is filled. */
  y = 0;
  readonly #parts: string[] = [];

  /** A line of text, its foot so far below what is there. `name`: its classes. */
  line(below: number, content: string, name = ""): void {
    this.y += below;
    this.add(text(MARGIN, this.y, content, name));
  }

  rule(): void {
    this.add(`<path class="rule" d="M${MARGIN} ${this.y}H${WIDTH - MARGIN}"/>`);
  }

  space(height: number): void {
    this.y += height;
  }

  add(element: string): void {
    this.#parts.push(element);
  }

  get body(): string {
    return this.#parts.join("\n");
  }
}

/** A line of text. `name`: its classes. */
export function text(x: number, y: number, content: string, name = ""): string {
  return `<text x="${round(x)}" y="${round(y)}"${name === "" ? "" : ` class="${name}"`}>${escapeText(content)}</text>`;
}

/** Lines of at most so many letters, at words. */
export function wrapWords(content: string, letters: number): readonly string[] {
  const lines: string[] = [];
  for (const word of content.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= letters) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** As many digits as a picture shows. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

export function escapeText(content: string): string {
  return content.replace(/[&<>"]/g, (sign) => ESCAPES[sign]!);
}

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
