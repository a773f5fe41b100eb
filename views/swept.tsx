/** When a subnet was last swept, or why it is not. Knows one subnet and no list. */

import { coverageOf } from "../src/model/coverage.ts";
import type { SubnetSummary } from "../src/model/subnet.ts";
import { Age } from "./elements.tsx";
import { interval, visible } from "./format.ts";

/** `brief` for a column that is headed "Swept". */
export function Swept(props: { subnet: SubnetSummary; now: number; brief?: boolean }) {
	const { subnet, brief } = props;
	if (coverageOf(subnet, subnet.counts.usable).kind === "nothing") {
		return (
			<span title="Multicast and reserved addresses answer nobody">{brief ? "never" : "not swept"}</span>
		);
	}
	if (!subnet.sweepEnabled) return <>{brief ? "off" : "sweeps are off"}</>;
	if (subnet.lastSweepProblem !== undefined) {
		return (
			<span class="slow" title={visible(subnet.lastSweepProblem)}>
				{brief ? "failed" : "last sweep failed"}
			</span>
		);
	}
	if (subnet.lastSweepAt === undefined) return <>{brief ? "not yet" : "not swept yet"}</>;
	return (
		<span title={`every ${interval(subnet.sweepIntervalS)}`}>
			{!brief && "swept "}
			<Age at={subnet.lastSweepAt} now={props.now} bare={brief === true} />
		</span>
	);
}
