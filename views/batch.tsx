/** What was changed or deleted in one go, and undoing it: the bar right after, and the page that stays. */

import type { Batch, Kept } from "../src/model/batch.ts";
import { Age, Main, Wire } from "./elements.tsx";
import { plural, visible } from "./format.ts";
import { Form } from "./reader.tsx";

const FIELD_NAMES: Readonly<Record<string, string>> = {
	tags_json: "tags",
	hostname_source: "hostname",
	sweep_interval_s: "sweep interval",
	sweep_enabled: "sweeps",
	scan_enabled: "port scans",
	snmp_enabled: "SNMP",
	mac: "hardware address",
};

const WHY: Readonly<Record<string, string>> = {
	answers: "it answers by now: it stays without what was imported",
	address: "somebody recorded another host at this address",
	cidr: "it was added anew meanwhile",
	hosts: "hosts live in it by now",
	subnet: "the subnet around it is gone",
};

/** "Deleted nas.lan", "Changed tags of 20 hosts in Office LAN": what was done, in pieces to be isolated. */
function Says(props: { batch: Batch }) {
	const { batch } = props;
	const source = <Wire text={batch.source} />;
	switch (batch.kind) {
		case "delete":
			return <>Deleted {source}</>;
		case "bulk_edit":
			return (
				<>
					Changed {visible(String(batch.detail.fields ?? ""))} of {source}
				</>
			);
		case "import":
			return <>Imported {source}</>;
	}
}

/** Right after it was done, above the page: undo with one press. Says too that it was undone. */
export function UndoBar(props: { batch: Batch; back: string }) {
	const { batch, back } = props;
	if (batch.state === "undone") {
		return (
			<div class="undo-bar" data-undo={`${batch.id}u`}>
				<p>
					Undone: everything is as it was
					{batch.kept > 0 && (
						<>
							, except for <a href={`/batches/${batch.id}`}>what changed since</a>
						</>
					)}
					.
				</p>
			</div>
		);
	}
	return (
		<div class="undo-bar" data-undo={batch.id}>
			<p>
				<Says batch={batch} />.
			</p>
			<UndoForm batch={batch} back={back} />
			<a href={`/batches/${batch.id}`}>Details</a>
		</div>
	);
}

function UndoForm(props: { batch: Batch; back: string }) {
	return (
		<Form action={`/batches/${props.batch.id}/undo`} class="inline">
			<input type="hidden" name="back" value={props.back} />
			<button type="submit" class="button plain">
				Undo
			</button>
		</Form>
	);
}

export function BatchPage(props: { batch: Batch; kept: readonly Kept[]; days: number; now: number }) {
	const { batch, kept } = props;
	return (
		<Main class="narrow-page">
			<h1>
				<Says batch={batch} />
			</h1>
			<p>
				<Age at={batch.madeAt} now={props.now} />
				{batch.actor !== "" && (
					<>
						{" "}
						by <Wire text={batch.actor} />
					</>
				)}
				: <Counts batch={batch} />.
			</p>
			{batch.state === "undone" ? (
				<>
					<p>
						Undone
						{batch.undoneAt !== undefined && (
							<>
								{" "}
								<Age at={batch.undoneAt} now={props.now} />
							</>
						)}
						{batch.undoneBy !== "" && (
							<>
								{" "}
								by <Wire text={batch.undoneBy} />
							</>
						)}
						.{" "}
						{batch.kept === 0
							? "Everything is as it was before."
							: `${plural(batch.kept, "thing")} changed since:`}
					</p>
					{kept.length > 0 && <KeptList kept={kept} more={batch.kept - kept.length} />}
				</>
			) : (
				<>
					<p>
						Undo brings back what was there, with its history. What somebody changed since then stays as it is
						now. This can be undone for {plural(props.days, "day")}.
					</p>
					<UndoForm batch={batch} back={`/batches/${batch.id}`} />
				</>
			)}
		</Main>
	);
}

function Counts(props: { batch: Batch }) {
	const { added, changed, deleted, subnets } = props.batch;
	const parts = [
		added > 0 && `${plural(added, "host")} added`,
		changed > 0 && `${plural(changed, "host")} changed`,
		deleted > 0 && `${plural(deleted, "host")} deleted`,
		subnets > 0 && plural(subnets, "subnet"),
	].filter(Boolean);
	return <>{parts.length === 0 ? "nothing was changed" : parts.join(", ")}</>;
}

function KeptList(props: { kept: readonly Kept[]; more: number }) {
	return (
		<ul class="plain">
			{props.kept.map((one) => (
				<li key={`${one.noun}${one.id}`}>
					{one.outcome === "gone" || one.noun === "webhook" ? (
						<Wire text={one.label === "" ? `a ${one.noun} that is deleted` : one.label} />
					) : (
						<a href={`/${one.noun}s/${one.id}`}>
							<Wire text={one.label} />
						</a>
					)}
					: {one.outcome === "gone" ? "it was deleted since" : reasonOf(one.fields)}
				</li>
			))}
			{props.more > 0 && <li>and {plural(props.more, "other")}</li>}
		</ul>
	);
}

function reasonOf(fields: string): string {
	const why = WHY[fields];
	if (why !== undefined) return why;
	if (fields === "") return "it was changed since";
	const names = fields.split(", ").map((field) => FIELD_NAMES[field] ?? visible(field));
	return `${[...new Set(names)].join(", ")} changed since: left as it is now`;
}
