/** What nmap says of how far it is, out of its XML as it comes. Knows no process. */

import type { ScanStep } from "../../model/scan.ts";

/** `<taskprogress task="Connect Scan" time="1795653079" percent="30.40" remaining="3" etc="1795653081"/>` (nmap.dtd). */
const PROGRESS =
	/<taskprogress task="([^"]{1,60})"[^>]{0,80} percent="(\d{1,3})[\d.]{0,8}"(?:[^>]{0,40} remaining="(\d{1,7})")?[^>]{0,80}\/>/g;
/** Longest element that may come in two pieces, in characters. */
const ELEMENT = 300;

/** Takes the output piece by piece; `told` hears of the newest element in each, once. */
export function progressReader(told: (step: ScanStep) => void): (piece: string) => void {
	let rest = "";
	return (piece) => {
		const text = rest + piece;
		const last = [...text.matchAll(PROGRESS)].at(-1);
		const end = last === undefined ? 0 : last.index + last[0].length;
		rest = text.slice(Math.max(end, text.length - ELEMENT));
		const step = stepOf(last?.[1] ?? "");
		if (last === undefined || step === undefined) return;
		const leftS = last[3] === undefined ? undefined : Number(last[3]);
		told({ step, percent: Math.min(100, Number(last[2])), leftS });
	};
}

/** The tasks by name: "SYN Stealth Scan", "UDP Scan"; "Service scan", "NSE". Others (finding hosts) say nothing of ports. */
function stepOf(task: string): ScanStep["step"] | undefined {
	if (/^(Service scan|NSE)/.test(task)) return "services";
	return / Scan$/.test(task) && !/Ping/.test(task) ? "ports" : undefined;
}
