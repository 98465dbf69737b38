/** WebSockets beside a Fastify app: its `server` is a plain one of Node's. */

import fastify from "fastify";
import { live } from "./live.ts";

const app = fastify();
app.get("/", () => "Fastify answers\n");

live.attach(app.server, { prefix: "/live" });

await app.listen({ port: Number(process.env["PORT"] ?? 5042) });
console.log("listening on", app.server.address());
