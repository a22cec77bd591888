/** One stage of a Dockerfile: what it is built on and what it does, in order. */
export interface Stage {
  readonly name: string;
  readonly image: string;
  readonly steps: readonly Step[];
  /** The words of its last CMD. */
  readonly command: readonly string[];
  /** The shell line of its HEALTHCHECK. */
  readonly healthcheck: string | undefined;
}

export type Step =
  | { readonly kind: "run"; readonly line: string }
  | { readonly kind: "workdir"; readonly path: string }
  | { readonly kind: "env"; readonly name: string; readonly value: string }
  | { readonly kind: "copy"; readonly from: string | undefined; readonly what: string; readonly to: string };

/** @throws Error for an instruction that we do not use, so that nothing is passed over in silence */
export function readDockerfile(text: string): readonly Stage[] {
  const lines = text
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .join("\n")
    .replaceAll(/\\\n\s*/g, "")
    .split("\n")
    .filter((line) => line.trim() !== "");
  const stages: { name: string; image: string; steps: Step[]; command: string[]; healthcheck: string | undefined }[] =
    [];
  for (const line of lines) {
    const [instruction = "", rest = ""] = split(line);
    if (instruction === "FROM") {
      const [image = "", , name = ""] = rest.split(/\s+/);
      stages.push({ name, image, steps: [], command: [], healthcheck: undefined });
      continue;
    }
    const stage = stages.at(-1);
    if (stage === undefined) throw new Error(`before the first FROM: ${line}`);
    if (instruction === "CMD") stage.command = JSON.parse(rest);
    else if (instruction === "HEALTHCHECK") stage.healthcheck = rest.replace(/^.*?\bCMD\s+/, "");
    else if (instruction !== "USER" && instruction !== "EXPOSE") stage.steps.push(stepOf(instruction, rest));
  }
  return stages;
}

function stepOf(instruction: string, rest: string): Step {
  switch (instruction) {
    case "RUN":
      return { kind: "run", line: rest };
    case "WORKDIR":
      return { kind: "workdir", path: rest };
    case "ENV": {
      const [name = "", value = ""] = rest.split("=");
      return { kind: "env", name, value };
    }
    case "COPY": {
      const [, from, paths = ""] = /^(?:--from=(\S+)\s+)?(.+)$/.exec(rest) ?? [];
      const [what = "", to = ""] = paths.split(/\s+/);
      return { kind: "copy", from, what, to };
    }
    default:
      throw new Error(`an instruction that is not carried out here: ${instruction}`);
  }
}

function split(line: string): [string, string] {
  const [, instruction = "", rest = ""] = /^(\S+)\s*(.*)$/.exec(line.trim()) ?? [];
  return [instruction, rest];
}
