/** One port scan, from the wish to the result, and what a host's page says of its scans. */

const SCAN_STATES = ["queued", "running", "done", "failed", "cancelled", "interrupted"] as const;
export type ScanState = (typeof SCAN_STATES)[number];

/** The row that is queue, progress and record. */
export type ScanRun = {
	readonly id: number;
	/** undefined: the subnet is gone. */
	readonly subnetId: number | undefined;
	/** The host somebody wished to have scanned; undefined for a scheduled batch. */
	readonly hostId: number | undefined;
	readonly trigger: "schedule" | "person";
	readonly state: ScanState;
	/** Epoch milliseconds. */
	readonly requestedAt: number;
	readonly startedAt: number | undefined;
	readonly finishedAt: number | undefined;
	/** Hosts to scan, and those with a result. */
	readonly total: number;
	readonly done: number;
	readonly openPorts: number;
	/** "nmap" or "connect": who scanned. */
	readonly method: string | undefined;
	readonly problem: string | undefined;
};

/** How far a scanner is with what it does at the moment: it finds open ports, then (nmap) asks what listens there. */
export type ScanStep = {
	readonly step: "ports" | "services";
	/** 0 to 100. */
	readonly percent: number;
	/** Its own estimate of what is left of this step, in seconds. */
	readonly leftS: number | undefined;
};

/** The same of a run that somebody asked for; data of the SSE message "scanning". */
export type ScanProgress = ScanStep & { readonly runId: number };

/** How a host stands with port scans. */
export type HostScan = {
	/** Epoch milliseconds of the last scan that said something, and who made it ("nmap", "connect"). */
	readonly lastAt: number | undefined;
	readonly lastBy: string | undefined;
	/** Why the newest scan said nothing. */
	readonly problem: string | undefined;
	/** The scan it waits for or is in. */
	readonly open: "queued" | "running" | undefined;
	/** Hosts of that scan, this one included; 0: it is in none. */
	readonly openHosts: number;
	/** The run it is in, where somebody asked for it: how far it is is told (`ScanProgress`). */
	readonly asked: number | undefined;
	/** Somebody asked that scan to end; it does within a second. */
	readonly ending: boolean;
	/** undefined: none is planned (not up, or scans are off). */
	readonly nextAt: number | undefined;
};
