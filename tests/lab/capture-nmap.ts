/**
 * Takes the samples in samples/nmap: real nmap against servers of ours in a namespace. Run as root; not a test.
 * Arguments: the folder under samples/nmap, then the command that runs that nmap; none: the nmap of this machine.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HONEST_SSH, HOSTILE_FTP, HOSTILE_PRINTER, HOSTILE_SSH, listen } from "../helpers/listeners.ts";
import { configure, FAR, NEAR, nft, openLab } from "../helpers/netns.ts";

const [, , INTO = "", ...NAMED] = process.argv;
const FOLDER = join(import.meta.dir, "../../samples/nmap", INTO);
const NMAP = NAMED.length > 0 ? NAMED : ["nmap"];
const SILENT = "10.99.0.6";

/** File, arguments behind our own, targets. */
const CAPTURES: readonly [string, string[], string[]][] = [
	["connect", ["-Pn", "-sT", "-p", "22,80,81"], [FAR, NEAR]],
	["syn", ["-Pn", "-sS", "-p", "1-1000"], [FAR]],
	["top-ports", ["-Pn", "-T3", "--top-ports", "1000", "-sS", "--host-timeout", "5s"], [FAR, NEAR]],
	["version-hostile", ["-Pn", "-sS", "-sV", "--version-light", "-p", "21,22,2121,2222"], [FAR]],
	[
		"printer-excluded",
		["-Pn", "-sS", "-sV", "-p", "22,515,9100", "--exclude-ports", "T:515,T:9100-9107"],
		[FAR],
	],
	["udp", ["-Pn", "-sU", "-p", "53,161"], [FAR]],
	["timeout", ["-Pn", "-sS", "-p", "1-1000", "--max-rate", "5", "--host-timeout", "1500ms"], [FAR]],
	["down", ["-sS", "-PE", "-p", "22"], [SILENT]],
	["filtered", ["-Pn", "-sS", "-p", "22,80", "--max-retries", "0"], [SILENT]],
	["os", ["-Pn", "-sS", "-O", "-p", "22,81"], [FAR]],
	["v6", ["-6", "-Pn", "-sT", "-p", "22,80"], ["fd99::2"]],
	["no-hosts", ["-Pn", "-sT", "-p", "22"], ["no-such-name.invalid"]],
];

if (import.meta.main) {
	const lab = openLab(9);
	try {
		configure(lab, {
			near: [`route add ${SILENT} via ${FAR}`, "addr add fd99::1/64 dev veth0 nodad"],
			far: [`route add blackhole ${SILENT}`, "addr add fd99::2/64 dev veth0 nodad"],
		});
		nft(lab, "far", "");
		const servers = await listen(lab, [
			{ port: 21, banner: HOSTILE_FTP },
			{ port: 22, banner: HONEST_SSH },
			{ port: 2222, banner: HOSTILE_SSH },
			{ port: 2121, banner: HOSTILE_PRINTER },
			{ port: 80 },
			{ port: 9100 },
			{ port: 22, banner: HONEST_SSH, hostname: "fd99::2" },
		]);
		// The veth pair takes a moment to carry the first packet.
		for (let i = 0; i < 20 && lab.inNear(["ping", "-c1", "-W1", FAR]).code !== 0; i++);
		mkdirSync(FOLDER, { recursive: true });
		for (const [name, args, targets] of CAPTURES) {
			const own = ["-n", "--no-stylesheet", "-oX", "-", "--"];
			const ran = lab.inNear([...NMAP, ...args, ...own, ...targets], { env: { LC_ALL: "C" } });
			writeFileSync(join(FOLDER, `${name}.xml`), ran.out);
			process.stdout.write(`${name}: exit ${ran.code}, ${ran.out.length} bytes ${ran.err.trim()}\n`);
		}
		await servers.close();
	} finally {
		lab.close();
	}
}
