/** What a file becomes on its way in: table, mapping, rows to write, what each would do. Pure; knows no file format. */

/** What a file was taken for. */
export const ORIGINS = {
	csv: "CSV",
	xlsx: "Excel workbook (XLSX)",
	xls: "Excel workbook (XLS)",
	json: "JSON",
	rollcall: "Rollcall's own export",
	phpipam: "phpIPAM export",
	"phpipam-dump": "phpIPAM MySQL dump",
	"phpipam-api": "phpIPAM, live",
	netbox: "NetBox CSV",
	hosts: "hosts file",
	leases: "DHCP leases",
} as const;
export type Origin = keyof typeof ORIGINS;

/** What a column can be read as, and how a person calls that. "" leaves the column out. */
export const TARGETS = {
	"": "leave out",
	address: "Address or subnet",
	ip: "IP address",
	subnet: "Subnet",
	mask: "Mask or prefix length",
	name: "Name",
	hostname: "Hostname",
	description: "Description",
	tags: "Tags",
	state: "State, as a tag",
	notes: "Notes",
	line: "Line of the notes",
	mac: "Hardware address (MAC)",
	gateway: "Gateway of the subnet",
	is_gateway: "Is the gateway (yes or no)",
	name_source: "Where the name came from",
	sweep_interval_s: "Seconds between sweeps",
	sweep_enabled: "Swept (yes or no)",
	scan_enabled: "Ports scanned (yes or no)",
	snmp_enabled: "Asked by SNMP (yes or no)",
} as const;
export type Target = keyof typeof TARGETS;

/** A row of a file: the line it begins on, or its number in a sheet, from 1. */
export type TableRow = { readonly line: number; readonly cells: readonly string[] };

/** A file taken apart: one header and rows under it, and what each column is most likely. */
export type Table = {
	readonly origin: Origin;
	/** What was found out about the file, in words: "semicolons, Windows-1250". */
	readonly notes: readonly string[];
	readonly headers: readonly string[];
	readonly rows: readonly TableRow[];
	readonly mapping: readonly Target[];
};

/** Why a file cannot be read, for the person who brought it. `line` and `column` from 1. */
export type FileProblem = {
	readonly message: string;
	readonly line?: number | undefined;
	readonly column?: number | undefined;
	/** The encoding has to be chosen. */
	readonly encoding?: true;
};

export type Read<T> = { readonly value: T | undefined; readonly problems: readonly FileProblem[] };

/** What a row says of a host. Left out: the file says nothing of it; "": it says that there is none. */
export type HostValues = {
	readonly hostname?: string;
	readonly nameSource?: string;
	readonly description?: string;
	readonly tags?: readonly string[];
	readonly notes?: string;
	readonly mac?: string;
	readonly snmpEnabled?: boolean;
};

export type SubnetDraftValues = {
	readonly name?: string;
	readonly notes?: string;
	readonly gateway?: string;
	readonly sweepIntervalS?: number;
	readonly sweepEnabled?: boolean;
	readonly scanEnabled?: boolean;
	readonly snmpEnabled?: boolean;
};

/** Which row it is: `at` counts the rows of the table from 0. */
export type Place = { readonly line: number; readonly at: number };

/** A row understood; `remarks` say what was read otherwise than written. */
export type Draft = Place & Understood;
type Understood =
	| {
			readonly kind: "host";
			readonly ip: string;
			/** The subnet the row names, as a block. */
			readonly subnet: string | undefined;
			readonly isGateway: boolean;
			/** The gateway that the row names, where that is another address. */
			readonly gateway: string | undefined;
			readonly values: HostValues;
			readonly remarks: readonly string[];
	  }
	| {
			readonly kind: "subnet";
			readonly cidr: string;
			readonly values: SubnetDraftValues;
			readonly remarks: readonly string[];
	  }
	| { readonly kind: "refused"; readonly address: string; readonly reason: string };

/** What a row would do. */
export const VERDICTS = ["add", "change", "same", "refuse"] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Bounds of a file, checked before it is unpacked or while it is read. */
export const FILE_LIMITS = {
	/** Of the file as it comes, in bytes. */
	bytes: 16 * 1_048_576,
	/** Of everything in an XLSX file, unpacked, in bytes; and how much larger it may become. */
	unpackedBytes: 64 * 1_048_576,
	ratio: 100,
	parts: 2_000,
	rows: 200_000,
	columns: 200,
	/** Subnets that one file may add. */
	subnets: 10_000,
	/** Characters of one cell. */
	cellChars: 32_767,
} as const;

