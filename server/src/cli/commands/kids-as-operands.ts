/** A key's id is 43 signs of base64url, and one in 64 begins like an option. */
const KID_LIKE_AN_OPTION = /^-[\w-]{42}$/;

/**
 * The command line with every key id that begins with `-` behind a `--`, where it is not read as an option. So an
 * operator can paste every id that `hufu keys list` shows.
 */
export function kidsAsOperands(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf("--");
  const options = end === -1 ? argv : argv.slice(0, end);
  const kids = options.filter((word) => KID_LIKE_AN_OPTION.test(word));
  if (kids.length === 0) return argv;
  return [...options.filter((word) => !kids.includes(word)), "--", ...kids, ...argv.slice(options.length + 1)];
}
