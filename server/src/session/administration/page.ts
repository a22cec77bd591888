import { fromBase64url, toBase64url } from "../../core/base64url.ts";
import { HufuError } from "../../core/errors/errors.ts";
import type { Place } from "../../store/directory.ts";

/** Most items of one page. */
export const PAGE_MOST = 200;
export const PAGE_USUAL = 50;

/** What is asked of a list. */
export interface PageQuery {
  /** `next` of the page before. Default: the first page. */
  readonly cursor?: string | undefined;
  /** 1 to 200. Default 50. */
  readonly limit?: number | undefined;
}

/** A part of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** Where the next page begins; `null` behind the last one. */
  readonly next: string | null;
}

/** @throws HufuError `parameter_invalid` for anything but a whole number from 1 to 200 */
export function checkLimit(limit: number = PAGE_USUAL): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= PAGE_MOST) return limit;
  throw new HufuError("parameter_invalid", { parameter: "limit" });
}

/** One item more was read than is shown: then there is another page, which begins behind the last that is shown. */
export function pageOf<Item>(read: readonly Item[], limit: number, cursorOf: (last: Item) => string): Page<Item> {
  const items = read.slice(0, limit);
  const last = items.at(-1);
  return { items, next: read.length > limit && last !== undefined ? cursorOf(last) : null };
}

/**
 * A cursor is the time and the id of the last item, so that concurrent writes do not invalidate it. A client that makes
 * one up sees another part of the same list.
 */
export function formatPlace({ at, id }: Place<string>): string {
  return toBase64url(Buffer.from(`${at}.${id}`, "utf8"));
}

/** @throws HufuError `parameter_invalid` for what is no cursor of this list */
export function parsePlace<Id extends string>(
  cursor: string | undefined,
  parseId: (text: string) => Id | undefined,
): Place<Id> | null {
  if (cursor === undefined) return null;
  const [, at, text] = /^(0|[1-9]\d{0,14})\.(.{1,256})$/.exec(textIn(cursor)) ?? [];
  const id = text === undefined ? undefined : parseId(text);
  if (at === undefined || id === undefined) throw new HufuError("parameter_invalid", { parameter: "cursor" });
  return { at: Number(at), id };
}

function textIn(cursor: string): string {
  return fromBase64url(cursor)?.toString("utf8") ?? "";
}

/** A page of a list that is at hand, in the order of its names, which are their own places. */
export function pageByName(names: readonly string[], query: PageQuery): Page<string> {
  const limit = checkLimit(query.limit);
  const place = parsePlace(query.cursor, (text) => text);
  if (place !== null && place.at !== 0) throw new HufuError("parameter_invalid", { parameter: "cursor" });
  const after = place?.id;
  const behind = names.toSorted().filter((name) => after === undefined || name > after);
  return pageOf(behind, limit, (id) => formatPlace({ at: 0, id }));
}

/** A page of a list that is at hand, newest first. */
export function pageByTime<Item>(
  items: readonly Item[],
  query: PageQuery,
  placeOf: (item: Item) => Place<string>,
  parseId: (text: string) => string | undefined,
): Page<Item> {
  const limit = checkLimit(query.limit);
  const after = parsePlace(query.cursor, parseId);
  // The item that the cursor names is no place behind itself.
  const order = (one: Place<string>, other: Place<string>): number =>
    other.at - one.at || Number(one.id < other.id) - Number(one.id > other.id);
  const behind = items
    .toSorted((one, other) => order(placeOf(one), placeOf(other)))
    .filter((item) => after === null || order(after, placeOf(item)) < 0);
  return pageOf(behind, limit, (last) => formatPlace(placeOf(last)));
}
