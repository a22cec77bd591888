import type { Leak } from "./find-leaks.ts";
import { RULES } from "./rules/index.ts";

/** The leaks as SARIF 2.1.0, which code hosts show beside the line. */
export function toSarif(leaks: readonly Leak[], version: string): string {
  const report = {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "hufu scan",
            version,
            rules: RULES.map(({ id, level, found, remedy, help }) => ({
              id,
              shortDescription: { text: found },
              help: { text: remedy },
              helpUri: help,
              defaultConfiguration: { level },
            })),
          },
        },
        results: leaks.map(({ file, line, column, rule }) => ({
          ruleId: rule.id,
          level: rule.level,
          message: { text: `${rule.found} ${rule.remedy}` },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: file.split("/").map(encodeURIComponent).join("/") },
                region: { startLine: line, startColumn: column },
              },
            },
          ],
        })),
      },
    ],
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}
