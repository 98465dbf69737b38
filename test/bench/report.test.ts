/** What the bench prints and draws, from runs that are made by hand. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { ServerName } from "../../bench/model.ts";
import { report } from "../../bench/report/report.ts";
import { renderTables } from "../../bench/report/table.ts";
import { outcome, run, steady } from "./runs.ts";

const folder = mkdtempSync(join(tmpdir(), "antiphon-report-"));
afterAll(() => rmSync(folder, { recursive: true }));

const echo = run([
  outcome("echo-100x16x64-text", "antiphon", steady(1.2)),
  outcome("echo-100x16x64-text", "ws", steady(7.8)),
  outcome("echo-100x16x64-text", "bun", steady(0.6), "the load was the limit"),
  outcome("echo-100x16x64-text", "socket.io", [], "cannot: there is no such thing"),
]);

describe("a table", () => {
  test("has figures, ratios with a sign, intervals, rates and notes", () => {
    const lines = renderTables(echo, { columns: 100, colour: false }).split("\n");

    expect(lines.slice(0, 12)).toEqual([
      "Echo",
      "",
      "Title of echo-100x16x64-text (CPU µs per message)",
      "                   antiphon        ws socket.io       bun",
      "                       1.20      7.82   cannot¹    0.601²",
      "  times antiphon              ▲ 6.50x             ▼ 0.50x",
      "  interval                  6.50-6.50           0.50-0.50",
      "  messages/s           832k      128k               1.66M",
      "  p99 ms              0.120     0.782               0.060",
      "",
      "¹ cannot: there is no such thing",
      "² the load was the limit",
    ]);
  });

  test("is within its columns, however many servers there are", () => {
    const names: ServerName[] = [
      "antiphon",
      "antiphon-iterator",
      "antiphon-receive",
      "ws",
      "ws+native",
      "crossws",
      "socket.io",
      "bun",
      "antiphon-on-bun",
      "net",
      "http",
    ];
    const all = run(names.map((name, at) => outcome("x", name, steady(10 ** (at % 6)), "a long note ".repeat(20))));

    for (const columns of [72, 100]) {
      const lines = renderTables(all, { columns, colour: false }).split("\n");
      const legend = lines.findIndex((line) => line.startsWith("times antiphon:"));
      for (const line of lines.slice(0, legend)) expect(line.length).toBeLessThanOrEqual(columns);
      for (const name of ["antiphon", "ws+native", "on bun", "http"]) expect(lines.join("\n")).toContain(name);
    }
  });

  test("is coloured on request, and says the same", () => {
    const plain = renderTables(echo, { columns: 100, colour: false });
    const coloured = renderTables(echo, { columns: 100, colour: true });

    expect(coloured).toContain("\u001b[32m");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is taken out.
    expect(coloured.replace(/\u001b\[\d+m/g, "")).toBe(plain);
  });

  test("says that a few rounds are too few", () => {
    const few = run([outcome("a", "antiphon", [1, 1]), outcome("a", "ws", [9, 9])], 2);
    const text = renderTables(few, { columns: 100, colour: false });

    expect(text).toContain("2 rounds are too few");
    expect(text).not.toContain("▲ 9");
  });
});

describe("the files of a report", () => {
  test("are the whole run with its ratios and goals, and a picture for light and for dark", async () => {
    const written: string[] = [];
    const [json, svg] = [join(folder, "deep", "run.json"), join(folder, "pictures", "bench.svg")];

    await report(echo, { json, svg, columns: 100, colour: false, write: (text) => written.push(text) });

    const saved = JSON.parse(readFileSync(json, "utf8"));
    expect(saved).toMatchObject(JSON.parse(JSON.stringify(echo)));
    expect(saved.ratios).toContainEqual(
      expect.objectContaining({ scenario: "echo-100x16x64-text", server: "ws", to: "antiphon", verdict: "ahead" }),
    );
    expect(saved.goals.length).toBeGreaterThan(20);
    const pictures = ["light", "dark"].map((name) =>
      readFileSync(join(folder, "pictures", `bench-${name}.svg`), "utf8"),
    );
    for (const picture of pictures) {
      expect(picture).toMatch(/<title id="t">[^<]+<\/title>\n<desc id="d">[^<]*Antiphon 1\.20, ws 7\.82 \(6\.50 times/);
      expect(picture).toContain("Some &lt;fast&gt; CPU");
      // One for each server that has figures.
      expect(picture.match(/<rect x=/g)).toHaveLength(3);
    }
    expect(new Set(pictures).size).toBe(2);
    expect(written.join("")).toContain("Goals");
  });

  test("are none if nobody asks", async () => {
    const written: string[] = [];

    await report(echo, { columns: 100, write: (text) => written.push(text) });

    expect(written).toHaveLength(1);
  });
});

test("bars keep to their place: the longest, its figure and its ratio end within the picture", async () => {
  const wide = run([
    outcome("a", "antiphon", steady(1)),
    outcome("a", "ws+native", steady(1e6)),
    outcome("b", "antiphon", steady(0.0001)),
  ]);
  await report(wide, { svg: join(folder, "wide.svg"), columns: 100, colour: false, write: () => {} });
  const picture = readFileSync(join(folder, "wide-light.svg"), "utf8");

  const bars = [...picture.matchAll(/<rect x="(\d+)" y="[\d.]+" width="([\d.]+)"/g)].map(
    ([, x, width]) => Number(x) + Number(width),
  );
  expect(bars).toHaveLength(3);
  expect(Math.max(...bars)).toBeLessThan(500);
  expect(picture).not.toContain("NaN");
});
