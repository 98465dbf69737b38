/** Notes below a table: each text once, with a small number that stands at what it is about. */

/** Those of one table. */
export class Footnotes {
  readonly #texts: string[] = [];

  /** The number of this text: `¹`. */
  mark(text: string): string {
    if (!this.#texts.includes(text)) this.#texts.push(text);
    return raised(this.#texts.indexOf(text) + 1);
  }

  /** All of them, with an empty line before, in lines of at most so many letters. */
  lines(columns: number): readonly string[] {
    return this.#texts.flatMap((text, at) => {
      const first = `${raised(at + 1)} `;
      const chunks = text.match(new RegExp(`.{1,${columns - 4}}(?:\\s|$)|\\S+`, "g")) ?? [];
      return [...(at === 0 ? [""] : []), ...chunks.map((chunk, line) => (line === 0 ? first : "  ") + chunk.trimEnd())];
    });
  }
}

function raised(number: number): string {
  return String(number).replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]!);
}
