/** Files of a folder over HTTP, by the package `send`: types, ranges, validators. Never anything from outside the folder. */

import { statSync } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { join, resolve, sep } from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { SendOptions } from "send";
import { NO_SUCH_FOLDER, usageError } from "../../errors.ts";
import type { FileServer, StaticOptions } from "../../server/host.ts";
import { FileResponse } from "./file-response.ts";

/**
 * Makes what answers GET and HEAD for the files below `folder`, with a response of its own for each, so that it needs no
 * server. There is no answer for what leads out of the folder, by dots or by a symbolic link, nor for dotfiles unless they
 * are asked for, nor for a second spelling of a path. Throws a `UsageError` (`NO_SUCH_FOLDER`).
 */
export function serveFiles(folder: string | URL, options: StaticOptions): FileServer {
  const { index = "index.html", maxAge = 0, dotfiles = false } = options;
  const root = folder instanceof URL ? fileURLToPath(folder) : resolve(folder);
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory()) throw usageError(NO_SUCH_FOLDER, root);
  const how: SendOptions = { root, index, maxAge, dotfiles: dotfiles ? "allow" : "ignore" };
  return async (request, path) => {
    if (request.method !== "GET" && request.method !== "HEAD") return undefined;
    if (SECOND_SPELLING.test(path)) return undefined;
    if (NEEDLESS_ESCAPE.test(path)) return toPlainSpelling(request);
    const found = await find(request, path, how);
    switch (found.type) {
      case "nothing":
        return undefined;
      case "status":
        return new Response(null, { status: found.status, headers: found.headers });
      case "folder":
        return index !== false && (await isFileBelow(root, join(found.path, index))) ? toFolder(request) : undefined;
      case "file":
        if (await isFileBelow(root, found.path)) return found.response.toResponse();
        found.response.destroy();
        return undefined;
    }
  };
}

/**
 * A slash that is encoded, or one of two in a row: another way to write a path that is there. A guard before us, such as
 * `app.http.use("/private/*", …)`, would not know it, and `send` would.
 */
const SECOND_SPELLING = /\/\/|%2f|%5c/i;

/**
 * An escape of a character that needs none in a path (RFC 3986, 3.3): Hono leaves it as it is when it looks for guards and
 * routes, and `send` would not. The plain spelling is one that both read alike.
 */
const NEEDLESS_ESCAPE = /%(?:3b|3a|40|26|3d|2b|24|2c)/i;
const NEEDLESS_ESCAPES = new RegExp(NEEDLESS_ESCAPE, "gi");

/** Whether there is such a file is not told before the guards were asked. */
function toPlainSpelling(request: Request): Response {
  const { pathname, search } = new URL(request.url);
  const location = pathname.replace(NEEDLESS_ESCAPES, decodeURIComponent) + search;
  return new Response(null, { status: 301, headers: { location } });
}

type Found =
  | { readonly type: "nothing" }
  /** A condition of the request does not hold, or a range: RFC 9110, 13 and 14. */
  | { readonly type: "status"; readonly status: number; readonly headers: Record<string, string> }
  /** A folder, asked for without the slash at its end. */
  | { readonly type: "folder"; readonly path: string }
  | { readonly type: "file"; readonly path: string; readonly response: FileResponse };

async function find(request: Request, path: string, how: SendOptions): Promise<Found> {
  // Not before it is needed: a megabyte of heap, which most servers of WebSockets never use.
  const { default: send } = await import("send");
  return new Promise((resolve, reject) => {
    const response = new FileResponse();
    let file = "";
    const stream = send(toIncoming(request), path, how);
    stream.on("file", (path: string) => {
      file = path;
    });
    stream.on("directory", (_response: unknown, folder: string) =>
      resolve(path.endsWith("/") ? { type: "nothing" } : { type: "folder", path: folder }),
    );
    stream.on("error", (error: SendError) => {
      if (NOTHING_THERE.has(error.status)) resolve({ type: "nothing" });
      else if (error.status >= 500) reject(error);
      else resolve({ type: "status", status: error.status, headers: error.headers ?? {} });
    });
    response.onHead(() => resolve({ type: "file", path: file, response }));
    stream.on("stream", (content: Readable) => response.carry(content));
    stream.pipe(response);
  });
}

interface SendError extends Error {
  readonly status: number;
  readonly headers?: Record<string, string>;
}

/** A path that cannot be, that leads out, or that leads nowhere: to the client they are all the same. */
const NOTHING_THERE: ReadonlySet<number> = new Set([400, 403, 404]);

/** `send` looks at the method and the headers, and at nothing else. */
function toIncoming({ method, headers }: Request): IncomingMessage {
  return { method, headers: Object.fromEntries(headers) } as unknown as IncomingMessage;
}

async function isFileBelow(root: string, path: string): Promise<boolean> {
  try {
    // Both anew each time: a deployment may turn a link to the next release while we run.
    const [folder, file] = await Promise.all([realpath(root), realpath(path)]);
    return file.startsWith(folder.endsWith(sep) ? folder : folder + sep) && (await stat(file)).isFile();
  } catch {
    return false;
  }
}

function toFolder(request: Request): Response {
  const { pathname, search } = new URL(request.url);
  // Two slashes at the beginning would lead to another host.
  const location = `/${pathname.replace(/^\/+/, "")}/${search}`;
  return new Response(null, { status: 301, headers: { Location: location } });
}
