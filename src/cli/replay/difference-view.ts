/** Differences between answers as lines for people. */

import type { Message } from "../../client/index.ts";
import { messageInWords } from "../message-view.ts";
import type { Terminal } from "../terminal.ts";
import { visible } from "../words.ts";
import type { Difference } from "./compare.ts";

/** More are counted only. */
const MOST = 50;
/** Characters of a message, and those of them before the first that differs. */
const LONGEST = 160;
const BEFORE = 40;

/** What is compared. `lines`: the line of the file for each recorded one. */
export interface Compared {
  readonly recorded: readonly Message[];
  readonly lines: readonly number[];
  readonly now: readonly Message[];
}

/** A head for each difference, the recorded answer behind a minus, that of now behind a plus. */
export function differencesInWords(all: readonly Difference[], compared: Compared, terminal: Terminal): string[] {
  const lines = all.slice(0, MOST).flatMap((difference) => describe(difference, compared, terminal));
  return all.length > MOST ? [...lines, `… and ${all.length - MOST} more differences`] : lines;
}

function describe({ recorded, now }: Difference, compared: Compared, terminal: Terminal): string[] {
  const old = recorded === undefined ? undefined : wordsOf(compared.recorded[recorded]!);
  const young = now === undefined ? undefined : wordsOf(compared.now[now]!);
  const from = old !== undefined && young !== undefined ? firstDifference(old, young) : 0;
  const head =
    recorded === undefined
      ? `answer ${now! + 1} was not there in the recording`
      : `answer ${recorded + 1} (line ${compared.lines[recorded]}) ${now === undefined ? "did not come" : "differs"}`;
  return [
    terminal.style("bold", head),
    ...(old === undefined ? [] : [terminal.style("red", `- ${excerpt(old, from)}`)]),
    ...(young === undefined ? [] : [terminal.style("green", `+ ${excerpt(young, from)}`)]),
  ];
}

/** The kind is told, too: the same letters may come as text and as bytes. */
function wordsOf(message: Message): string {
  const plain = { pretty: false, colour: false, columns: LONGEST };
  if (typeof message === "string") return message === "" ? "(empty text)" : visible(message).replaceAll("\n", "\\n");
  return `${message.length} ${message.length === 1 ? "byte" : "bytes"}: ${messageInWords(message, plain)}`;
}

function firstDifference(one: string, other: string): number {
  let index = 0;
  while (index < one.length && one[index] === other[index]) index++;
  return index;
}

function excerpt(text: string, from: number): string {
  if (text.length <= LONGEST) return text;
  const start = Math.max(0, Math.min(from - BEFORE, text.length - LONGEST));
  return `${start > 0 ? "…" : ""}${text.slice(start, start + LONGEST)}${start + LONGEST < text.length ? "…" : ""}`;
}
