/** The last backup, where it is, and a button for one more. Shows facts, makes none. */

import type { BackupReport } from "../src/model/upkeep.ts";
import { ActionButton, Age, Panel, Wire } from "./elements.tsx";
import { bytes, plural } from "./format.ts";

export type Backups = {
	report: BackupReport | undefined;
	problem: { at: number; says: string } | undefined;
	/** A backup is asked for since then. */
	askedAt: number | undefined;
	/** Daily backups that stay; 0: none is made by itself. */
	keep: number;
	now: number;
};

export function BackupsPanel({ backups }: { backups: Backups }) {
	const { report, problem, askedAt, keep, now } = backups;
	const made = report === undefined || report.path === "" ? undefined : report;
	return (
		<Panel title="Backups" class="padded" id="backups">
			{problem !== undefined && (
				<p class="problem" role="alert">
					The last attempt, <Age at={problem.at} now={now} />, made no backup. <Wire text={problem.says} />
				</p>
			)}
			<dl class="facts-list">
				<div>
					<dt>Made</dt>
					<dd>{keep === 0 ? "only when asked" : `every night; the newest ${keep} are kept`}</dd>
				</div>
				<div>
					<dt>Last backup</dt>
					<dd>
						{made === undefined ? (
							"none yet"
						) : (
							<>
								<Age at={made.at} now={now} />: {bytes(made.bytes)}, {plural(made.subnets, "subnet")},{" "}
								{plural(made.hosts, "host")}; looked through, whole
							</>
						)}
					</dd>
				</div>
				{made !== undefined && (
					<div>
						<dt>File</dt>
						<dd>
							<Wire text={made.path} />
						</dd>
					</div>
				)}
			</dl>
			{askedAt === undefined || problem !== undefined ? (
				<ActionButton action="/settings/backup" label="Back up now" needs="admin" />
			) : (
				<p class="quiet" role="status" data-underway>
					Asked for a backup <Age at={askedAt} now={now} />; it is made beside everything else.
				</p>
			)}
		</Panel>
	);
}
