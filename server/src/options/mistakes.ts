import type { z } from "zod";

/** A mistake in options. Never holds a value. */
export interface Mistake {
  /** Where it is, such as `apps[0].appId`. */
  readonly path: string;
  /** What it is: a predicate such as `is missing`, or a sentence. */
  readonly what: string;
}

/** The mistake of a required option that is absent. */
export const MISSING = "is missing";
const PREDICATE = /^(?:is|has|looks|repeats) /;
const MOST_SHOWN = 10;

/** Options as a schema reads them, with their defaults, or the mistakes in them. */
export type ReadOptions<Output> =
  | { readonly options: Output; readonly mistakes: readonly [] }
  | { readonly options?: undefined; readonly mistakes: readonly [Mistake, ...Mistake[]] };

/** Reads options by a schema and finds all mistakes at once. */
export function readBySchema<Output>(schema: z.ZodType<Output>, value: unknown): ReadOptions<Output> {
  // Zod's own messages name the expected type, and never the value unless asked to.
  const result = schema.safeParse(value, { reportInput: false });
  if (result.success) return { options: result.data, mistakes: [] };
  const found = result.error.issues.flatMap((issue) => mistakesOf(issue, []));
  // What is of the wrong type is also too short, and so on: one sentence for each option is enough.
  const [first, ...more] = found.filter(({ path }, at) => found.findIndex((other) => other.path === path) === at);
  return { mistakes: [first ?? { path: "", what: "must be an object" }, ...more] };
}

/**
 * The options with their defaults.
 * @throws TypeError that names every option that is wrong, never a value
 */
export function checkedOptions<Output>(schema: z.ZodType<Output>, value: unknown): Output {
  const read = readBySchema(schema, value);
  if (read.options === undefined) throw new TypeError(mistakesInWords(read.mistakes));
  return read.options;
}

/** All mistakes in one line. */
export function mistakesInWords(mistakes: readonly Mistake[]): string {
  const shown = mistakes.slice(0, MOST_SHOWN).map(inOneSentence);
  const more = mistakes.length > shown.length ? `; and ${mistakes.length - shown.length} more` : "";
  return `${shown.join("; ")}${more}`;
}

function inOneSentence({ path, what }: Mistake): string {
  if (path === "") return what;
  return PREDICATE.test(what) ? `${path} ${what}` : `${path}: ${what}`;
}

/** `["apps", 0, "appId"]` → `apps[0].appId`. */
export function pathInWords(path: readonly PropertyKey[]): string {
  const words = path
    .map((part) => {
      if (typeof part === "number") return `[${part}]`;
      const name = String(part);
      return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
    })
    .join("");
  return words.startsWith(".") ? words.slice(1) : words;
}

function mistakesOf(issue: z.core.$ZodIssue, parent: readonly PropertyKey[]): readonly Mistake[] {
  const path = [...parent, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    const sentences = sentencesOf(issue.message);
    return issue.keys.map((name, at) => ({ path: pathInWords([...path, name]), what: sentences[at] ?? issue.message }));
  }
  if (issue.code === "invalid_union") {
    const [meant] = issue.errors
      .filter((branch) => !branch.some(isOtherType))
      .toSorted((one, other) => one.length - other.length);
    if (meant !== undefined) return meant.flatMap((inner) => mistakesOf(inner, path));
  }
  if (issue.code === "invalid_key")
    return [{ path: pathInWords(path), what: issue.issues[0]?.message ?? issue.message }];
  return [{ path: pathInWords(path), what: inWords(issue) }];
}

/** `closed` writes one sentence a name, and an issue has room for one text. */
function sentencesOf(message: string): readonly string[] {
  const list: unknown = JSON.parse(message);
  return Array.isArray(list) ? list.map(String) : [];
}

/** Does this say only that the value is of another type than this branch of a union? */
function isOtherType(issue: z.core.$ZodIssue): boolean {
  return issue.path.length === 0 && ["invalid_type", "invalid_value", "custom"].includes(issue.code);
}

function inWords(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type" && issue.message.endsWith("received undefined")) return MISSING;
  return issue.message.replace(/^Invalid input: /, "");
}
