/** Bounds of the doctor: when a figure begins to be trouble, and how often it looks. Knows no setting. */

export const DOCTOR_BOUNDS = {
	/** The doctor: the machine is looked at anew after so long, in milliseconds; routes of so many subnets. */
	machineFactsMs: 5_000,
	/** Every page and message shows the light: it is judged anew after so long, in milliseconds. */
	alarmMs: 1_000,
	routesMax: 256,
	/** Room on the disk of the database: below it nothing can be kept; below it the light says so, in bytes and files. */
	diskBadBytes: 2_097_152,
	diskLowBytes: 268_435_456,
	filesLow: 1_000,
	/** Share of the kernel's neighbour table that may be taken; that it was full is told for so long, in milliseconds. */
	neighbourShare: 0.9,
	overflowTellMs: 600_000,
	/** A step of the clock, and rows ahead of it, that are no accident; a step is told for so long, in milliseconds. */
	clockJumpMs: 2_000,
	clockAheadMs: 60_000,
	clockTellMs: 3_600_000,
	/** A backup is old after so long, in milliseconds. */
	backupOldMs: 172_800_000,
	/** The doctor of the command line waits so long for a busy database, in milliseconds. */
	doctorBusyMs: 1_000,
} as const;
