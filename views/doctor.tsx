/** What works on this machine and what does not, with the cure. Shows checks, makes none. */

import { Main, Wire } from "./elements.tsx";
import { visibleLines } from "./format.ts";

export type Check = { name: string; state: "ok" | "warn" | "bad"; says: string; mend?: string };

const WORDS = { ok: "Works", warn: "Limited", bad: "Fails" } as const;
const PILLS = { ok: "up", warn: "warn", bad: "down" } as const;

export function Doctor(props: { checks: readonly Check[] }) {
	const bad = props.checks.filter((check) => check.state !== "ok").length;
	return (
		<Main class="narrow-page">
			<h1>Doctor</h1>
			<p class="facts">
				{bad === 0 ? "Everything that Rollcall needs works." : "What does not work comes with its cure."}
			</p>
			<section class="panel" aria-label="Checks">
				<ul class="checks">
					{props.checks.map((check) => (
						<li key={check.name}>
							<span class={`pill ${PILLS[check.state]}`}>{WORDS[check.state]}</span>
							<div>
								<b>
									<Wire text={check.name} />
								</b>
								<p>{visibleLines(check.says)}</p>
								{check.mend !== undefined && <pre>{visibleLines(check.mend)}</pre>}
							</div>
						</li>
					))}
				</ul>
			</section>
		</Main>
	);
}
