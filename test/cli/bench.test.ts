/** `antiphon bench` as a command: what it prints, in a pipe and on a terminal, its page, and how it ends. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { BenchReport } from "../../src/cli/bench/report.ts";
import type { App } from "../../src/index.ts";
import { chromiumPath, launchChromium } from "../support/chromium.ts";
import { cliInProcess } from "../support/cli-in-process.ts";
import { listeningApp } from "../support/listening-app.ts";
import { runCli, startCli } from "../support/run-cli.ts";

const SHORT = ["--duration", "400ms", "--warmup", "0", "--rate", "500"];

function echo(app: App): void {
  app.ws("/*", { message: (socket, message) => socket.send(message) });
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "antiphon-bench-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test("in a pipe: a report without colour on stdout, and nothing else anywhere", async () => {
  const { url } = await listeningApp(echo);

  const { stdout, stderr, code } = await runCli(["bench", url, ...SHORT, "--connections", "3"]);

  expect(stderr).toBe("");
  expect(code).toBe(0);
  expect(stdout).toContain("3 connections · 500/s in all, open loop · 64 B of text · 400 ms");
  expect(stdout).toContain("200 sent · 200 answered · echoes checked");
  expect(stdout).toMatch(/min +mean +p50 +p90 +p99 +p99\.9 +max\n( +[\d.]+){7}\n/);
  expect(stdout).toMatch(/≤ +[\d.]+ ms +[\d.]+ % █/);
  expect(stdout).not.toContain("\x1b");
});

test("on a terminal: a line of progress, colour, and Ctrl-C gives the report of what there is", async () => {
  const { url } = await listeningApp(echo);
  const bench = startCli(["bench", url, "--duration", "30s", "--warmup", "0"], { pty: true });
  await bench.says(/█.*of 30 s · .*p99 .* · 10 open/);

  bench.type("\x03");

  const { stdout, code } = await bench.exited;
  expect(stdout).toContain("(interrupted)");
  expect(stdout).toMatch(/p99\.9/);
  expect(stdout).toContain("\x1b[36m█");
  expect(code).toBe(130);
});

test("--json and --html: the whole report for machines, and a page that says the same", async () => {
  const { url } = await listeningApp(echo);
  const file = join(folder(), "report.html");

  const closedLoop = ["--in-flight", "4", "--binary", "--size", "1k", "--duration", "300ms", "--warmup", "0"];
  const { stdout, stderr } = await cliInProcess([
    "bench",
    `${url.replace("//", "//anna:secret@")}/<i>`,
    ...closedLoop,
    "--json",
    "--html",
    file,
  ]);

  const report = JSON.parse(stdout) as BenchReport;
  expect(report.parameters).toMatchObject({ inFlight: 4, rate: null, size: 1024, kind: "binary", answers: "echo" });
  expect(report.messages.answered).toBe(report.messages.sent);
  expect(report.latency!.p50).toBeLessThanOrEqual(report.latency!.p99);
  expect(report.series.points.length).toBeGreaterThan(3);
  expect(report.generator.busy).toBeGreaterThan(0);
  expect(stderr).toContain(file);
  const page = readFileSync(file, "utf8");
  expect(page).toContain("4 in flight on each connection (closed loop)");
  expect(page.match(/<svg/g)).toHaveLength(3);
  // All in one file, and nothing in it is markup of somebody else's.
  expect(page).not.toMatch(/<(link|script|img)[^>]+(src|href)="(?!data:)/);
  expect(page).not.toContain("<i>");
  expect(page).not.toContain("NaN");
  // A report is passed on.
  expect(stdout + page).not.toContain("secret");
});

test.skipIf(chromiumPath === undefined)(
  "the page fits a phone and a desk, in light and dark",
  {
    timeout: 60_000,
  },
  async () => {
    const { url } = await listeningApp(echo);
    const file = join(folder(), "report.html");
    await cliInProcess(["bench", url, ...SHORT, "--html", file]);
    const browser = await launchChromium();
    onTestFinished(() => browser.close());

    const looks: Look[] = [];
    for (const [colorScheme, width] of [
      ["light", 1100],
      ["dark", 390],
    ] as const) {
      const page = await browser.newPage({ colorScheme, viewport: { width, height: 800 } });
      await page.goto(`file://${file}`);
      looks.push(await page.evaluate<Look>(LOOK));
    }

    expect(looks).toMatchObject([
      { overflow: 0, background: "rgb(251, 251, 250)", outside: 0 },
      { overflow: 0, background: "rgb(21, 23, 26)", outside: 0 },
    ]);
    // One in each plot, and more of them where no answer came for a while.
    expect(looks[0]!.lines).toBeGreaterThanOrEqual(3);
  },
);

test("what goes wrong is told by kind, and makes the exit code 1", async () => {
  const { url } = await listeningApp((app) => {
    app.ws("/", async (socket) => {
      let count = 0;
      for await (const message of socket) {
        if (++count === 10) await socket.close(4000, "enough");
        else await socket.send(message);
      }
    });
  });

  const [report, refused] = await Promise.all([
    cliInProcess(["bench", url, ...SHORT, "--connections", "2"]),
    cliInProcess(["bench", "ws://127.0.0.1:1/", ...SHORT, "--json"]),
  ]);

  expect(report.code).toBe(1);
  expect(report.stdout).toMatch(/✗ 2 × connection ended: closed with 4000 .*"enough"/);
  expect(refused.code).toBe(1);
  expect(refused.stdout).toBe("");
  expect(JSON.parse(refused.stderr)).toMatchObject({
    exitCode: 1,
    error: expect.stringContaining("connection refused"),
  });
});

test("a page that cannot be written any more does not cost the report", async () => {
  const { url } = await listeningApp(echo);

  const { stdout, stderr, code } = await cliInProcess(["bench", url, ...SHORT, "--html", "/dev/full"]);

  expect(stdout).toMatch(/p99\.9/);
  expect(stderr).toBe("antiphon: --html: /dev/full cannot be written: the disk is full\n");
  expect(code).toBe(1);
});

test("a mistake is told before anything is sent", async () => {
  const mistakes = [
    [["--rate", "5", "--in-flight", "1"], "cannot be used with"],
    [["--rate", "none"], "messages per second"],
    [["--in-flight", "1", "--expect", "none"], "--expect none"],
    [["--html", "/no/such/folder/r.html"], "--html"],
    [["--size", "257M"], "--size is at most 256 MiB"],
  ] as const;

  const results = await Promise.all(mistakes.map(([flags]) => cliInProcess(["bench", "ws://127.0.0.1:1/", ...flags])));

  for (const [index, { stderr, code }] of results.entries()) {
    expect(stderr).toContain(mistakes[index]![1]);
    expect(code).toBe(2);
  }
});

interface Look {
  readonly overflow: number;
  readonly background: string;
  readonly lines: number;
  readonly outside: number;
}

/** What the page looks like; `outside` counts plots of which a line leaves its frame. */
const LOOK = `({
  overflow: document.documentElement.scrollWidth - innerWidth,
  background: getComputedStyle(document.body).backgroundColor,
  lines: document.querySelectorAll("svg path.first:not(.area)").length,
  outside: [...document.querySelectorAll("svg")].filter((svg) => {
    const { width, height } = svg.viewBox.baseVal;
    return [...svg.querySelectorAll("path")].some((path) => {
      const box = path.getBBox();
      return box.x < 0 || box.y < 0 || box.x + box.width > width || box.y + box.height > height;
    });
  }).length,
})`;
