/** The errors of blocking sockets, until they are merged into the table. */

/**
 * A script waits for a server that lives in its own thread, which can do nothing while the thread waits.
 * @remedy Run the server in another process or thread, or use `antiphon/client`, whose calls are awaited.
 */
export const SERVER_IN_THIS_THREAD = {
  code: "SERVER_IN_THIS_THREAD",
  sentence: (what: string) =>
    `${what}; this thread has a server of its own, which cannot answer while the thread waits`,
};

/**
 * The thread that has the sockets has ended: most often for lack of memory.
 * @remedy The next `connect` starts another one. Lower `limits.messageSize`, or raise `--max-old-space-size`.
 */
export const SOCKET_THREAD_GONE = {
  code: "SOCKET_THREAD_GONE",
  sentence: (call: string) => `${call}: the thread that had the socket has ended`,
};

/**
 * The thread that has the sockets could not be started, or does nothing.
 * @remedy Look for what keeps threads from starting here: memory, or flags of Node.js such as `--permission`.
 */
export const SOCKET_THREAD_SILENT = {
  code: "SOCKET_THREAD_SILENT",
  sentence: (call: string, seconds: number) => `${call}: the thread of the sockets has done nothing for ${seconds} s`,
};

/**
 * A blocking socket lives in another thread, and functions cannot go there.
 * @remedy Give a value in place of the function; where that will not do, use `antiphon/client`.
 */
export const OPTION_IS_FUNCTION = {
  code: "OPTION_IS_FUNCTION",
  sentence: (name: string) => `${name} is a function, which a blocking socket cannot call from its thread`,
};

/**
 * A call that waits cannot be given up by a signal, since nothing can abort it meanwhile.
 * @remedy Use `timeout`, or `antiphon/client`.
 */
export const SIGNAL_IN_BLOCKING = {
  code: "SIGNAL_IN_BLOCKING",
  sentence: (call: string) => `${call} takes no signal: nothing in this thread can abort it while the thread waits`,
};

/**
 * A schema gave a promise.
 * @remedy Use a schema without asynchronous checks, or `antiphon/client`.
 */
export const SCHEMA_IS_ASYNC = {
  code: "SCHEMA_IS_ASYNC",
  sentence: (call: string) => `${call}: the schema answers with a promise, which a blocking call cannot await`,
};

/**
 * This thread is not allowed to wait: it is a page's.
 * @remedy Use `antiphon/client` in browsers.
 */
export const CANNOT_WAIT_HERE = {
  code: "CANNOT_WAIT_HERE",
  sentence: () => `antiphon/blocking needs Node.js: a page must not wait; use antiphon/client`,
};

/**
 * The module of the handler cannot be loaded, or gives no function.
 * @remedy Give `handler` the URL of a module with `export default (socket, address) => { … }`.
 */
export const HANDLER_MODULE_UNFIT = {
  code: "HANDLER_MODULE_UNFIT",
  sentence: (url: string, reason: string) => `handler ${url} cannot be used: ${reason}`,
};

/**
 * A thread of `serve` ended under its handler: by `process.exit`, an uncaught error or for lack of memory.
 * @remedy Look at the `cause`, if there is one; a handler that is done returns.
 */
export const HANDLER_THREAD_ENDED = {
  code: "HANDLER_THREAD_ENDED",
  sentence: (exitCode: number) => `the thread of a handler ended with exit code ${exitCode}`,
};

/**
 * What `socket.data` holds cannot go to another thread.
 * @remedy Put plain data there: no functions, no sockets, no instances of classes.
 */
export const DATA_CANNOT_CROSS = {
  code: "DATA_CANNOT_CROSS",
  sentence: (reason: string) => `socket.data cannot go to the handler's thread: ${reason}`,
};
