/** Pages for what cannot be shown: not found, refused, failed. They say what to do next and nothing of the inside. */

import { Main, Wire } from "./elements.tsx";
import { visibleLines } from "./format.ts";

export function Problem(props: {
	status: number;
	title: string;
	says: string;
	next?: { href: string; label: string };
}) {
	return (
		<Main class="problem">
			<section class="panel start" aria-labelledby="problem">
				<p class="status">{props.status}</p>
				<h1 id="problem">
					<Wire text={props.title} />
				</h1>
				<p>{visibleLines(props.says)}</p>
				{props.next !== undefined && (
					<p>
						<a class="button primary" href={props.next.href}>
							{visibleLines(props.next.label)}
						</a>
					</p>
				)}
			</section>
		</Main>
	);
}
