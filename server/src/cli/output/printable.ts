/** Control characters beyond ASCII's own (which JSON escapes), and those that reorder or hide text. */
const UNPRINTABLE = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** A value from a stranger as indented JSON that can move no cursor and hide no word. */
export function printableJson(value: unknown): string {
  return (JSON.stringify(value, undefined, 2) ?? "").replace(UNPRINTABLE, escaped);
}

/** The same in one line, for a file of one JSON object a line. */
export function lineOfJson(value: object): string {
  return JSON.stringify(value).replace(UNPRINTABLE, escaped);
}

/** Text from a stranger in one line: quoted as JSON does if it holds anything but plain words. */
export function printableText(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : JSON.stringify(text).replace(UNPRINTABLE, escaped);
}

function escaped(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
