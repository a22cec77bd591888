import type { Command } from "commander";
import { Failure } from "../output/failure.ts";
import type { Terminal } from "../output/terminal.ts";

/** `hufu openapi`: what a server answers at `/openapi.json`, for generators that run without one. */
export function addOpenApi(program: Command, terminal: Terminal): void {
  program
    .command("openapi")
    .summary("print every endpoint as OpenAPI 3.1")
    .description("Prints the OpenAPI 3.1 document that a server answers at /openapi.json.")
    .option("--issuer <url>", "the address in `servers`", "https://api.example.com/auth")
    .addHelpText(
      "after",
      `
Examples:
  $ hufu openapi > openapi.json
  $ hufu openapi --issuer https://api.example.com/auth`,
    )
    .action(async ({ issuer }: { issuer: string }) => {
      if (!URL.canParse(issuer)) throw new Failure(`--issuer: "${issuer}" is no URL`);
      const { createOpenApi } = await import("../../http/openapi/create-openapi.ts");
      terminal.out(`${JSON.stringify(createOpenApi(issuer), undefined, 2)}\n`);
    });
}
