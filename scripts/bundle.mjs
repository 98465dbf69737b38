/** Makes one small file of the browser's client, `dist/client/browser.js`, and looks whether it is as small as promised. */

import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import { gzipSync } from "node:zlib";
import { INTERNAL_NAMES } from "./internal-names.mjs";
import { inRoot, ROOT } from "./root.mjs";

/** @typedef {{ ok: boolean, output: string, note?: string }} Outcome */
/** @typedef {{ code: string, map: string, files: readonly string[] }} Bundle */

const ENTRY = inRoot("src", "client", "browser.ts");
const FILE = inRoot("dist", "client", "browser.js");

/** Bytes, by gzip at its best, that a page has to load at most: less than that. */
const LIMIT = 8_800;

/**
 * The browser's door and all that it uses as one minified ES module.
 * @returns {Promise<Bundle>}
 */
export async function bundleBrowser() {
  // Loaded here, since `npm test` begins where nothing is installed yet.
  const { rolldown } = await import("rolldown");
  const { transformSync } = await import("esbuild");
  const shorten = {
    name: "short internal names",
    /** @param {string} code @param {string} id */
    transform: (code, id) => ({
      ...transformSync(code, { ...SHORTENED, sourcefile: id }),
      moduleType: /** @type {const} */ ("js"),
    }),
  };
  const bundle = await rolldown({
    input: ENTRY,
    platform: "browser",
    treeshake: { moduleSideEffects: false },
    plugins: [shorten],
  });
  try {
    // The map's paths are as seen from the file: the package holds src/ beside dist/.
    const { output } = await bundle.generate({ format: "es", minify: true, sourcemap: true, file: FILE });
    const [{ code, map, moduleIds }] = output;
    const name = "//# sourceMappingURL=browser.js.map\n";
    return {
      code: `${code.replace(/\n\/\/# sourceMappingURL=.*\n?$/, "").trimEnd()}\n${name}`,
      map: JSON.stringify({ ...map, file: "browser.js", sourcesContent: undefined }),
      files: moduleIds.map((file) => relative(ROOT, file)),
    };
  } finally {
    await bundle.close();
  }
}

/**
 * Puts it in the place of what tsc has made of the same file. Its types stay.
 * @returns {Promise<void>}
 */
export async function writeBrowserBundle() {
  const { code, map } = await bundleBrowser();
  writeFileSync(FILE, code);
  writeFileSync(`${FILE}.map`, `${map}\n`);
}

/**
 * The line "browser build" of `npm test`.
 * @returns {Promise<Outcome>}
 */
export async function checkBrowserBuild() {
  return await judgeForPage(async () => {
    const { code, files } = await bundleBrowser();
    const strangers = files.filter((file) => !IN_PAGES.test(file) || ENGINE.test(file));
    return { code, complaints: strangers.map((file) => `${file} has no place in a page`) };
  });
}

/**
 * Whether what is built is small enough, and names nothing that only Node.js has.
 * @param {() => Promise<{ code: string, complaints?: readonly string[] }>} build may find faults of its own
 * @returns {Promise<Outcome>}
 */
export async function judgeForPage(build) {
  try {
    const { code, complaints = [] } = await build();
    const size = gzipSync(code, { level: 9 }).length;
    const all = [
      ...complaints,
      ...[...code.matchAll(/["'`]node:[\w/]+["'`]/g)].map(([name]) => `names ${name}`),
      ...(size < LIMIT ? [] : [`${size} bytes after gzip, and ${LIMIT - 1} is the most`]),
    ];
    return { ok: all.length === 0, output: all.join("\n"), note: `${size} bytes after gzip` };
  } catch (error) {
    return { ok: false, output: String(error) };
  }
}

/** The rolldown minifier knows the names of variables only; those of members are changed before, alike in all modules. */
const SHORTENED = {
  loader: /** @type {const} */ ("ts"),
  target: "es2022",
  sourcemap: true,
  mangleProps: new RegExp(`^(${INTERNAL_NAMES.join("|")})$`),
  mangleCache: Object.fromEntries(
    INTERNAL_NAMES.map((name, at) => [name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".charAt(at)]),
  ),
  // A field that says no more than its type is none in the page.
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false, verbatimModuleSyntax: true } },
};

const IN_PAGES = /^src\/(errors\.ts$|client\/|socket\/|protocol\/)/;

/** Our own engine is for runtimes without a WebSocket; and what only Node.js has stays there. */
const ENGINE =
  /\/node\/|\/(engine|inbound|outbound|frame-header|engine-wire|platform|prepared-message|link)\.ts$|\/(deflate|handshake)\//;
