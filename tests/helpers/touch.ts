/** Finds what a thumb would miss: things to press that do not fill 44 × 44 CSS pixels. Runs in the page. */

import type { Page } from "playwright-core";

/**
 * WCAG 2.5.5 exempts links in a sentence; cells of the address map have rows of their own to press, and the heads of
 * columns are there for the keyboard alone.
 */
const EXEMPT =
	".map a, thead a, p a, .sentence a, dd a, .hint a, .callout a, .facts a, .says a, .skip, [hidden] *, .sr, .sr *";

/** One of each kind, told as "tag.class in parent.class: width × height". */
export async function smallTargets(page: Page): Promise<string[]> {
	return page.evaluate((exempt) => {
		const name = (element: Element | null) =>
			element === null ? "" : `${element.tagName.toLowerCase()}.${[...element.classList].join(".")}`;
		const seen = new Map<string, string>();
		// What lies under an open dialog cannot be pressed.
		const root = document.querySelector("dialog[open]") ?? document;
		for (const element of root.querySelectorAll<HTMLElement>(
			"a[href], button, input:not([type=hidden]), select, textarea, summary, label.check",
		)) {
			const kind = `${name(element)} in ${name(element.parentElement)}`;
			if (seen.has(kind) || element.matches(exempt) || !element.checkVisibility({ visibilityProperty: true }))
				continue;
			// A box in a label is pressed with its label.
			const whole = element.closest("label.check, label.picking, .ticked > label") ?? element;
			whole.scrollIntoView({ block: "center" });
			const box = whole.getBoundingClientRect();
			if (box.width === 0 || box.height === 0) continue;
			const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
			// A link may lie over its whole card.
			const hits = (dx: number, dy: number) => {
				const hit = document.elementFromPoint(Math.min(innerWidth - 1, Math.max(0, x + dx)), y + dy);
				return hit !== null && whole.contains(hit);
			};
			const high = box.height >= 43.5 || (hits(0, -21) && hits(0, 21));
			const wide = box.width >= 43.5 || (hits(-21, 0) && hits(21, 0));
			seen.set(kind, high && wide ? "" : `${kind}: ${Math.round(box.width)} × ${Math.round(box.height)}`);
		}
		return [...seen.values()].filter((text) => text !== "");
	}, EXEMPT);
}
