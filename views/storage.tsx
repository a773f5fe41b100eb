/** What the database holds and for how long: sizes of the tables, what a day costs, the last prune and a button. */

import { HOUR_BYTES, type PruneReport, SAMPLE_BYTES, type StorageState } from "../src/model/upkeep.ts";
import { ActionButton, Age, Panel } from "./elements.tsx";
import { bytes, plural } from "./format.ts";

export type Storage = {
	state: StorageState;
	/** Days that raw samples, hourly sums and events are kept. */
	rawDays: number;
	hourlyDays: number;
	eventDays: number;
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
			<dl class="facts-list">
				{Object.entries(keptOf(props.storage)).map(([label, value]) => (
					<div key={label}>
						<dt>{label}</dt>
						<dd>{value}</dd>
					</div>
				))}
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
				<p class="quiet" role="status">
					Asked to prune <Age at={props.storage.askedAt} now={now} />; it runs beside everything else.
				</p>
			)}
		</Panel>
	);
}

/** How long each part is kept, with what that comes to at the present number of hosts. */
function keptOf(storage: Storage): Record<string, string> {
	const { samplesPerDay } = storage.state;
	const rawDay = samplesPerDay * SAMPLE_BYTES;
	const hosts = storage.state.hostsSeen;
	const hourDay = hosts * 24 * HOUR_BYTES;
	const estimate = (day: number, days: number) =>
		hosts === 0
			? ""
			: `: about ${bytes(day)} a day with ${plural(hosts, "host")}, ${bytes(day * days)} in all`;
	return {
		"Keep measurements": `${plural(storage.rawDays, "day")}${estimate(rawDay, storage.rawDays)}`,
		"Keep hourly sums": `${plural(storage.hourlyDays, "day")}${estimate(hourDay, storage.hourlyDays)}`,
		"Keep events": plural(storage.eventDays, "day"),
	};
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
