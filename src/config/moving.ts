/** Bounds of imports and exports. */

export const MOVING_BOUNDS = {
	/** A file to import with the form around it, in bytes. */
	uploadBytes: 16.5 * 1_048_576,
	/** A larger body than that is refused in words, up to this size; beyond it the server hangs up, in bytes. */
	refusedBytes: 1_024 * 1_048_576,
	/** A running phpIPAM: one answer, in milliseconds; all of them in bytes, and how many. */
	pullTimeoutMs: 20_000,
	pullBytes: 64 * 1_048_576,
	pullRequests: 20_000,
	/** While an import is written, another write waits so long before it is refused, in milliseconds. */
	importBusyMs: 30,
	/**
	 * A file that is not read after so long, or not judged, in milliseconds, is let go of: it may be made to take for ever,
	 * and nobody else can import meanwhile. (16 MB of the slowest kind are read in seconds.)
	 */
	importReadMs: 120_000,
	importJudgeMs: 300_000,
	/** The command line waits so long for the server to write an import, and looks so often, in milliseconds. */
	importPatienceMs: 60_000,
	importPollMs: 100,
	/** What takes longer than this goes on by itself, and its page shows how far it is, in milliseconds. */
	workShownAfterMs: 1_000,
	/** Rows on one page of an import, and hosts read at a time for an export. */
	importRowsShown: 100,
	exportSlice: 500,
} as const;
