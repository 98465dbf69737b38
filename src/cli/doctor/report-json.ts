/** The report for machines: one object with every step, its findings, and what is known about each. */

import { knowledgeOf } from "./knowledge.ts";
import { countFindings } from "./report-text.ts";
import type { StepReport } from "./step.ts";

/** The object that `antiphon doctor --json` prints. `meaning` and `remedy` of a step are those of its worst finding. */
export function toJson(url: string, reports: readonly StepReport[]) {
  const { crosses, warnings } = countFindings(reports);
  return { url, ok: crosses === 0, crosses, warnings, steps: reports.map(stepJson) };
}

function stepJson({ id, title, status, summary, milliseconds, details, findings }: StepReport) {
  const known = findings.map((found) => {
    const { title, means, remedy } = knowledgeOf(found);
    return {
      id: found.id,
      status: found.severity,
      title,
      seen: found.seen,
      meaning: means,
      remedy,
      proxy: found.proxy,
    };
  });
  const worst = known.find((one) => one.status === "failed") ?? known[0];
  const { meaning = null, remedy = null } = worst ?? {};
  return { id, title, status, summary, milliseconds, details, meaning, remedy, findings: known };
}
