/** What the compiler knows about an app: parameters out of paths, data out of middleware, values out of schemas. */

import type { App as AppClass, CloseInfo, Message } from "antiphon";
import { App } from "antiphon";
import { type } from "arktype";
import * as v from "valibot";
import { expect, expectTypeOf, test } from "vitest";
import * as z from "zod";

const silent = { logger: false } as const;

test("params come from the path, in a function and in events", () => {
  const app = new App(silent);

  app.ws("/a/:id<int>/:room", (socket) => {
    expectTypeOf(socket.params).toEqualTypeOf<{ readonly id: number; readonly room: string }>();
  });
  app.ws("/b/:id<float>", {
    message(socket, message) {
      expectTypeOf(socket.params.id).toEqualTypeOf<number>();
      expectTypeOf(message).toEqualTypeOf<Message>();
    },
    close(_socket, info) {
      expectTypeOf(info).toEqualTypeOf<CloseInfo>();
    },
  });
  app.ws("/c/:rest<path>", { name: "c" }, (socket) => {
    expectTypeOf(socket.params.rest).toEqualTypeOf<string>();
    // @ts-expect-error there is no such parameter
    socket.params.id;
  });

  expect(app.urlFor("c", { rest: "x/y" })).toBe("/c/x/y");
});

test("data is what the app says, in middleware, handlers and sockets", () => {
  const app: AppClass<{ user: string }> = new App(silent);

  app.use((socket, next) => {
    expectTypeOf(socket.data).toEqualTypeOf<{ user: string }>();
    expectTypeOf(next).returns.toEqualTypeOf<Promise<CloseInfo>>();
  });
  app.ws("/", (socket) => {
    expectTypeOf(socket.data.user).toEqualTypeOf<string>();
    // @ts-expect-error a number is no user
    socket.data.user = 1;
  });
  for (const socket of app.sockets) expectTypeOf(socket.data.user).toEqualTypeOf<string>();

  expect(app.sockets.size).toBe(0);
});

test("a schema types what is received, of whatever library", () => {
  const app = new App(silent);

  app.ws("/", async (socket) => {
    expectTypeOf(await socket.receiveJson(z.object({ n: z.number() }))).toEqualTypeOf<{ n: number }>();
    expectTypeOf(await socket.receiveJson(v.object({ n: v.number() }))).toEqualTypeOf<{ n: number }>();
    expectTypeOf(await socket.receiveJson(type({ n: "number" }))).toEqualTypeOf<{ n: number }>();
    expectTypeOf(await socket.receiveJson<{ n: number }>()).toEqualTypeOf<{ n: number }>();
    expectTypeOf(await socket.receiveJson()).toEqualTypeOf<unknown>();
    for await (const value of socket.iterJson({ schema: z.string() })) expectTypeOf(value).toEqualTypeOf<string>();
    for await (const value of socket.iterJson<number[]>()) expectTypeOf(value).toEqualTypeOf<number[]>();
    for await (const message of socket) expectTypeOf(message).toEqualTypeOf<Message>();
  });

  expect(app.ready).toBe(false);
});
