/**
 * Thumbprints of the keys that `hufu/testing` signs with. Their private halves follow from a sentence in the source
 * (ES256: the scalar is SHA-256 of "hufu testing key: never for production"), so they are public.
 */
const TESTING_KIDS: ReadonlySet<string> = new Set(["Paja3FovcD6M8uXAaqhNwHquXlVqyyo7SyNc_1WpHnY"]);

/** Is this the thumbprint of a key whose private half is public? Production never accepts one. */
export function isTestingKid(thumbprint: string): boolean {
  return TESTING_KIDS.has(thumbprint);
}
