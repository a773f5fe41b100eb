/** What can go wrong, as codes the edges know how to answer: knows no HTTP status, no log, no page. */

export type ErrorCode = "invalid" | "not_found" | "conflict" | "denied" | "limited" | "unavailable";

/**
 * A failure with a message for the person who asked. Thrown once, caught at an edge (HTTP root, job, sweep
 * runner, command line). `field` names the input at fault; `detail` holds what an edge may offer instead
 * (a corrected value, the id of the thing in the way); `cause` is for the log only.
 */
export class AppError extends Error {
	readonly code: ErrorCode;
	readonly field: string | undefined;
	readonly detail: Readonly<Record<string, string | number>> | undefined;

	constructor(
		code: ErrorCode,
		message: string,
		more: { field?: string; detail?: Record<string, string | number>; cause?: unknown } = {},
	) {
		super(message, more.cause === undefined ? undefined : { cause: more.cause });
		this.name = "AppError";
		this.code = code;
		this.field = more.field;
		this.detail = more.detail;
	}
}
