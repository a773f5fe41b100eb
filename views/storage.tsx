/** What the database holds: how long, sizes of the tables, the last prune and a button. */

import type { PruneReport, StorageState } from "../src/model/upkeep.ts";
import { ActionButton, Age, Panel } from "./elements.tsx";
import { bytes, plural } from "./format.ts";
import { RetentionForm, type RetentionProps } from "./retention.tsx";

export type Storage = {
	state: StorageState;
	retention: Omit<RetentionProps, "state">;
	report: PruneReport | undefined;
	/** A prune is asked for since then. */
	askedAt: number | undefined;
	now: number;
};

const NAMES: Readonly<Record<string, string>> = {
	host_status: "Measurements",
	host_status_hour: "Hourly sums",
	answer_hour: "Sums over all hosts",
	subnet: "Subnets",
	host: "Hosts",
	host_tag: "Tags",
	host_open_port: "Open ports",
	event: "Events",
	sweep_run: "Sweeps",
	scan_run: "Port scans",
	webhook_delivery: "Deliveries of webhooks",
};
/** Tables with a line of their own; the rest is added up. */
const LINES = 6;

export function StoragePanel(props: { storage: Storage }) {
	const { state, report, now } = props.storage;
	return (
		<Panel title="Storage" class="padded" id="storage">
			<RetentionForm {...props.storage.retention} state={state} />
			<dl class="facts-list">
				<div>
					<dt>File</dt>
					<dd>
						{bytes(state.fileBytes)}
						{state.freeBytes > 0 && `, ${bytes(state.freeBytes)} of it free for new rows`}
					</dd>
				</div>
				{linesOf(state).map(({ label, size, exact }) => (
					<div key={label}>
						<dt class="quiet">{label}</dt>
						<dd>
							{exact ? "" : "about "}
							{bytes(size)}
						</dd>
					</div>
				))}
				<div>
					<dt>Last prune</dt>
					<dd>
						{report?.held !== undefined ? (
							report.held
						) : report === undefined || report.slices === 0 ? (
							"none yet; it runs every night"
						) : (
							<>
								<Age at={report.at} now={now} />: {plural(total(report), "row")} went
							</>
						)}
					</dd>
				</div>
			</dl>
			{props.storage.askedAt === undefined ? (
				<ActionButton action="/settings/prune" label="Prune now" needs="admin" />
			) : (
				<p class="quiet" role="status" data-underway>
					Asked to prune <Age at={props.storage.askedAt} now={now} />; it runs beside everything else.
				</p>
			)}
		</Panel>
	);
}

function linesOf(state: StorageState): { label: string; size: number; exact: boolean }[] {
	// Tables without a name for people are told together.
	const named = state.tables.filter(({ name }) => NAMES[name] !== undefined).slice(0, LINES);
	const lines = named.map((table) => ({
		label: NAMES[table.name] ?? "",
		size: table.bytes,
		exact: table.exact,
	}));
	const rest = state.tables.filter((table) => !named.includes(table));
	if (rest.length === 0) return lines;
	const size = rest.reduce((sum, table) => sum + table.bytes, 0);
	return [...lines, { label: "Everything else", size, exact: rest.every((table) => table.exact) }];
}

function total(report: PruneReport): number {
	return Object.values(report.rows).reduce((sum, n) => sum + n, 0);
}
