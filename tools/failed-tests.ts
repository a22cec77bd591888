/** What Node's `spec` reporter says failed, at the end of its output: `file:line:column name`. */
export function failedTests(output: string): string[] {
  const [, failures = ""] = output.split(/^✖ failing tests:$/m);
  return [...failures.matchAll(/^test at (\S+)\n✖ (.*?)(?: \([\d.]+ms\))?$/gm)].map(
    ([, place = "", name = ""]) => `${place} ${name}`,
  );
}
