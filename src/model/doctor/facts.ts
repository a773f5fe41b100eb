/** What is known of this installation before anybody judges it: gathered at the edges, handed in. Types alone. */

/** Why the database or its disk does not do what it is told. */
export type StorageFault = "busy" | "full" | "refused" | "failing" | "damaged" | "unusable";

/** What keeps the thread that sweeps from working, in words; `fault`: it is the database. */
export type Trouble = { readonly says: string; readonly fault?: StorageFault | undefined };

/** Versions, as the programs tell them. */
export type ProgramFacts = {
	readonly rollcall: string;
	readonly bun: string;
	readonly sqlite: string;
	/** "Linux 6.1.0 x64". */
	readonly system: string;
	/** Path of this executable. */
	readonly executable: string;
};

/** How echoes are sent here. */
export type ProbingFacts = {
	/** False: this process sweeps nothing. */
	readonly sweeps: boolean;
	/** undefined: not opened yet, or impossible. */
	readonly method: "raw" | "datagram" | "ping" | undefined;
	/** ARP: used; not wanted (ARP_ENABLED); wanted and not permitted. */
	readonly arp: "used" | "off" | "refused";
	readonly trouble: Trouble | undefined;
};

/** The disk that holds the database; sizes in bytes. */
export type DiskFacts = {
	readonly folder: string;
	readonly freeBytes: number;
	readonly totalBytes: number;
	/** Files that may still be made; undefined: no limit is known. */
	readonly freeFiles: number | undefined;
	/** This process may make files in the folder. */
	readonly writable: boolean;
};

/** An interface of this machine. */
export type DeviceFacts = {
	readonly index: number;
	readonly name: string;
	/** Switched on; and with a link (a cable, a radio). */
	readonly up: boolean;
	readonly running: boolean;
	readonly loopback: boolean;
};

/** How the kernel would send to an address: where to, or why not. */
export type Route =
	| { readonly kind: "way"; readonly device: number; readonly gateway: string | undefined }
	/** No route at all. */
	| { readonly kind: "none" }
	/** A route that forbids it (unreachable, prohibit, blackhole). */
	| { readonly kind: "forbidden" };

export type MachineFacts = {
	/** A text: the database is in memory, or why its folder cannot be looked at. */
	readonly disk: DiskFacts | "memory" | "missing";
	/** undefined: this system does not tell. */
	readonly devices: readonly DeviceFacts[] | undefined;
	/** Addresses of this machine outside loopback and link-local. */
	readonly addresses: number;
	/** net.ipv4.ping_group_range, and whether a group of this process lies in it. */
	readonly pingGroups: { readonly range: string; readonly covers: boolean } | undefined;
	/** The kernel's table of neighbours (IPv4): its limit, what it holds, whether it was full lately. */
	readonly neighbours:
		| { readonly limit: number; readonly held: number | undefined; readonly overflowing: boolean }
		| undefined;
	/** The user this process runs as; undefined where there are no numbers for them. */
	readonly user: number | undefined;
};

export type DatabaseFacts = {
	readonly path: string;
	/** The format of the file and the one this program writes; undefined: no file yet. */
	readonly format: number | undefined;
	readonly knows: number;
	readonly trouble: Trouble | undefined;
	/** Looked through from end to end: what was found; undefined: not done. */
	readonly damage: string | undefined;
};

/** A subnet that is swept. */
export type SubnetFacts = {
	readonly cidr: string;
	/** undefined: not looked at, or this system does not tell. */
	readonly route: Route | undefined;
};

/** What the rows say of the work that was done lately. Times in epoch milliseconds. */
export type WorkFacts = {
	/** Enabled subnets, and those whose last sweep failed (the first few with the reason). */
	readonly enabled: number;
	readonly failed: number;
	readonly failing: readonly { readonly cidr: string; readonly problem: string }[];
	/** End of the newest sweep that went well. */
	readonly lastSweepAt: number | undefined;
	/** Our own network is down since then, and why. */
	readonly ownDown: { readonly since: number; readonly reason: string | undefined } | undefined;
	/** The newest port scan that ended by itself. */
	readonly lastScan: { readonly failed: boolean; readonly problem: string | undefined } | undefined;
	/** Port scans that failed in a row, counted up to three. */
	readonly scanFailures: number;
	/** Name servers have not answered since then. */
	readonly namesFail: { readonly since: number; readonly reason: string } | undefined;
	readonly backup: { readonly at: number; readonly path: string } | undefined;
	readonly backupProblem: string | undefined;
};

export type ScannerFacts = {
	readonly name: "nmap" | "connect";
	readonly says: string;
	readonly notes: readonly string[];
	readonly mend: string | undefined;
	/** There is an nmap, but it cannot be used. */
	readonly broken: boolean;
};

export type NameFacts = {
	/** Names are looked up. */
	readonly asked: boolean;
	/** Name servers that are asked, as text; empty: the settings leave it to the system, which names none. */
	readonly servers: readonly string[];
	/** The setting names the server itself. */
	readonly own: boolean;
};

export type ClockFacts = {
	/** The clock moved by so much against the machine's own running time, and when; undefined: it did not. */
	readonly jump: { readonly at: number; readonly byMs: number } | undefined;
};

export type Facts = {
	readonly now: number;
	readonly program: ProgramFacts;
	readonly probing: ProbingFacts;
	readonly machine: MachineFacts;
	readonly database: DatabaseFacts;
	readonly subnets: readonly SubnetFacts[];
	/** undefined: the database cannot be read. */
	readonly work: WorkFacts | undefined;
	readonly scanner: ScannerFacts;
	readonly names: NameFacts;
	readonly clock: ClockFacts;
	readonly backupKeep: number;
};

/** Where a figure begins to be trouble; see BOUNDS in config. */
export type DoctorBounds = {
	readonly diskBadBytes: number;
	readonly diskLowBytes: number;
	readonly filesLow: number;
	/** Share of the neighbour table that may be taken. */
	readonly neighbourShare: number;
	/** The newest row may be so much ahead of the clock, in milliseconds. */
	readonly clockAheadMs: number;
	/** A jump of the clock is told for so long. */
	readonly clockTellMs: number;
	/** A backup may be so old. */
	readonly backupOldMs: number;
};
