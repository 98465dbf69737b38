/** A page for each framework: the component that stands in docs/client.md, built with Vite as its readers would. */

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import vue from "@vitejs/plugin-vue";
import type { PluginOption } from "vite";
import { build } from "vite";
import { inRoot } from "../../scripts/root.mjs";

/** A framework as the docs show it. */
export interface Framework {
  /** The heading that its code stands under; in lower case, the folder in `pages/` that shows the component. */
  readonly name: string;
  /** The language of the code, and the extension of a file of it. */
  readonly language: string;
  readonly plugins: readonly PluginOption[];
}

/** All that the docs show. */
export const FRAMEWORKS: readonly Framework[] = [
  { name: "React", language: "tsx", plugins: [] },
  { name: "Vue", language: "vue", plugins: [vue()] },
  { name: "Svelte", language: "svelte", plugins: [svelte({ configFile: false })] },
];

/** The code that stands under a framework's heading. */
export function snippetOf({ name, language }: Framework): string {
  const text = readFileSync(inRoot("docs", "client.md"), "utf8");
  const [, section = ""] = new RegExp(`^## ${name}\n(.*?)^## `, "ms").exec(text) ?? [];
  const [, code] = new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "ms").exec(section) ?? [];
  if (code === undefined) throw new Error(`docs/client.md has no ${language} under ${name}`);
  return code;
}

/** Builds the page; gives the folder that it is in, and what removes it. */
export async function buildSite(framework: Framework): Promise<{ folder: string; remove(): void }> {
  // Inside the project, so that the frameworks are found.
  mkdirSync(inRoot(".cache"), { recursive: true });
  const root = mkdtempSync(inRoot(".cache", "framework-"));
  cpSync(inRoot("test", "frameworks", "pages", framework.name.toLowerCase()), root, { recursive: true });
  writeFileSync(join(root, `Live.${framework.language}`), snippetOf(framework));
  await build({
    root,
    configFile: false,
    logLevel: "error",
    plugins: [...framework.plugins],
    // StrictMode mounts twice in development only.
    define: { "process.env.NODE_ENV": '"development"' },
    resolve: { alias: { "antiphon/client": inRoot("src", "client", "browser.ts") } },
  });
  return { folder: join(root, "dist"), remove: () => rmSync(root, { recursive: true, force: true }) };
}
