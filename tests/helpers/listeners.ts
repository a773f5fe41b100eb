/** Real TCP servers in the far namespace of a lab: opened and closed while a test runs. */

import { join } from "node:path";
import type { Listening } from "./listener-entry.ts";
import type { Lab } from "./netns.ts";
import { until } from "./patience.ts";

export type Listeners = {
	/** "got PORT BYTES" for everything that was sent to these ports. */
	readonly received: () => string[];
	close(): Promise<void>;
};

/** Resolves when all of them listen. */
export async function listen(lab: Lab, ports: readonly Listening[]): Promise<Listeners> {
	const entry = join(import.meta.dir, "listener-entry.ts");
	const child = Bun.spawn(lab.farCommand([process.execPath, entry, JSON.stringify(ports)]), {
		// It ends when this pipe does: also when the test dies.
		stdin: "pipe",
		stdout: "pipe",
		stderr: "inherit",
	});
	let said = "";
	const gather = async () => {
		for await (const chunk of child.stdout) said += Buffer.from(chunk).toString();
	};
	void gather();
	const opened = () => said.split("\n").filter((line) => line.startsWith("open ")).length;
	await until(
		() => opened() === ports.length || child.exitCode !== null,
		() => `all listen: ${said}`,
	);
	if (child.exitCode !== null) throw new Error(`nobody listens: ${said}`);
	return {
		received: () => said.split("\n").filter((line) => line.startsWith("got ")),
		async close() {
			child.kill("SIGKILL");
			await child.exited;
		},
	};
}

/** Banners that somebody chose to hurt the reader (nmap takes version or product out of them), and an honest one. */
export const HOSTILE_FTP = "220 vsFTPd <script>alert(1)</script>\"'&\x01\x1b[31m\u00a0 ready...\r\n";
export const HOSTILE_PRINTER =
	"220 AXIS <img src=x onerror=alert(1)>\x1b]0;x\x07 FTP Network Print Server V6.30 \r\n";
export const HOSTILE_SSH = "SSH-2.0-OpenSSH_9.0<img src=x onerror=alert(1)>\x1b]0;owned\x07\r\n";
export const HONEST_SSH = "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n";
