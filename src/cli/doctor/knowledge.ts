/** All that the doctor knows, by id: one truth for `antiphon doctor` and for docs/troubleshooting.md. */

import { addressKnowledge } from "./knowledge/address.ts";
import { answerKnowledge } from "./knowledge/answers.ts";
import { closeCodeKnowledge } from "./knowledge/close-codes.ts";
import type { Knowledge } from "./knowledge/entry.ts";
import { handshakeKnowledge } from "./knowledge/handshake.ts";
import { openedKnowledge } from "./knowledge/opened.ts";
import { tlsKnowledge } from "./knowledge/tls.ts";
import type { Finding } from "./step.ts";

const all = {
  ...addressKnowledge,
  ...tlsKnowledge,
  ...handshakeKnowledge,
  ...answerKnowledge,
  ...openedKnowledge,
  ...closeCodeKnowledge,
} as const;

/** The name of a piece of knowledge: the anchor of its section in docs/troubleshooting.md. */
export type KnowledgeId = keyof typeof all;

/** Everything, in the order of the steps. */
export const knowledge: Readonly<Record<KnowledgeId, Knowledge>> = all;

/** Where the page lies that is made of it. */
export const TROUBLESHOOTING_PAGE = "docs/troubleshooting.md";

/** A finding: the piece of knowledge, and what was seen. */
export function finding(id: KnowledgeId, seen: string, proxy?: string): Finding {
  return { id, seen, severity: knowledge[id].severity, ...(proxy !== undefined && { proxy }) };
}

/** What is known about a finding. */
export function knowledgeOf({ id }: Pick<Finding, "id">): Knowledge {
  return knowledge[id as KnowledgeId];
}
