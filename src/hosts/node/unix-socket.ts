/** Unix sockets that a server left behind: found out and removed, and nothing else ever is. */

import { lstat, unlink } from "node:fs/promises";
import { connect } from "node:net";
import { PATH_IS_NO_SOCKET, usageError } from "../../errors.ts";

/**
 * After `EADDRINUSE`: removes the socket if nobody listens on it, and says whether it did. Throws a `UsageError` if the
 * path is no socket.
 */
export async function removeAbandonedSocket(path: string): Promise<boolean> {
  const file = await lstat(path).catch(() => undefined);
  if (file === undefined) return true;
  if (!file.isSocket()) throw usageError(PATH_IS_NO_SOCKET, path);
  if (!(await isAbandoned(path))) return false;
  await unlink(path).catch(() => {});
  return true;
}

/** Only who is refused knows that nobody listens: a queue that is full, or a lack of permission, says another thing. */
function isAbandoned(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.on("connect", () => {
      socket.destroy();
      resolve(false);
    });
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code === "ECONNREFUSED"));
  });
}
