/** Settings and bounds of what keeps an installation running for years: retention, backups and certificates. */

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type Key, number } from "./reading.ts";

export type UpkeepSettings = Readonly<{
	/** Days that single samples, and hourly figures, are kept. */
	rawRetentionDays: number;
	hourlyRetentionDays: number;
	/** Folder of the daily backups; "": "backups" beside the database. */
	backupDir: string;
	/** Daily backups that are kept; 0: none is made. */
	backupKeep: number;
	/** Files of certificate (with its chain) and private key, PEM; "" for both: plain http. */
	tlsCert: string;
	tlsKey: string;
}>;

export const UPKEEP_BOUNDS = {
	/** Events kept, and sweep records kept, in days. */
	eventDays: 400,
	runDays: 2,
	/** What was changed or deleted in one go can be undone for so many days, and all of it together holds so many rows. */
	batchDays: 14,
	batchRows: 1_000_000,
	/** Pages offer to undo what was just done for so long, in seconds. */
	undoBarS: 10,
	/** The prune: a transaction takes nothing new after so long, and rows in one of its steps. */
	pruneSliceMs: 5,
	pruneUnit: 1_000,
	/** A backup that failed is tried again so much later, in milliseconds. */
	backupRetryMs: 3_600_000,
	/** The thread that sweeps is started again after its end so much later, doubling up to the second, in milliseconds. */
	restartMs: 1_000,
	restartMaxMs: 60_000,
	/** Ticks (a second each) without a word from that thread before it is given up and started anew. */
	silentTicks: 60,
} as const;

const path = (text: string) => (text === "" ? "" : text.includes("\0") ? undefined : resolve(text));
const file = (text: string) => (text === "" ? "" : existsSync(text) ? resolve(text) : undefined);

export const UPKEEP_KEYS = {
	rawRetentionDays: {
		key: "RETENTION_RAW_DAYS",
		example: "7",
		fallback: "7",
		read: number(1, 3_650),
		needs: "a number of days from 1 to 3650",
	},
	hourlyRetentionDays: {
		key: "RETENTION_HOURLY_DAYS",
		example: "400",
		fallback: "400",
		read: number(1, 3_650),
		needs: "a number of days from 1 to 3650",
	},
	backupDir: {
		key: "BACKUP_DIR",
		example: "/var/backups/rollcall",
		fallback: "",
		read: path,
		needs: "a folder",
	},
	backupKeep: {
		key: "BACKUP_KEEP",
		example: "7",
		fallback: "7",
		read: number(0, 366),
		needs: "a number of backups from 0 (none) to 366",
	},
	tlsCert: {
		key: "TLS_CERT",
		example: "/etc/rollcall/cert.pem",
		fallback: "",
		read: file,
		needs: "a file that is there",
	},
	tlsKey: {
		key: "TLS_KEY",
		example: "/etc/rollcall/key.pem",
		fallback: "",
		read: file,
		needs: "a file that is there",
	},
} satisfies Record<string, Key>;
