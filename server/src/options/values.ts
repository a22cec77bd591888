import * as z from "zod";
import { durationMs } from "../core/time/duration.ts";
import { MISSING } from "./mistakes.ts";

/** The message for a value of another type. */
function mustBe(what: string) {
  return ({ input }: { readonly input?: unknown }): string => (input === undefined ? MISSING : `must be ${what}`);
}

/** Text that is not empty. `about` is one sentence for the reference and for editors. */
export function text(about: string) {
  return z
    .string({ error: mustBe("a text") })
    .min(1, { error: "must not be empty" })
    .describe(about);
}

/** Text that `mistakeIn` finds nothing wrong with. */
export function checkedText(about: string, mistakeIn: (written: string) => string | undefined) {
  return text(about).check(({ value, issues }) => {
    const what = value === "" ? undefined : mistakeIn(value);
    if (what !== undefined) issues.push({ code: "invalid_format", format: "option", message: what, input: value });
  });
}

/** A length of time such as `10m`, within bounds that are written in the same way. */
export function duration(about: string, { least, most }: { readonly least?: string; readonly most?: string } = {}) {
  const wrong = "must be a duration; write a whole number and one of ms, s, m, h, d";
  return z
    .string({ error: mustBe("a duration such as 10m") })
    .regex(/^\d{1,9}(?:ms|s|m|h|d)$/, { error: wrong })
    .check(({ value, issues }) => {
      const ms = durationMs(value);
      if (ms === undefined) return;
      const say = (message: string) => issues.push({ code: "custom", message, input: value });
      if (ms === 0 && least !== "0s") say("a duration of zero makes no sense here");
      else if (least !== undefined && ms < (durationMs(least) ?? 0)) say(`must be at least ${least}`);
      else if (most !== undefined && ms > (durationMs(most) ?? Number.POSITIVE_INFINITY))
        say(`must be at most ${most}`);
    })
    .describe(about);
}

/** A whole number. */
export function wholeNumber(
  about: string,
  { least = 1, most }: { readonly least?: number; readonly most?: number } = {},
) {
  const error =
    most === undefined ? `must be a whole number from ${least}` : `must be a whole number from ${least} to ${most}`;
  const number = z.int({ error }).min(least, { error });
  return (most === undefined ? number : number.max(most, { error })).describe(about);
}

/** One of a few words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words, about: string) {
  return z.enum(words, { error: mustBe(`one of ${words.join(", ")}`) }).describe(about);
}

/** True or false. */
export function flag(about: string) {
  return z.boolean({ error: mustBe("true or false") }).describe(about);
}

/** A list; `least` is how many members it has at least. */
export function list<Item extends z.ZodType>(item: Item, about: string, least = 0) {
  const error = least === 1 ? "at least one is needed" : `at least ${least} are needed`;
  const members = z.array(item, { error: mustBe("a list") });
  return (least === 0 ? members : members.min(least, { error })).readonly().describe(about);
}

/** A function. */
export function functionOf<Type>(about: string, error = "must be a function") {
  return z.custom<Type>((value) => typeof value === "function", { error }).describe(about);
}

/** An object with at least these methods. */
export function withMethods<Type>(methods: readonly string[], about: string) {
  return z
    .custom<Type>((value) => missingMethods(value, methods).length === 0, {
      error: ({ input }) =>
        `must have the methods ${methods.join(", ")}; it lacks ${missingMethods(input, methods).join(", ")}`,
    })
    .describe(about);
}

function missingMethods(value: unknown, methods: readonly string[]): readonly string[] {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return methods;
  return methods.filter((method) => !(method in value) || typeof Reflect.get(value, method) !== "function");
}
