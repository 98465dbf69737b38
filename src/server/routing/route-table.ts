/** The routes of one app: the first that matches a path, by order of registration, and each by its name. */

import { ROUTE_DUPLICATE, ROUTE_NAME_TWICE, usageError } from "../../errors.ts";
import type { PathPattern, PatternSegment } from "./path-pattern.ts";
import { toSegments } from "./path-segments.ts";

/** One route: a pattern and what it leads to. */
export interface Route<Value> {
  readonly pattern: PathPattern;
  readonly value: Value;
  readonly name: string | undefined;
}

/** A route that matches a path. */
export interface RouteMatch<Value> extends Route<Value> {
  /** The route itself: one object for all that it matches. */
  readonly route: Route<Value>;
  /** The values of the path; without a prototype. */
  readonly params: Readonly<Record<string, unknown>>;
}

/** A route and its place in the order of registration. */
interface Entry<Value> {
  readonly order: number;
  readonly route: Route<Value>;
}

/** The routes that have led here segment by segment. Which converter a parameter has plays no part. */
class Node<Value> {
  readonly literals = new Map<string, Node<Value>>();
  param: Node<Value> | undefined;
  /** Routes that end here. */
  readonly ends: Entry<Value>[] = [];
  /** Routes that take the rest from here. */
  readonly rests: Entry<Value>[] = [];
}

/**
 * Routes, tried in the order in which they were added. The tree only leaves out those that could not match, so that
 * hundreds of routes cost no more than the few of the path's shape.
 */
export class RouteTable<Value> {
  readonly #root = new Node<Value>();
  readonly #byName = new Map<string, Route<Value>>();
  /** What plain paths have led to: where no converter was asked, it is the same each time. */
  readonly #known = new Map<string, RouteMatch<Value>>();
  #count = 0;

  /**
   * Adds a route after all others.
   *
   * @throws UsageError when another has this name, or takes the same paths: the same text and converters in the same
   * places, whatever its parameters are called.
   */
  add(pattern: PathPattern, value: Value, name?: string): void {
    const named = name === undefined ? undefined : this.#byName.get(name);
    if (name !== undefined && named) throw usageError(ROUTE_NAME_TWICE, name, pattern.text, named.pattern.text);
    const entries = this.#entriesOf(pattern);
    const twin = entries.find(({ route }) => areTwins(route.pattern.segments, pattern.segments));
    if (twin) throw usageError(ROUTE_DUPLICATE, pattern.text, twin.route.pattern.text);
    const route = { pattern, value, name };
    this.#known.clear();
    entries.push({ order: this.#count++, route });
    if (name !== undefined) this.#byName.set(name, route);
  }

  /** The first route that matches this path, a pathname without its query. What a converter throws is thrown on. */
  match(pathname: string): RouteMatch<Value> | undefined {
    const known = this.#known.get(pathname);
    if (known !== undefined) return known;
    const path = toSegments(pathname);
    if (path === undefined) return undefined;
    let isPlain = true;
    for (const { route } of candidates(this.#root, path)) {
      const { pattern, value, name } = route;
      isPlain &&= pattern.isPlain;
      const params = pattern.matchSegments(path);
      if (params === undefined) continue;
      const match = { pattern, value, name, route, params };
      if (isPlain && pathname.length <= LONGEST_KNOWN) this.#remember(pathname, match);
      return match;
    }
    return undefined;
  }

  #remember(pathname: string, match: RouteMatch<Value>): void {
    // Those that are asked for again and again are soon known again.
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(pathname, match);
  }

  /** The route of this name. */
  find(name: string): Route<Value> | undefined {
    return this.#byName.get(name);
  }

  /** Where the routes of this shape are kept; grows the tree. */
  #entriesOf({ segments }: PathPattern): Entry<Value>[] {
    let node = this.#root;
    for (const segment of segments) {
      if (segment.type === "rest" || segment.type === "any") return node.rests;
      node = segment.type === "literal" ? literalChild(node, segment.text) : paramChild(node);
    }
    return node.ends;
  }
}

/** One path may be written in many ways. */
const MOST_KNOWN = 1_000;
/** Characters. */
const LONGEST_KNOWN = 200;

function literalChild<Value>(node: Node<Value>, text: string): Node<Value> {
  const child = node.literals.get(text) ?? new Node();
  node.literals.set(text, child);
  return child;
}

function paramChild<Value>(node: Node<Value>): Node<Value> {
  node.param ??= new Node();
  return node.param;
}

/** Whether two patterns, which lead to the same place in the tree, take the same paths. */
function areTwins(some: readonly PatternSegment[], others: readonly PatternSegment[]): boolean {
  return some.every((segment, index) => converterOf(segment) === converterOf(others[index]));
}

function converterOf(segment: PatternSegment): unknown {
  return segment.type === "param" || segment.type === "rest" ? segment.converter : segment.type;
}

/** The routes whose shape fits the path, in the order of registration. */
function candidates<Value>(root: Node<Value>, path: readonly string[]): readonly Entry<Value>[] {
  const found: Entry<Value>[] = [];
  collect(root, path, 0, found);
  return found.length > 1 ? found.sort((a, b) => a.order - b.order) : found;
}

/** Visits each node of the tree at most once, so that no path costs more than trying all routes in turn. */
function collect<Value>(node: Node<Value>, path: readonly string[], depth: number, found: Entry<Value>[]): void {
  found.push(...node.rests);
  if (depth === path.length) {
    found.push(...node.ends);
    return;
  }
  const literal = node.literals.get(path[depth]);
  if (literal) collect(literal, path, depth + 1, found);
  if (node.param) collect(node.param, path, depth + 1, found);
}
