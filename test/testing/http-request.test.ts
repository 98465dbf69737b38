/** `client.http`: how requests end, and what they say when they do not end well. */

import { App } from "antiphon";
import { TestClient } from "antiphon/testing";
import { expect, onTestFinished, test, vi } from "vitest";
import { Network } from "../../src/testing/network/network.ts";

function makeClient() {
  const app = new App({ logger: false });
  app.http.get("/hi", (c) => c.text(`${c.req.query("to")} ${c.req.header("cookie")} ${c.req.header("origin")}`));
  app.http.post("/refuses", (c) => c.text("too large", 413));
  app.http.get("/never", () => new Promise<Response>(() => {}));
  const dripping = (drip: (controller: ReadableStreamDefaultController<Uint8Array>) => void) =>
    new Response(
      new ReadableStream({
        start(controller) {
          controller.enqueue(new Uint8Array(3));
          setTimeout(() => drip(controller), 5);
        },
      }),
    );
  app.http.get("/drips", () => dripping(() => {}));
  app.http.get("/breaks", () => dripping((controller) => controller.error(new Error("the source broke"))));
  const client = new TestClient(app, { leftovers: false });
  onTestFinished(() => client.close());
  return client;
}

test("a connection ends with its answer", async () => {
  const opened = vi.spyOn(Network.prototype, "open");
  onTestFinished(() => opened.mockRestore());
  const client = makeClient();

  for (let count = 0; count < 5; count++) await (await client.http("/hi")).text();

  const network = opened.mock.contexts[0] as Network;
  await vi.waitFor(() => expect(network.lines.size).toBe(0));
});

test("query, cookies and origin are said as for connect", async () => {
  const client = makeClient();

  const response = await client.http("/hi", {
    query: { to: "Ada" },
    cookies: { a: "b c" },
    origin: "https://x.example",
  });

  expect(await response.text()).toBe("Ada a=b%20c https://x.example");
});

test("an option that there is not is named", async () => {
  await expect(makeClient().http("/hi", { json: {} } as never)).rejects.toThrow("http has no option json");
});

test("an abort while the body comes rejects with its reason", async () => {
  const abort = new AbortController();
  const response = await makeClient().http("/drips", { signal: abort.signal });

  const text = response.text();
  abort.abort(new Error("enough"));

  await expect(text).rejects.toThrow("enough");
});

test("a body that breaks has the app's error as its cause, and then the test has seen it", async () => {
  const client = makeClient();
  const response = await client.http("/breaks");

  const error: Error = await response.text().then(String, (error) => error);

  expect(error.cause).toEqual(new Error("the source broke"));
  await client.close();
});

test("who is answered before all was sent sends no more", async () => {
  const cancel = vi.fn();
  const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)), cancel });

  const response = await makeClient().http("/refuses", { method: "POST", body: endless });

  expect(await response.text()).toBe("too large");
  await vi.waitFor(() => expect(cancel).toHaveBeenCalled());
});

test("a request that waits when the client closes says so by its own name", async () => {
  const client = makeClient();
  const waiting = expect(client.http("/never")).rejects.toThrow("http: this test client has been closed");
  await client.http("/hi");

  await client.close();

  await waiting;
});
