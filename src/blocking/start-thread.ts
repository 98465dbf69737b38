/** Starts a thread of ours: from dist/ as JavaScript, from src/ as TypeScript, with what that needs. */

import { SHARE_ENV, Worker, type WorkerOptions } from "node:worker_threads";

/** How files are called here: those of threads are called likewise. */
const EXTENSION = import.meta.url.endsWith(".ts") ? "ts" : "js";

/** A thread that runs this file, named without its extension and relative to this folder. It keeps no process alive. */
export function startThread(name: string, options: WorkerOptions = {}): Worker {
  const file = new URL(`./${name}.${EXTENSION}`, import.meta.url);
  // Proxies and the like are named in the environment, which a script may still change.
  const worker = new Worker(file, { env: SHARE_ENV, name: `antiphon ${name}`, ...loader(), ...options });
  worker.unref();
  return worker;
}

/** A thread inherits the flags of Node.js; but with `--input-type`, it would take no file. Our own tests run TypeScript by other means than flags. */
function loader(): WorkerOptions {
  const has = (name: string) => process.execArgv.some((flag) => flag.startsWith(name));
  if (EXTENSION === "js") return has("--input-type") ? { execArgv: [] } : {};
  if (has("--import") && !has("--input-type")) return {};
  return { execArgv: ["--import", new URL("../../scripts/typescript.mjs", import.meta.url).href] };
}
