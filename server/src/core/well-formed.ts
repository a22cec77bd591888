import { HufuError } from "./errors/errors.ts";

/**
 * Can this text be stored and read back as it is? Half a character would become a replacement character, and two texts one.
 */
export function isWellFormed(text: string): boolean {
  // Half of a character beyond the first 65,536, such as an emoji that was cut; or NUL, which no database keeps.
  return text.isWellFormed() && !text.includes("\0");
}

/** @throws HufuError `parameter_invalid` that names what was given */
export function assertWellFormed(text: string, name: string): void {
  if (isWellFormed(text)) return;
  const detail = `${name} holds NUL or half of a character (a lone surrogate), so it could not be read back`;
  throw new HufuError("parameter_invalid", { parameter: name, detail });
}
