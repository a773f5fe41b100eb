/** One file on its way in: how it was understood, what each row would do, and what became of it. Knows no request. */

import type { Batch } from "../src/model/batch.ts";
import {
	type Import,
	type ImportRow,
	type ImportStage,
	ORIGINS,
	VERDICTS,
	type Verdict,
	type VerdictCounts,
} from "../src/model/import.ts";
import { ActionButton, Age, Callout, Main, Panel, Wire } from "./elements.tsx";
import { count, plural, visible, visibleLines } from "./format.ts";
import { EncodingField } from "./import.tsx";
import { Columns } from "./import-columns.tsx";
import { Rows } from "./import-rows.tsx";
import { Working } from "./import-stage.tsx";
import { Form } from "./reader.tsx";

export type ImportPageProps = {
	found: Import;
	/** How far it is, while somebody works on it. */
	stage: ImportStage | undefined;
	/** Blocks that could be put around addresses that lie in no subnet. */
	around: readonly { readonly cidr: string; readonly hosts: number }[];
	/** Whose rows are shown. */
	show: Verdict | undefined;
	rows: readonly ImportRow[];
	/** There are more rows behind this number. */
	next: number | undefined;
	batch: Batch | undefined;
	/** Why the last step did not work. */
	problem: string | undefined;
	now: number;
};

export function ImportPage(props: ImportPageProps) {
	const { found, problem } = props;
	return (
		<Main class="import-page" live={props.stage === undefined ? undefined : "work"}>
			<nav class="trail" aria-label="Breadcrumbs">
				<a href="/imports">Import</a> / <span aria-current="page">{visible(found.name)}</span>
			</nav>
			<Head found={found} now={props.now} />
			{problem !== undefined && (
				<Callout kind="bad">
					<p>{visibleLines(problem)}</p>
				</Callout>
			)}
			{props.stage === undefined ? <Standing {...props} /> : <Working found={found} stage={props.stage} />}
		</Main>
	);
}

function Standing(props: ImportPageProps) {
	const { found, problem } = props;
	return (
		<>
			{problem === undefined && found.problem !== undefined && <Problem found={found} />}
			{problem === undefined && found.problem === undefined && found.state === "unread" && (
				<Callout kind="warn">
					<p>Rollcall was stopped while it read this file. Nothing was written.</p>
				</Callout>
			)}
			{found.state === "unread" ? <Unread found={found} /> : <Judged {...props} />}
		</>
	);
}

function Head(props: { found: Import; now: number }) {
	const { found } = props;
	const facts = [found.origin === undefined ? undefined : ORIGINS[found.origin], ...found.notes].filter(
		Boolean,
	);
	return (
		<div class="title">
			<h1>
				<Wire text={found.name} />
			</h1>
			<p class="facts">
				{facts.length > 0 && <>{visible(facts.join(" · "))} · </>}
				brought <Age at={found.madeAt} now={props.now} />
				{found.by !== "" && (
					<>
						{" "}
						by <Wire text={found.by} />
					</>
				)}
			</p>
		</div>
	);
}

function Problem(props: { found: Import }) {
	const { problem } = props.found;
	if (problem === undefined) return null;
	const place = [
		problem.line === undefined ? undefined : `Line ${problem.line}`,
		problem.column === undefined ? undefined : `byte ${problem.column}`,
	].filter((part) => part !== undefined);
	return (
		<Callout kind="warn">
			<p>
				{place.length > 0 && <b>{place.join(", ")}: </b>}
				{visibleLines(problem.message)}
			</p>
		</Callout>
	);
}

function Unread(props: { found: Import }) {
	const { found } = props;
	return (
		<Panel
			title={found.problem?.encoding === true ? "How is it encoded?" : "Read it again"}
			id="encoding"
			class="padded"
		>
			<Form class="fields" action={`/imports/${found.id}/look`}>
				<EncodingField chosen={found.options.encoding ?? ""} />
				<p class="hint">
					A file that Excel saved as CSV in Western Europe is Windows-1252, in Central Europe Windows-1250.
					Look at the names afterwards: wrong letters mean the wrong choice.
				</p>
				<div class="actions">
					<button type="submit" class="button primary">
						Read it again
					</button>
				</div>
			</Form>
		</Panel>
	);
}

function Judged(props: ImportPageProps) {
	const { found, batch, show } = props;
	return (
		<>
			<Verdicts found={found} show={show} undone={batch?.state === "undone"} />
			{props.around.length > 0 && <Around found={found} around={props.around} />}
			{found.state === "done" ? <Done found={found} batch={batch} /> : <Go found={found} />}
			{found.state === "ready" && <Columns found={found} />}
			{show !== undefined && (
				<Rows
					id={found.id}
					show={show}
					total={total(found.counts, show)}
					rows={props.rows}
					next={props.next}
				/>
			)}
		</>
	);
}

