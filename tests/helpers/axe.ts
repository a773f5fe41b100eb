/** Asks axe-core what is wrong with a page. Knows no page. */

import type { Page } from "playwright-core";

/** The script to be added to a page before it is asked. */
export const AXE = "node_modules/axe-core/axe.min.js";

/** Violations as "rule: where". Only colours differ between themes, so only they are asked again. */
export async function axe(page: Page, only?: string): Promise<string[]> {
	return page.evaluate(async (rule) => {
		const { axe } = globalThis as unknown as {
			axe: {
				run(
					root: unknown,
					options: unknown,
				): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
			};
		};
		const found = await axe.run(document, {
			resultTypes: ["violations"],
			...(rule && { runOnly: { type: "rule", values: [rule] } }),
		});
		return found.violations.flatMap(({ id, nodes }) =>
			nodes.slice(0, 3).map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary}`),
		);
	}, only);
}
