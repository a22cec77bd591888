// Measures one budget in a process of its own, so that none is slowed or warmed by the one before it.
import { BUDGETS } from "./budgets.ts";

const [name, effort] = process.argv.slice(2);
const budget = BUDGETS.find((one) => one.name === name);
if (budget?.measure === undefined) throw new TypeError(`there is nothing to measure for ${name}`);
const measure = await budget.measure();
const findings = await measure({ quick: effort === "quick" }, (progress) => process.send?.({ progress }));
process.send?.({ findings }, () => process.exit(0));
