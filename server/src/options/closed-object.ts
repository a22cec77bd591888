import * as z from "zod";
import { nearestName } from "./nearest-name.ts";

/** Options that people know from the documentation of a later version, each with the sentence that refuses it. */
export type LaterOptions = Readonly<Record<string, string>>;

/** An object that has no other members than these. A misspelled member would otherwise be a silent default. */
export function closed<Shape extends z.core.$ZodLooseShape>(shape: Shape, later: LaterOptions = {}) {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code === "unrecognized_keys") return JSON.stringify(whyUnknown(issue.keys, known, later));
      return issue.input === undefined ? undefined : "must be an object";
    },
  });
}

/** One sentence a name, in the order of the names. */
function whyUnknown(names: readonly string[], known: readonly string[], later: LaterOptions): readonly string[] {
  return names.map((name) => {
    const refusal = Object.hasOwn(later, name) ? later[name] : undefined;
    if (refusal !== undefined) return refusal;
    const near = nearestName(name, known);
    return near === undefined
      ? `there is no option "${name}"; there are ${known.join(", ")}`
      : `there is no option "${name}"; did you mean "${near}"?`;
  });
}
