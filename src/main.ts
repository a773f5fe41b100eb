/** The process: which thread this is, and how it ends. Each thread loads only what it needs. */

if (Bun.isMainThread) {
	// Whatever is written is for its owner alone: it tells of a network, or holds hashes and keys.
	process.umask(0o077);
	const { runCommand } = await import("./cli/run.ts");
	process.exitCode = await runCommand(process.argv.slice(2));
} else {
	// Loading takes a while, and what is said meanwhile would be lost.
	const early: MessageEvent[] = [];
	self.onmessage = (message) => early.push(message);
	const { runThread } = await import("./crew.ts");
	runThread(early);
}
