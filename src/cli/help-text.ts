/** Examples under the help of a command, in columns. */

/** For `addHelpText("after", …)`: a command line and what it is for, each. */
export function examples(lines: readonly (readonly [line: string, meaning: string])[]): string {
  const width = Math.max(...lines.map(([line]) => line.length));
  const rows = lines.map(([line, meaning]) => `  ${line.padEnd(width)}   ${meaning}`.trimEnd());
  return `\nExamples:\n${rows.join("\n")}`;
}
