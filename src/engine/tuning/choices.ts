/** Which plan runs a shape, where a race has shown it: names of plans by the shape's key. */

export type PlanChoices = ReadonlyMap<string, string>;

export const NO_CHOICES: PlanChoices = new Map();

/** The plan that the choices name; the preferred one, the first, where they name none or one that cannot run here. */
export function choosePlan<P extends { readonly name: string }>(
  plans: readonly P[],
  key: string,
  choices: PlanChoices,
): P {
  const name = choices.get(key);
  return plans.find((plan) => plan.name === name) ?? plans[0]!;
}

/** Names by keys as in a file or a source: an object of strings, and nothing else. */
export type ChoiceTable = Readonly<Record<string, string>>;

export function isChoiceTable(value: unknown): value is ChoiceTable {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((plan) => typeof plan === 'string');
}

/** Later tables win. */
export function mergeChoices(...tables: readonly ChoiceTable[]): PlanChoices {
  return new Map(tables.flatMap((table) => Object.entries(table)));
}
