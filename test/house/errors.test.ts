/** The error table of src/errors.ts: a page of the reference is made from it, and every code is its constant's name. */

import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ERRORS_PAGE, errorConstants, errorsPage } from "../../scripts/errors-page.mjs";

const constants = await errorConstants();

describe("src/errors.ts", () => {
  test("is what docs/reference/errors.md says (after a change: npm run docs:errors)", () => {
    const page = existsSync(ERRORS_PAGE) ? readFileSync(ERRORS_PAGE, "utf8") : "";
    expect(page).toBe(errorsPage(constants));
  });

  test("names every constant by its code, so that codes are unique", () => {
    expect(Object.values(constants).map(({ code }) => code)).toEqual(Object.keys(constants));
  });

  test("tells the reader of every error what to do", () => {
    expect(Object.keys(constants).length).toBeGreaterThan(0);
    expect(Object.values(constants).filter(({ remedy }) => !/^[\p{Lu}`].*\.$/su.test(remedy))).toEqual([]);
  });
});

test("the page takes placeholders from the names of the parameters", async () => {
  const page = errorsPage(
    await errorConstants(`
      const digits = (value: string | number) => String(value);
      /** @remedy Wait. */
      export const LATER = { code: "LATER", status: 426, sentence: () => "a|b" };
      /**
       * Too big.
       * @remedy Raise
       * it.
       */
      export const BIG = {
        code: "BIG", closeCode: 1009,
        sentence: (size: number, limit: number) => \`\${digits(size)} of \${digits(limit)}\`,
      };
    `),
  );

  expect(page.split("\n").filter((line) => line.includes("<a id"))).toEqual([
    '| <a id="LATER"></a>`LATER` | a\\|b | 426 | Wait. |',
    '| <a id="BIG"></a>`BIG` | *size* of *limit* | 1009 | Raise it. |',
  ]);
});
