import { HufuError } from "../../core/errors/errors.ts";
import type { Form } from "./form.ts";

/** @throws HufuError `parameter_missing` */
export function required(form: Form, name: string): string {
  const value = form.get(name);
  if (value === undefined) throw new HufuError("parameter_missing", { parameter: name });
  return value;
}

/** @throws HufuError `parameter_invalid` if it is there and does not have this shape */
export function shaped(form: Form, name: string, shape: RegExp): string | undefined {
  const value = form.get(name);
  if (value !== undefined && !shape.test(value)) throw invalid(name);
  return value;
}

export function invalid(name: string): HufuError {
  return new HufuError("parameter_invalid", { parameter: name });
}