/** Encodings a person may choose for text that is not UTF-8. */
export const ENCODINGS = {
	"windows-1252": "Western European (Windows-1252)",
	"windows-1250": "Central European (Windows-1250)",
	"windows-1251": "Cyrillic (Windows-1251)",
	"windows-1253": "Greek (Windows-1253)",
	"windows-1254": "Turkish (Windows-1254)",
	"windows-1257": "Baltic (Windows-1257)",
	"utf-16le": "UTF-16, low byte first",
	"utf-16be": "UTF-16, high byte first",
} as const;
export type Encoding = keyof typeof ENCODINGS;

/** How a file is to be taken; kept with it. */
export type ImportOptions = {
	/** What the person insists on; "auto" leaves it to the content. */
	readonly format: string;
	readonly encoding?: Encoding | undefined;
	/** Meaning of each column; left out: as it was guessed. */
	readonly mapping?: readonly Target[] | undefined;
	/** An empty cell clears what is there. */
	readonly clear: boolean;
	/** New subnets are swept where the file does not say otherwise. */
	readonly sweep: boolean;
};

export const DEFAULT_OPTIONS: ImportOptions = { format: "auto", clear: false, sweep: true };

/**
 * unread: the file could not be read, `problem` says why. ready: what it would do is known. asked: to be written by the
 * program that serves. done: written.
 */
export type ImportState = "unread" | "ready" | "asked" | "done";

export type VerdictCounts = Readonly<Record<Verdict, { readonly hosts: number; readonly subnets: number }>>;

/** A file on its way in. */
export type Import = {
	readonly id: number;
	readonly state: ImportState;
	/** Name of the file, or what it came from. */
	readonly name: string;
	readonly origin: Origin | undefined;
	readonly notes: readonly string[];
	readonly headers: readonly string[];
	readonly mapping: readonly Target[];
	/** A few cells of each column. */
	readonly examples: readonly (readonly string[])[];
	readonly options: ImportOptions;
	readonly problem: FileProblem | undefined;
	readonly counts: VerdictCounts;
	/** Epoch milliseconds. */
	readonly madeAt: number;
	readonly by: string;
	/** What it became when it was written. */
	readonly batchId: number | undefined;
};

export type FieldChange = { readonly field: string; readonly old: string; readonly new: string };

/** What one row of a file would do. */
export type ImportRow = {
	readonly n: number;
	readonly line: number;
	readonly noun: "host" | "subnet";
	readonly address: string;
	readonly verdict: Verdict;
	/** Why it is refused; otherwise what was read otherwise than written, or left alone. */
	readonly reason: string;
	readonly changes: readonly FieldChange[];
};

/** How a host or subnet is to be in the end; what is left out stays as it is. */
export type HostTarget = {
	readonly hostname?: string;
	readonly hostnameSource?: string | null;
	readonly description?: string;
	readonly tags?: readonly string[];
	readonly notes?: string;
	readonly mac?: string | null;
	readonly snmpEnabled?: boolean;
};

export type PlannedRow = Omit<ImportRow, "n"> & {
	readonly at: number;
	readonly rowId: number | undefined;
	readonly version: number | undefined;
	/** The subnet a new host lies in, as a block. */
	readonly home: string | undefined;
	readonly target: HostTarget | SubnetDraftValues;
};

/** How long files on their way in are kept, in milliseconds: not written, and written. */
export const IMPORT_KEPT_MS = { open: 86_400_000, done: 30 * 86_400_000 } as const;

/** In the reason of a host that is refused because no subnet is around it. */
export const HOMELESS = "lies in no subnet";

/** How far reading or writing a file is: rows of all. */
export type ImportStage = {
	readonly step: "judging" | "writing";
	readonly done: number;
	readonly total: number;
};

/** Whoever waits for the heavy work: is told how far it is, and may want it to end. */
export type ImportWatch = {
	/** The file has a number, and a page, from now on. */
	begun(id: number): void;
	say(stage: ImportStage): void;
	stopped(): boolean;
};

export const UNWATCHED: ImportWatch = { begun() {}, say() {}, stopped: () => false };

/** The same as the one who can end the work holds it: `onStop` is called when it is to end. */
export type ImportControl = ImportWatch & { onStop(end: () => void): void };

/** What a thread says of this to the one that started it. */
export type ImportSaid = { readonly begun: number } | { readonly stage: ImportStage };
