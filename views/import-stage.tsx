/** How far the work on one file is, and the button that ends it. Knows no row. */

import type { Import, ImportStage } from "../src/model/import.ts";
import { ActionButton } from "./elements.tsx";
import { count, plural } from "./format.ts";
import { Progress } from "./progress.tsx";

const STEPS: Readonly<Record<ImportStage["step"], { label: string; says: string; leave: string }>> = {
	judging: {
		label: "Looking at the file",
		says: "looked at",
		leave: "You may leave this page: it goes on. Nothing is written before you say so.",
	},
	writing: {
		label: "Importing",
		says: "written",
		leave: "You may leave this page: it goes on. Cancel leaves everything as it was.",
	},
};

/** How far it is; the page looks again by itself. */
export function Working(props: { found: Import; stage: ImportStage }) {
	const { found, stage } = props;
	const { label, says, leave } = STEPS[stage.step];
	const done = `${count(stage.done)} of ${plural(stage.total, "row")} ${says}`;
	return (
		<>
			<Progress {...stage} label={label} says={stage.total === 0 ? `${label}…` : done}>
				<ActionButton action={`/imports/${found.id}/cancel`} label="Cancel" />
			</Progress>
			<p class="quiet">{leave}</p>
		</>
	);
}
