import type { Dice } from "./dice.ts";

/**
 * Headers as a phone shows them: the case of their names depends on system, engine and HTTP version, so here the dice say.
 * Of several with one name the values are joined.
 */
export function spelledHeaders(rawHeaders: readonly string[], dice: Dice): Readonly<Record<string, string>> {
  const style = Math.floor(dice.roll() * 4);
  const header: Record<string, string> = {};
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = spell(rawHeaders[at] ?? "", style);
    const value = rawHeaders[at + 1] ?? "";
    header[name] = header[name] === undefined ? value : `${header[name]},${value}`;
  }
  return header;
}

function spell(name: string, style: number): string {
  switch (style) {
    case 0:
      return name.toLowerCase();
    case 1:
      return name.toUpperCase();
    case 2:
      return name.toLowerCase().replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
    default:
      return name;
  }
}
