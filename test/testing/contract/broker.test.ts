/** Two apps on one broker in memory, each with its own clients: what runs on several machines, in one test. */

import { App } from "antiphon";
import { ManualClock, memory, TestClient } from "antiphon/testing";
import { expect, onTestFinished, test } from "vitest";

function twoApps() {
  const clock = new ManualClock();
  const broker = memory({ clock });
  const [here, there] = [1, 2].map(() => {
    const app = new App({ broker, logger: false });
    app.ws("/chat/:room", async (socket) => {
      const room = socket.join(socket.params.room);
      for await (const text of socket.iterText()) room.sendText(text);
    });
    const client = new TestClient(app, { clock });
    onTestFinished(async () => {
      await client.close();
      await app.close({ timeout: 0 });
    });
    return { app, client };
  }) as [{ app: App; client: TestClient }, { app: App; client: TestClient }];
  return { clock, broker, here, there };
}

test("a message at one app reaches the clients of the other, without a word of waiting", async () => {
  const { here, there } = twoApps();
  const ada = await here.client.connect("/chat/lobby");
  const bo = await there.client.connect("/chat/lobby");
  await Promise.all([here, there].map(({ app }) => app.room("lobby").ready()));

  await ada.sendText("hello");

  expect(await bo.expectText("hello")).toBe("hello");
  await ada.expectText("hello");
});

test("an outage parts them, and its end joins them", async () => {
  const { clock, broker, here, there } = twoApps();
  const ada = await here.client.connect("/chat/lobby");
  const bo = await there.client.connect("/chat/lobby");
  await Promise.all([here, there].map(({ app }) => app.room("lobby").ready()));

  broker.cut();
  await ada.sendText("lost or late");
  await ada.expectText("lost or late");
  await bo.expectSilence({ for: 1000 });
  broker.mend();
  await clock.advance(30_000); // However long the apps waited before they tried again.

  await bo.expectText("lost or late");
  await bo.sendText("back");
  expect(await ada.expectText("back")).toBe("back");
});

test("presence spans both", async () => {
  const { clock, here, there } = twoApps();
  await here.client.connect("/chat/lobby");
  const bo = await there.client.connect("/chat/lobby");
  await Promise.all([here, there].map(({ app }) => app.room("lobby").ready()));
  expect(await here.app.room("lobby").count()).toBe(2);

  await bo.close();
  await clock.advance(1000);

  expect(await here.app.room("lobby").count()).toBe(1);
});

test("a broker that cannot be reached fails connect(), in one sentence", async () => {
  const { broker, here } = twoApps();
  broker.cut();

  await expect(here.client.connect("/chat/lobby")).rejects.toMatchObject({
    name: "BrokerError",
    code: "BROKER_UNREACHABLE",
  });
});
