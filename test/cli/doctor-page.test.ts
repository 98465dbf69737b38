/** docs/troubleshooting.md is what the doctor knows, and what the doctor knows is worth reading. */

import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { TROUBLESHOOTING_PAGE, troubleshootingPage } from "../../scripts/troubleshooting-page.mjs";
import { closeCodeKnowledge, endedId } from "../../src/cli/doctor/knowledge/close-codes.ts";
import { idleLimits, proxies, whoAnswered, whoCutsAfter } from "../../src/cli/doctor/knowledge/proxies.ts";
import { knowledge, TROUBLESHOOTING_PAGE as PAGE_OF_THE_COMMAND } from "../../src/cli/doctor/knowledge.ts";

const page = troubleshootingPage();

describe("docs/troubleshooting.md", () => {
  test("is what the doctor knows (after a change: npm run docs:troubleshooting)", () => {
    expect(existsSync(TROUBLESHOOTING_PAGE) ? readFileSync(TROUBLESHOOTING_PAGE, "utf8") : "").toBe(page);
    expect(TROUBLESHOOTING_PAGE.endsWith(PAGE_OF_THE_COMMAND)).toBe(true);
  });

  test("has an anchor for every id, and no link that leads nowhere", () => {
    const anchors = new Set(Array.from(page.matchAll(/<a id="([^"]+)">/g), ([, id]) => id));
    const links = Array.from(page.matchAll(/\]\(#([^)]+)\)/g), ([, id]) => id);

    expect(Object.keys(knowledge).filter((id) => !anchors.has(id))).toEqual([]);
    expect(links.filter((id) => !anchors.has(id) && id !== "what-you-see")).toEqual([]);
    expect(page).toContain("## What you see");
  });

  test.each([
    "1006",
    "Unexpected response code: 200",
    "Error during WebSocket handshake",
    "ECONNREFUSED",
    "self-signed certificate",
    "closes after 60 seconds",
    "Mixed Content",
    "proxy_set_header Upgrade $http_upgrade;",
    "timeout tunnel",
    "upgrade=websocket",
    "idle_timeout.timeout_seconds",
    "nginx.ingress.kubernetes.io/proxy-read-timeout",
  ])("is found by whoever searches for %s", (words) => {
    expect(page).toContain(words);
  });
});

describe("a piece of knowledge", () => {
  test.each(Object.entries(knowledge))("%s is written in sentences, and has words to search for", (_id, entry) => {
    const { title, means, remedy, symptoms } = entry;

    expect(title).toMatch(/^([^A-Z]|Cloudflare|Sec-).*[^.]$/);
    for (const text of [means, remedy]) expect(text).toMatch(/^[A-Z0-9].*[.?]$/s);
    expect(symptoms.length).toBeGreaterThan(0);
  });

  test("there is one for every close code that can be seen", () => {
    const codes = [...Array.from({ length: 15 }, (_, index) => 1000 + index), 3000, 3003, 3008, 4000, 4401, 4999];

    const ids = new Set(codes.map(endedId));

    expect([...ids].toSorted()).toEqual(Object.keys(closeCodeKnowledge).toSorted());
  });
});

describe("what stands between", () => {
  const marks = (fields: Record<string, string>, body = "") =>
    whoAnswered({ header: (name) => fields[name] ?? "", body });

  test.each([
    [{ server: "nginx/1.28.0" }, "", ["nginx"], "nginx"],
    [{ server: "cloudflare", "cf-ray": "8f" }, "", ["Cloudflare"], "cloudflare"],
    [{ "cf-ray": "8f" }, "<center>nginx</center>", ["Cloudflare", "nginx"], "cloudflare"],
    [{ server: "awselb/2.0" }, "", ["AWS Application Load Balancer"], "alb"],
    [{ server: "apache/2.4.62 (debian)" }, "", ["Apache"], "apache"],
    [{ via: "1.1 caddy" }, "", ["Caddy"], "caddy"],
    [{}, "<html><body><h1>503 Service Unavailable</h1>", ["HAProxy"], "haproxy"],
    [{ via: "1.1 abc.cloudfront.net" }, "", ["CloudFront"], undefined],
    [{ server: "envoy" }, "", ["Envoy"], undefined],
    [{ "x-powered-by": "express" }, "not here", [], undefined],
  ])("is known by its marks: %j %s", (fields, body, names, proxy) => {
    expect(marks(fields, body)).toEqual({ names, proxy });
  });

  test("cuts silence at times that tell who it was", () => {
    expect(whoCutsAfter(60.3)).toContain("nginx");
    expect(whoCutsAfter(99)).toBe("Cloudflare");
    expect(whoCutsAfter(75)).toBeUndefined();
    expect(idleLimits.map(({ seconds }) => seconds)).toEqual(
      idleLimits.map((one) => one.seconds).toSorted((a, b) => a - b),
    );
    // Antiphon's own heartbeat is below all of them, as the page says.
    expect(Math.min(...idleLimits.map(({ seconds }) => seconds))).toBeGreaterThan(25);
  });

  test("has its lines on the page", () => {
    for (const { name, lines } of Object.values(proxies)) {
      expect(page).toContain(`### ${name}`);
      expect(page).toContain(lines.join("\n"));
    }
  });
});
