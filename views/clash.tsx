/** Two people at one value: what is there now beside what was typed. Knows no field. */

import type { ComponentChildren } from "preact";
import { Wire } from "./elements.tsx";
import { visibleLines } from "./format.ts";

/** Both values side by side: nothing is lost, whoever saved first. `children` is what was typed here. */
export function Clash(props: { theirs: string; by: string | undefined; children: ComponentChildren }) {
	return (
		<>
			<p class="clash" role="alert">
				{props.by === undefined ? "Somebody else" : <Wire text={props.by} />} changed this while you were
				typing. Nothing is stored yet.
			</p>
			<div class="sides">
				<div class="theirs">
					<p class="label">There now</p>
					<p class="value">
						{props.theirs === "" ? (
							<span class="quiet">nothing</span>
						) : (
							<bdi>{visibleLines(props.theirs)}</bdi>
						)}
					</p>
				</div>
				<div class="mine">{props.children}</div>
			</div>
		</>
	);
}
