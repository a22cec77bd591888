/** What a person needs to know a number again, and no more: `+8613800138000` → `+8613*****8000`. */
export function maskedPhone(number: string): string {
  const shown = Math.floor((number.length - 1) / 3);
  const [first, last] = [number.slice(0, shown + 1), number.slice(-shown)];
  return first + "*".repeat(number.length - first.length - last.length) + last;
}
