/** `npm run docs:troubleshooting`: writes docs/troubleshooting.md from what `antiphon doctor` knows. */

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { proxies as advice, idleLimits } from "../src/cli/doctor/knowledge/proxies.ts";
import { knowledge as all } from "../src/cli/doctor/knowledge.ts";
import { STEPS } from "../src/cli/doctor/step.ts";
import { inRoot, isMain } from "./root.mjs";

/** Where the page lives. */
export const TROUBLESHOOTING_PAGE = inRoot("docs", "troubleshooting.md");

/** @typedef {import("../src/cli/doctor/knowledge/entry.ts").Knowledge} Knowledge */
/** @typedef {import("../src/cli/doctor/knowledge/proxies.ts").ProxyAdvice} ProxyAdvice */

/**
 * The text of the page.
 * @param {Readonly<Record<string, Knowledge>>} [knowledge] by id, in the order of the steps
 * @param {Readonly<Record<string, ProxyAdvice>>} [proxies]
 * @returns {string}
 */
export function troubleshootingPage(knowledge = all, proxies = advice) {
  const steps = Object.entries(STEPS).flatMap(([step, title]) => {
    const own = Object.entries(knowledge).filter(([, entry]) => entry.step === step);
    return own.length === 0 ? [] : [`## ${SECTIONS[step] ?? title}`, ...own.flatMap(section)];
  });
  return `${[
    "# Troubleshooting",
    "<!-- Made from src/cli/doctor/knowledge/ by `npm run docs:troubleshooting`; a test holds the two together. -->",
    "Something does not connect, or does not stay connected? Let the doctor look:\n\n" +
      "```\nantiphon doctor wss://example.com/chat\n```\n\n" +
      "It goes from the URL to the last Close frame, and says for each fault what it means and what to do. This page is\n" +
      "the same knowledge, to read. Search it for what you see: the words of browsers, servers and libraries stand in\n" +
      "[What you see](#what-you-see). Cut after a minute of silence? See [Proxies](#proxies).",
    "## What you see",
    symptoms(knowledge),
    ...steps,
    '## <a id="proxies"></a>Proxies',
    "Whatever stands between the two ends has to pass the upgrade on, and to bear silence. A heartbeat makes the second one\n" +
      "its own affair: Antiphon's server and client ping after 25 s of silence (`heartbeat.interval`), which is below all of these.",
    idleTable(),
    ...Object.values(proxies).flatMap(proxySection),
  ].join("\n\n")}\n`;
}

/** What a section is called, where the title of its step alone says too little. @type {Readonly<Record<string, string>>} */
const SECTIONS = {
  url: "The URL",
  dns: "The name",
  tcp: "The way to the machine",
  proxy: "The proxy on the way out",
  tls: "TLS and certificates",
  http: "The HTTP answer",
  subprotocol: "Subprotocols",
  compression: "Compression",
  open: "Ends that nobody here asked for",
  ping: "Pings",
  echo: "Messages",
  idle: "Silence",
  close: "The end",
};

/** @param {readonly [id: string, entry: Knowledge]} found */
function section([id, { title, means, remedy, symptoms, severity, proxies }]) {
  const kind = severity === "warning" ? " (a warning)" : "";
  const more = proxies === undefined ? [] : ["The lines for each proxy: [Proxies](#proxies)."];
  return [
    `### <a id="${id}"></a>${sentence(title)}${kind}`,
    `*You see:* ${symptoms.map(code).join(" · ")}`,
    `*It means:* ${prose(means)}`,
    `*What to do:* ${[prose(remedy), ...more].join(" ")}`,
  ];
}

/** @param {Readonly<Record<string, Knowledge>>} knowledge */
function symptoms(knowledge) {
  const rows = Object.entries(knowledge).flatMap(([id, { title, symptoms }]) =>
    symptoms.map((symptom) => ({ symptom, link: `[${sentence(title)}](#${id})` })),
  );
  const sorted = rows.toSorted((a, b) => compare(sortKey(a.symptom), sortKey(b.symptom)));
  // The same words may mean several things.
  const bySymptom = new Map(sorted.map(({ symptom }) => [symptom, /** @type {string[]} */ ([])]));
  for (const { symptom, link } of sorted) bySymptom.get(symptom)?.push(link);
  return [
    "| You see | It may be |",
    "| --- | --- |",
    ...[...bySymptom].map(([symptom, links]) => `| ${code(symptom).replaceAll("|", "\\|")} | ${links.join("; ")} |`),
  ].join("\n");
}

function idleTable() {
  return [
    "| Silence | Who cuts it |",
    "| --- | --- |",
    ...idleLimits.map(({ seconds, who }) => `| ${seconds} s | ${who} |`),
  ].join("\n");
}

/** @param {ProxyAdvice} proxy */
function proxySection({ name, upgrade, lines, language, idle }) {
  const block = lines.length === 0 ? [] : [`\`\`\`${language}\n${lines.join("\n")}\n\`\`\``];
  return [`### ${name}`, prose(upgrade), ...block, `*Silence:* ${prose(idle)}`];
}

/** Letters without their case and without quotes and slashes. @param {string} text */
function sortKey(text) {
  return text.toLowerCase().replace(/[^a-z0-9 ]/g, "");
}

/** As everywhere, whatever the language of the machine. @param {string} a @param {string} b */
function compare(a, b) {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** @param {string} title */
function sentence(title) {
  return prose(`${title[0]?.toUpperCase()}${title.slice(1)}`);
}

/** Text that Markdown and HTML leave as it is. @param {string} text */
function prose(text) {
  return text.replaceAll("<", "&lt;").replaceAll("*", "\\*").replaceAll("_", "\\_");
}

/** @param {string} text */
function code(text) {
  return text.includes("`") ? `\`\` ${text} \`\`` : `\`${text}\``;
}

if (isMain(import.meta.url)) {
  mkdirSync(dirname(TROUBLESHOOTING_PAGE), { recursive: true });
  writeFileSync(TROUBLESHOOTING_PAGE, troubleshootingPage());
}
