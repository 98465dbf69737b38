/** The goals of speed and memory as data: what is compared with what, and how much it may be. Their check is `goals-check.ts`. */

import type { ServerName } from "../model.ts";

/** One thing that is to hold, in each of the scenarios that it is about. */
export type Goal = {
  readonly number: 1 | 2 | 3 | 4 | 5;
  /** The scenarios in words. */
  readonly where: string;
  /** The same, by their names. */
  readonly in: RegExp;
  readonly ours: ServerName;
} & Claim;

/** `of`: with whom `ours` is compared. */
export type Claim =
  /** The lower bound of what it takes, over what `ours` takes, is above 1. */
  | { readonly kind: "ahead"; readonly of: ServerName }
  /** The upper bound of the same is not below 1. */
  | { readonly kind: "never behind"; readonly of: ServerName }
  /** `of` takes at least so many times as much as `ours`. */
  | { readonly kind: "at least"; readonly of: ServerName; readonly times: number }
  /** `ours` takes at most so many times as much as `of`. */
  | { readonly kind: "at most"; readonly of: ServerName; readonly times: number }
  /** `ours` takes at most so much more than `of` does, in scenarios of another name if `than` gives it. */
  | {
      readonly kind: "above";
      readonly of: ServerName;
      readonly more: number;
      readonly unit: string;
      readonly than?: RegExp;
    }
  /** The most that `ours` takes in any of these scenarios, over the least. */
  | { readonly kind: "grows"; readonly times: number }
  /** Something that the samples tell beside their value, at most so much. */
  | { readonly kind: "bounded"; readonly extra: string; readonly most: number; readonly unit: string };

const EVERY = { where: "everywhere", in: /./ };
const SIXTEEN = { where: "100x16x64", in: /100x16x64\b/ };
const IDLE = { where: "idle", in: /^idle-\d+-heap$/ };
const HANDSHAKE = { where: "handshake", in: /^handshakes/ };
const ours = "antiphon";

/** In the order of their numbers. */
export const GOALS: readonly Goal[] = [
  { number: 1, ...EVERY, kind: "ahead", ours, of: "ws" },
  { number: 1, ...EVERY, kind: "ahead", ours, of: "ws+native" },
  { number: 1, ...EVERY, kind: "ahead", ours, of: "crossws" },
  { number: 1, ...EVERY, kind: "ahead", ours, of: "socket.io" },
  { number: 1, ...EVERY, kind: "never behind", ours: "antiphon-iterator", of: "ws" },
  { number: 1, ...EVERY, kind: "never behind", ours: "antiphon-receive", of: "ws" },
  { number: 1, ...SIXTEEN, kind: "at least", times: 4, ours: "antiphon-iterator", of: "ws" },
  { number: 1, ...SIXTEEN, kind: "at least", times: 4, ours: "antiphon-receive", of: "ws" },
  { number: 2, where: "100x1x64", in: /^echo-100x1x64\b/, kind: "at most", times: 1.15, ours, of: "net" },
  { number: 2, where: "100x1x1024", in: /^echo-100x1x1024\b/, kind: "at most", times: 1.15, ours, of: "net" },
  {
    number: 2,
    where: "room, one",
    in: /^room-1000x1(?!.*compressed)\b/,
    kind: "at most",
    times: 1.15,
    ours,
    of: "net",
  },
  { number: 2, where: "100x16x64", in: /^echo-100x16x64\b/, kind: "at most", times: 1.7, ours, of: "net" },
  { number: 2, where: "64 KiB", in: /^echo-10x4x65536-binary/, kind: "at most", times: 1.2, ours, of: "ws+native" },
  { number: 2, where: "1 MiB", in: /^echo-4x1x1048576-binary/, kind: "ahead", ours, of: "ws+native" },
  {
    number: 3,
    where: "room, eight",
    in: /^room-1000x8(?!.*compressed)\b/,
    kind: "at most",
    times: 1.25,
    ours,
    of: "bun",
  },
  {
    number: 3,
    where: "room, one, compressed",
    in: /^room-1000x1\b.*compressed/,
    kind: "at least",
    times: 8,
    ours,
    of: "ws",
  },
  {
    number: 3,
    where: "room, eight, compressed",
    in: /^room-1000x8\b.*compressed/,
    kind: "at least",
    times: 40,
    ours,
    of: "ws",
  },
  { number: 4, ...HANDSHAKE, kind: "at most", times: 1.2, ours, of: "http" },
  { number: 4, ...HANDSHAKE, kind: "ahead", ours, of: "ws" },
  { number: 4, ...IDLE, kind: "above", more: 600, unit: "B", ours, of: "net" },
  { number: 4, ...IDLE, kind: "above", more: 1500, unit: "B", ours: "antiphon-iterator", of: "net" },
  {
    number: 4,
    where: "idle, compressed",
    in: /^idle-\d+-heap-compressed$/,
    kind: "above",
    more: 1000,
    unit: "B",
    ours,
    of: ours,
    than: IDLE.in,
  },
  { number: 5, where: "10 to 10,000 connections", in: /^scaling-\d+/, kind: "grows", times: 1.5, ours },
  // In one piece it would be a turn of a tenth of a second: 10,000 writes of some ten microseconds each.
  {
    number: 5,
    where: "room of 10,000",
    in: /^room-10000x1$/,
    kind: "bounded",
    extra: "longestTurn",
    most: 25,
    unit: "ms",
    ours,
  },
];

/** The goal in words. */
export function toWords(goal: Goal): string {
  const { ours, kind, where } = goal;
  switch (kind) {
    case "ahead":
      return `${where}: ${ours} is ahead of ${goal.of}`;
    case "never behind":
      return `${where}: ${ours} is not behind ${goal.of}`;
    case "at least":
      return `${where}: ${goal.of} takes at least ${goal.times}x ${ours}`;
    case "at most":
      return `${where}: ${ours} takes at most ${goal.times}x ${goal.of}`;
    case "above":
      return `${where}: ${ours} takes at most ${goal.more} ${goal.unit} more than ${goal.of === ours ? "without" : goal.of}`;
    case "grows":
      return `${where}: the dearest takes at most ${goal.times}x the cheapest`;
    case "bounded":
      return `${where}: ${goal.extra} of ${ours} is at most ${goal.most} ${goal.unit}`;
  }
}
