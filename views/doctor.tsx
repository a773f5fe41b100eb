/** What works on this machine and what does not, with the cure. Shows checks, makes none. */

import { type Check, worstFirst } from "../src/model/doctor/check.ts";
import { Wire } from "./elements.tsx";
import { visibleLines } from "./format.ts";
import { SettingsFrame } from "./settings-frame.tsx";

const WORDS = { ok: "Works", warn: "Limited", bad: "Fails" } as const;
const PILLS = { ok: "up", warn: "warn", bad: "down" } as const;

export function Doctor(props: { checks: readonly Check[] }) {
	const well = props.checks.every((check) => check.state === "ok");
	return (
		<SettingsFrame place="/doctor" title="Doctor">
			<p class="facts">
				{well
					? "Everything that Rollcall needs works."
					: "What does not work stands first, with the command that mends it, or that shows what is to be mended."}{" "}
				The same list on the command line: <code>rollcall doctor</code>
			</p>
			<section class="panel" aria-label="Checks">
				<ul class="checks">
					{worstFirst(props.checks).map((check) => (
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
		</SettingsFrame>
	);
}
