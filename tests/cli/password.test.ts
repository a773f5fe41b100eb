/** A password asked for on a terminal, a real one (pty(7)): nothing is shown, and whoever leaves finds the terminal as it was. */

import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const HOME = join(import.meta.dir, "../..");
const folder = mkdtempSync(join(tmpdir(), "rollcall-password-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const missing = Bun.which("python3") === null;

/**
 * Runs argv on a terminal of its own. Each step is a word to wait for, and what is typed (or the signal that is sent)
 * then. Prints everything that was shown, the exit code, and whether the terminal shows again what is typed.
 */
const TERMINAL = `
import json, os, pty, signal, sys, termios
steps, argv = json.loads(sys.argv[1]), sys.argv[2:]
master, slave = pty.openpty()
pid = os.fork()
if pid == 0:
    os.setsid()
    os.login_tty(slave) if hasattr(os, "login_tty") else [os.dup2(slave, n) for n in range(3)]
    os.execvp(argv[0], argv)
shown = b""
for word, typed in steps:
    while word.encode() not in shown:
        shown += os.read(master, 1024)
    if typed.startswith("SIG"):
        os.kill(pid, getattr(signal, typed))
    else:
        os.write(master, typed.encode())
_, status = os.waitpid(pid, 0)
echo = bool(termios.tcgetattr(slave)[3] & termios.ECHO)
os.set_blocking(master, False)
try:
    while True:
        shown += os.read(master, 4096)
except OSError:
    pass
print(json.dumps({"code": os.waitstatus_to_exitcode(status), "echo": echo, "shown": shown.decode()}))
`;

type Seen = { readonly code: number; readonly echo: boolean; readonly shown: string };

async function type(steps: readonly (readonly [string, string])[], ...args: string[]): Promise<Seen> {
	const rollcall = [process.execPath, join(HOME, "src/main.ts"), ...args];
	const done = Bun.spawn(
		["python3", "-c", TERMINAL, JSON.stringify(steps), ...rollcall, "--database", join(folder, "ipam.db")],
		{ cwd: HOME, env: { PATH: process.env.PATH }, stdin: "ignore", stdout: "pipe", stderr: "pipe" },
	);
	const [out, err] = await Promise.all([new Response(done.stdout).text(), new Response(done.stderr).text()]);
	if ((await done.exited) !== 0) throw new Error(err);
	return JSON.parse(out);
}

describe.skipIf(missing)(`a password on a terminal${missing ? ": skipped, python3 is missing" : ""}`, () => {
	test("is asked for twice and never shown", async () => {
		const word = "correct horse battery";
		const seen = await type(
			[
				["Password: ", `${word}\r`],
				["Once more: ", `${word}x\u007f\r`],
			],
			...["user", "add", "ada"],
		);
		expect({ code: seen.code, echo: seen.echo }).toEqual({ code: 0, echo: true });
		expect(seen.shown).toContain("ada may sign in, as admin.");
		expect(seen.shown).not.toContain("horse");
	});

	test.each([
		["Ctrl+C", "\u0003"],
		["the end of the input", "\u0004"],
		["a signal from elsewhere", "SIGTERM"],
	])("%s is an interruption: nothing was changed, and the terminal shows what is typed", async (_, typed) => {
		const seen = await type([["Password: ", typed]], "user", "add", "eve");
		expect({ code: seen.code, echo: seen.echo }).toEqual({ code: 130, echo: true });
		expect(seen.shown).toContain("rollcall: interrupted: nothing was changed.");
	});
});
