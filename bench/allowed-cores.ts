import { readFileSync } from "node:fs";

/** The numbers of the cores that this process may run on; empty where the system does not tell. */
export function allowedCores(): readonly string[] {
  try {
    return coresIn(/^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "");
  } catch {
    return [];
  }
}

/** `0-2,5` as Linux writes it. */
export function coresIn(list: string): readonly string[] {
  return list
    .split(",")
    .filter((part) => part !== "")
    .flatMap((part) => {
      const [first = "", last = first] = part.split("-");
      return Array.from({ length: Number(last) - Number(first) + 1 }, (_, at) => String(Number(first) + at));
    });
}
