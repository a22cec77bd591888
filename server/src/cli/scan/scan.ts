import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { counted } from "../output/counted.ts";
import { printableText } from "../output/printable.ts";
import type { Terminal } from "../output/terminal.ts";
import { version } from "../version.ts";
import { findLeaks, type Leak } from "./find-leaks.ts";
import { readSources } from "./read-sources.ts";
import { toSarif } from "./sarif.ts";

const FOUND = 1;

interface ScanOptions {
  readonly format: "text" | "sarif";
}

/** `hufu scan`: searches a mini program for what must not be shipped. */
export function addScan(program: Command, terminal: Terminal, end: (code: number) => void): void {
  program
    .command("scan")
    .summary("search a mini program for secrets and for sign-in by openid")
    .argument("<path>", "the source or the built package of a mini program: a folder or a file")
    .description(
      "Searches for AppSecrets, session_key, private keys, tokens in the code or in addresses, server APIs of WeChat " +
        "and requests that send a bare openid. Nothing leaves this machine, and no secret is printed.",
    )
    .addOption(new Option("--format <format>", "how to report").choices(["text", "sarif"]).default("text"))
    .addHelpText(
      "after",
      `
Examples:
  $ hufu scan miniprogram
  $ hufu scan dist/build/mp-weixin --format sarif > hufu-scan.sarif

A line that holds the comment  hufu-scan: ignore  is not reported. node_modules is not read, miniprogram_npm is.
Exit codes: 0 nothing found, 1 something found, 2 not understood.`,
    )
    .action((path: string, { format }: ScanOptions) => {
      const { files, leftOut } = readSources(resolve(terminal.folder, path));
      const leaks: Leak[] = [];
      let count = 0;
      for (const { name, text } of files) {
        count += 1;
        leaks.push(...findLeaks(name, text));
      }
      for (const name of leftOut) terminal.err(`Not read, larger than 8 MB: ${printableText(name)}\n`);
      terminal.out(format === "sarif" ? toSarif(leaks, version()) : asText(leaks));
      terminal.err(`${counted(count, "file")} read, ${counted(leaks.length, "leak")} found.\n`);
      if (leaks.length > 0) end(FOUND);
    });
}

function asText(leaks: readonly Leak[]): string {
  return leaks
    .map(({ file, line, column, rule, excerpt }) => {
      const place = `${printableText(file)}:${line}:${column}`;
      return `${place}: ${rule.id}: ${printableText(excerpt)}\n  ${rule.found} ${rule.remedy}\n`;
    })
    .join("");
}
