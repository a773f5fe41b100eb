/** What was changed or deleted in one go, and undoing it: the bar right after, and the page that stays. */

import { type Batch, type Kept, progressOf, undoneOf } from "../src/model/batch.ts";
import { ActionButton, Age, Main, Wire } from "./elements.tsx";
import { count, plural, visible } from "./format.ts";
import { Progress } from "./progress.tsx";
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
	if (progressOf(batch) !== undefined) return null;
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
	const { batch } = props;
	const progress = progressOf(batch);
	return (
		<Main class="narrow-page" live={progress === undefined ? undefined : "work"}>
			<h1>
				<Says batch={batch} />
			</h1>
			<section class="panel padded stack" aria-label="What was done">
				<p>
					<Age at={batch.madeAt} now={props.now} />
					{batch.actor !== "" && (
						<>
							{" "}
							by <Wire text={batch.actor} />
						</>
					)}
					{batch.state !== "open" && (
						<>
							: <Counts batch={batch} />
						</>
					)}
					.
				</p>
				{typeof batch.detail.import === "number" && (
					<p>
						<a href={`/imports/${batch.detail.import}`}>The file, row by row</a>
					</p>
				)}
				{progress === undefined ? <Standing {...props} /> : <UnderWay batch={batch} {...progress} />}
			</section>
		</Main>
	);
}

/** How far it is; the page looks again by itself. */
function UnderWay(props: { batch: Batch; done: number; total: number }) {
	const { batch, done, total } = props;
	const why = whyOf(batch);
	const undoing = batch.state === "undoing";
	return (
		<>
			{why !== "" && <p>It is being taken back, because {visible(why)}.</p>}
			<Progress
				label={undoing ? "Undoing" : "Under way"}
				says={`${count(done)} of ${plural(total, "thing")} ${undoing ? "taken back" : "done"}`}
				{...{ done, total }}
			>
				{why === "" && (
					<ActionButton action={`/batches/${batch.id}/cancel`} label={undoing ? "Stop" : "Cancel"} />
				)}
			</Progress>
			<p class="quiet">
				{undoing
					? "You may leave this page: it goes on, also after a restart."
					: "You may leave this page: it goes on. Cancel takes back what was done so far."}
			</p>
		</>
	);
}

/** Why it was taken back where nobody pressed "Undo"; "" else. */
function whyOf({ detail }: Batch): string {
	return String(detail.why ?? "");
}

/** What became of it, and what can be done about it. */
function Standing(props: { batch: Batch; kept: readonly Kept[]; days: number; now: number }) {
	const { batch, kept } = props;
	const part = undoneOf(batch);
	if (batch.state === "undone") {
		return (
			<>
				<p>
					<Undone batch={batch} now={props.now} />{" "}
					{batch.kept === 0
						? "Everything is as it was before."
						: `${plural(batch.kept, "thing")} changed since:`}
				</p>
				{kept.length > 0 && <KeptList kept={kept} more={batch.kept - kept.length} />}
			</>
		);
	}
	return (
		<>
			{Number(batch.detail.homeless ?? 0) > 0 && (
				<p>
					{plural(Number(batch.detail.homeless), "host")} could not come back: no subnet is around them any
					more. Bring that back first, then undo this once more.
				</p>
			)}
			{part > 0 && (
				<p>
					{plural(part, "thing")} of it {part === 1 ? "is" : "are"} undone already.
				</p>
			)}
			<p>
				Undo brings back what was there, with its history. What somebody changed since then stays as it is
				now. This can be undone for {plural(props.days, "day")}.
			</p>
			<UndoForm batch={batch} back={`/batches/${batch.id}`} />
		</>
	);
}

function Undone(props: { batch: Batch; now: number }) {
	const { batch } = props;
	const why = whyOf(batch);
	return (
		<>
			{why === "" ? "Undone" : "Taken back"}
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
			{why !== "" && `, because ${visible(why)}`}.
		</>
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
		<ul class="plain kept">
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
