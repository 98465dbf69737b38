/** What the bundlers of our users make of a program: Vite and esbuild, as they are without any configuration. */

/**
 * @typedef {object} Program
 * @property {string} folder where it lies, and what it imports is looked for
 * @property {string} file its name in there
 * @property {Record<string, string>} [alias] where imports lead instead
 */

/**
 * The program and all that it uses, as one minified ES module.
 * @param {Program} program
 * @returns {Promise<string>}
 */
export async function buildWithVite({ folder, file, alias = {} }) {
  const { build } = await import("vite");
  const built = await build({
    root: folder,
    configFile: false,
    logLevel: "error",
    resolve: { alias },
    build: { write: false, modulePreload: { polyfill: false }, rolldownOptions: { input: `${folder}/${file}` } },
  });
  if (!("output" in built)) throw new Error("Vite built more or less than one program");
  return built.output.map((part) => (part.type === "chunk" ? part.code : "")).join("");
}

/**
 * The same with esbuild.
 * @param {Program} program
 * @returns {Promise<string>}
 */
export async function buildWithEsbuild({ folder, file, alias = {} }) {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    absWorkingDir: folder,
    entryPoints: [file],
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
    alias,
  });
  return outputFiles.map(({ text }) => text).join("");
}
