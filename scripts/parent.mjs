/** Ends this process with the npm that runs it. Between the two stands a shell, and some shells die without passing the signal on. */

const parent = process.ppid;

/** Call once, first thing; costs a look at a number four times a second, and only under npm. */
export function endWithNpm() {
  if (process.env["npm_lifecycle_event"] === undefined) return;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, "SIGTERM");
  }, 250);
  watch.unref();
}
