/** Colours of a terminal, or none. */

import { styleText } from "node:util";

export type Style = "bold" | "dim" | "green" | "red" | "reset";

/** `reset`: as the rest. Whether there are colours is for the caller to know: the text may go to a file. */
export function paint(style: Style, text: string, colour: boolean): string {
  return colour && style !== "reset" ? styleText(style, text, { validateStream: false }) : text;
}