/** Blocks that would give the refused addresses a home, one press each. */
function Around(props: { found: Import; around: ImportPageProps["around"] }) {
	return (
		<Callout kind="note">
			<p>Some addresses lie in no subnet. Add one around them, and the file is looked at again:</p>
			<div class="buttons">
				{props.around.map(({ cidr, hosts }) => (
					<ActionButton
						key={cidr}
						action={`/imports/${props.found.id}/around`}
						values={{ cidr }}
						label={`Add ${cidr} (${plural(hosts, "address", "addresses")})`}
					/>
				))}
			</div>
		</Callout>
	);
}

const WORDS: Readonly<Record<Verdict, { plan: string; done: string; undone: string; kind: string }>> = {
	add: { plan: "to add", done: "added", undone: "were added, and taken back", kind: "up" },
	change: { plan: "to change", done: "changed", undone: "were changed, and changed back", kind: "" },
	same: { plan: "as they are", done: "were as they are", undone: "were as they are", kind: "" },
	refuse: { plan: "refused", done: "refused", undone: "refused", kind: "down" },
};

function total(counts: VerdictCounts, verdict: Verdict): number {
	return counts[verdict].hosts + counts[verdict].subnets;
}

function Verdicts(props: { found: Import; show: Verdict | undefined; undone: boolean }) {
	const { counts, state } = props.found;
	const tense = props.undone ? "undone" : state === "done" ? "done" : "plan";
	return (
		<ul class="tiles verdicts">
			{VERDICTS.map((verdict) => {
				const { hosts, subnets } = counts[verdict];
				const n = hosts + subnets;
				const words = WORDS[verdict];
				return (
					<li key={verdict}>
						<a
							href={`/imports/${props.found.id}?show=${verdict}#rows`}
							aria-current={verdict === props.show ? "true" : undefined}
						>
							<b class={n > 0 && words.kind !== "" ? words.kind : undefined}>{count(n)}</b>
							<span class="says">{words[tense]}</span>
							{subnets > 0 && <span class="quiet part"> {plural(subnets, "subnet")}</span>}
						</a>
					</li>
				);
			})}
		</ul>
	);
}

/** The one button that writes, with what it will do in its words. */
function Go(props: { found: Import }) {
	const { found } = props;
	const [add, change, refuse] = (["add", "change", "refuse"] as const).map((one) => total(found.counts, one));
	if (found.state === "asked") {
		return (
			<Callout kind="note">
				<p>The command line asked for this import: it is written within seconds.</p>
			</Callout>
		);
	}
	if (!add && !change) {
		return (
			<Callout kind="note">
				<p>
					{refuse
						? "No row can be imported: the reasons are below."
						: "Everything is here already, just as the file says."}
				</p>
			</Callout>
		);
	}
	const what = [add ? `add ${count(add)}` : "", change ? `change ${count(change)}` : ""]
		.filter(Boolean)
		.join(", ");
	return (
		<div class="go">
			<Form action={`/imports/${found.id}/write`} class="inline">
				<button type="submit" class="button primary">
					Import: {what}
				</button>
			</Form>
			<p class="quiet">
				{refuse ? `${plural(refuse, "row")} will be left out. ` : ""}
				It is written at once, and can be undone afterwards.
			</p>
			{refuse ? <RefusedLink found={found} /> : null}
		</div>
	);
}

function RefusedLink(props: { found: Import }) {
	return (
		<a href={`/imports/${props.found.id}/refused.csv`} hx-boost="false" download>
			Refused rows as CSV, with the reason
		</a>
	);
}

function Done(props: { found: Import; batch: Batch | undefined }) {
	const { found, batch } = props;
	const refused = total(found.counts, "refuse");
	return (
		<div class="go">
			<p>
				{batch === undefined && found.batchId === undefined && "There was nothing to write."}
				{batch?.state === "done" && "Written."}
				{batch?.state === "undoing" && (
					<a href={`/batches/${batch.id}`}>It is being undone: see how far it is.</a>
				)}
				{batch?.state === "undone" && "Undone. "}
				{batch?.state === "undone" && batch.kept > 0 && (
					<a href={`/batches/${batch.id}`}>{plural(batch.kept, "thing")} changed since and stayed.</a>
				)}
			</p>
			{batch?.state === "done" && (
				<Form action={`/batches/${batch.id}/undo`} class="inline">
					<input type="hidden" name="back" value={`/imports/${found.id}`} />
					<button type="submit" class="button plain">
						Undo this import
					</button>
				</Form>
			)}
			{refused > 0 && <RefusedLink found={found} />}
			<a href="/imports">Bring another file</a>
		</div>
	);
}
