/** WebSockets beside a Hono app that has a server of its own. (`app.http` of Antiphon is a Hono app, too.) */

import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { live } from "./live.ts";

const app = new Hono();
app.get("/", (context) => context.text("Hono answers\n"));

const server = serve({ fetch: app.fetch, port: Number(process.env["PORT"] ?? 5042) }, (address) => {
  console.log("listening on", address);
});

live.attach(server, { prefix: "/live" });
