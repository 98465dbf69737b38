/** A program of three lines that uses the client, built by the bundlers of our users, in Chromium. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { buildWithEsbuild, buildWithVite } from "../../scripts/bundlers.mjs";
import { inRoot } from "../../scripts/root.mjs";
import { App } from "../../src/index.ts";
import { listenAnywhere } from "../support/app-server.ts";
import { chromiumPath } from "../support/chromium.ts";
import { usePage } from "./client-page.ts";

const PROGRAM = `import { connect } from "antiphon/client";
const socket = await connect("/ws");
await socket.sendText("hello");
document.body.textContent = await socket.receiveText();
`;

describe.skipIf(chromiumPath === undefined)("a program of three lines in Chromium", () => {
  const chromium = usePage();

  it.each([
    ["Vite", buildWithVite],
    ["esbuild", buildWithEsbuild],
  ])("works as %s builds it", async (_name, build) => {
    const folder = mkdtempSync(join(tmpdir(), "antiphon-bundled-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, "main.js"), PROGRAM);
    const alias = { "antiphon/client": inRoot("src", "client", "browser.ts") };
    const script = await build({ folder, file: "main.js", alias });
    const app = new App({ logger: false });
    onTestFinished(() => app.close({ timeout: 0 }));
    app.http.get("/", (context) =>
      context.html(`<!doctype html><body></body><script type="module">${script}</script>`),
    );
    app.ws("/ws", { message: (socket, message) => socket.send(`Echo: ${message}`) });

    await chromium.page.goto(`http://127.0.0.1:${await listenAnywhere(app)}/`);
    await chromium.until("document.body.textContent !== ''");

    expect(await chromium.page.evaluate("document.body.textContent")).toBe("Echo: hello");
    expect(chromium.complaints).toEqual([]);
  });
});
