/** How far something is that goes on by itself: a bar, a sentence, and the button that ends it. Knows no work. */

import type { ComponentChildren } from "preact";
import { inPlace } from "./elements.tsx";

/** The page it stands on is looked at again every second: by the script, or without it as its head says. */
export function Progress(props: {
	label: string;
	says: string;
	done: number;
	/** 0: nobody knows. */
	total: number;
	children?: ComponentChildren;
}) {
	const { label, says, done, total } = props;
	const known = total > 0 ? { max: total, value: Math.min(done, total) } : {};
	return (
		<section class="panel sweep" aria-label={label} data-underway>
			<label class="sr" for="work-bar">
				{label}
			</label>
			<progress id="work-bar" {...known} />
			<p class="says" role="status">
				{says}
			</p>
			{props.children !== undefined && <div {...inPlace}>{props.children}</div>}
		</section>
	);
}
