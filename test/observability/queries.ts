import { readFileSync } from "node:fs";
import { parse } from "yaml";

const DEPLOY = new URL("../../deploy/", import.meta.url);
export const RULES: URL = new URL("prometheus/hufu.rules.yml", DEPLOY);
export const RULE_TESTS: URL = new URL("prometheus/hufu.rules.test.yml", DEPLOY);
const DASHBOARD = new URL("grafana/hufu.json", DEPLOY);

/** An expression, and where it stands. */
export interface Query {
  readonly where: string;
  readonly expression: string;
}

export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: Readonly<Record<"summary" | "description" | "runbook_url", string>>;
}

export function readAlerts(): readonly Alert[] {
  const { groups }: { groups: readonly { readonly rules: readonly Alert[] }[] } = parse(readFileSync(RULES, "utf8"));
  return groups.flatMap(({ rules }) => rules);
}

/** Every expression of the alerts and of the dashboard, whose variables stand for every node and half a minute. */
export function readQueries(): readonly Query[] {
  const dashboard: {
    readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[];
  } = JSON.parse(readFileSync(DASHBOARD, "utf8"));
  return [
    ...readAlerts().map(({ alert, expr }) => ({ where: alert, expression: expr })),
    ...dashboard.panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr }) => ({
        where: title,
        expression: expr.replaceAll("$instance", ".*").replaceAll("$__rate_interval", "30s"),
      })),
    ),
  ];
}

const SELECTOR = /\b(?:hufu|process|nodejs|up)(?:_[a-z0-9_]+)?(?:\{[^}]*\})?/g;

/** What an expression selects: `hufu_refreshes_total{instance=~".*"}`. */
export function selectorsIn(expression: string): readonly string[] {
  // A label may be named like a metric only in quotes or brackets, which belong to a selector.
  return expression.match(SELECTOR) ?? [];
}
