/** What axe finds wrong, in words that name the place. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright';

export async function accessibilityFaults(page: Page): Promise<string[]> {
  const { violations, passes } = await new AxeBuilder({ page }).analyze();
  if (passes.length === 0) throw new Error('axe looked at nothing');
  return violations.flatMap((violation) =>
    violation.nodes.map(
      (node) => `${violation.id}: ${violation.help} (${String(node.target)}) ${node.html.slice(0, 200)}`,
    ),
  );
}
