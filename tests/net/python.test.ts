/**
 * Ten thousand random questions about networks, answered by us and by Python's ipaddress: the answers are equal.
 * Where the two differ on purpose, the kind of text is named here, with the reason, and we must refuse it.
 */

import { describe, expect, test } from "bun:test";
import { type Address, formatAddress } from "../../src/net/address.ts";
import {
	type Cidr,
	cidrAround,
	contains,
	formatCidr,
	lastOf,
	parseCidr,
	sizeOf,
	usableRange,
} from "../../src/net/cidr.ts";
import { type Random, seeded } from "../helpers/random.ts";

const QUESTIONS = 10_000;
const python = Bun.which("python3");

/** What is said of two networks: undefined for one that is refused, and for a pair that is not of one family. */
type Facts = { text: string; first: string; last: string; count: string; usable: [string, string] };
type Answer = { a: Facts | null; b: Facts | null; holds: boolean | null; overlaps: boolean | null };

/** Python's side. hosts() of large networks is cut short at its first; the last follows from the broadcast rule. */
const SCRIPT = `
import ipaddress, json, sys
def facts(text):
    try:
        net = ipaddress.ip_network(text, strict=True)
    except ValueError:
        return None, None
    first, last = net.network_address, net.broadcast_address
    if net.num_addresses <= 256:
        hosts = list(net.hosts())
        usable = [str(hosts[0]), str(hosts[-1])]
    else:
        usable = [str(next(iter(net.hosts()))), str(last - 1 if net.version == 4 else last)]
    return net, dict(text=str(net), first=str(first), last=str(last), count=str(net.num_addresses), usable=usable)
answers = []
for a, b in json.load(sys.stdin):
    (na, fa), (nb, fb) = facts(a), facts(b)
    pair = na is not None and nb is not None and na.version == nb.version
    answers.append(dict(a=fa, b=fb, holds=nb.subnet_of(na) if pair else None, overlaps=na.overlaps(nb) if pair else None))
json.dump(answers, sys.stdout)
`;

/** Texts that Python reads and we refuse, and why. */
const STRICTER: readonly { readonly why: string; readonly is: (text: string) => boolean }[] = [
	{
		why: "without a prefix Python means one address, a person more often a /24",
		is: (text) => !text.includes("/"),
	},
	{ why: "Python also reads netmasks and hostmasks", is: (text) => /\/.*\./.test(text) },
	{ why: "Python allows leading zeros in the prefix length", is: (text) => /\/0+\d/.test(text) },
	{ why: "a zone means something on one machine only", is: (text) => text.includes("%") },
	{
		why: "::ffff:0:0/96 would be a second name for IPv4; blocks around it would hold both families",
		is: (text) => /stands for IPv4|in IPv6 clothing/.test(parseCidr(text).problem ?? ""),
	},
	{
		why: "Pythons before 3.9.5 read leading zeros in IPv4, which is what made them a vulnerability",
		is: (text) => /(^|[.:])0\d+\./.test(text) || /\.0\d/.test(text),
	},
];

function spellV6(address: Address, random: Random): string {
	const canonical = formatAddress(address);
	if (random.chance(0.4) || !canonical.includes(":")) return canonical;
	const groups = Array.from({ length: 8 }, (_, i) => (address >> BigInt(112 - 16 * i)) & 0xffffn);
	const width = random.pick([1, 4]);
	const full = groups.map((group) => group.toString(16).padStart(width, "0"));
	if (random.chance(0.2)) {
		const low = address & 0xffffffffn;
		const dotted = [24n, 16n, 8n, 0n].map((shift) => (low >> shift) & 255n).join(".");
		return `${full.slice(0, 6).join(":")}:${dotted}`;
	}
	const text = full.join(":");
	return random.chance(0.5) ? text.toUpperCase() : text;
}

function drawText(random: Random): string {
	const v4 = random.chance(0.5);
	const bits = v4 ? 32 : 128;
	const near = v4 ? 0xffff0a000000n : random.pick([0x20010db8n << 96n, 0n, 0xfe80n << 112n, 0xffff00000000n]);
	const prefix = random.chance(0.1) ? random.pick([0, bits - 2, bits - 1, bits]) : random.int(bits + 1);
	const address = near + random.bits(random.pick([2, 8, 16, v4 ? 32 : 96]));
	const around = cidrAround(v4 ? address & 0xffffffffffffn : address, Math.min(prefix, bits));
	const base = random.chance(0.15) ? address : around.base;
	let text = `${spellV6(base & ((1n << 128n) - 1n), random)}/${prefix}`;
	while (random.chance(0.2)) {
		const at = random.int(text.length + 1);
		const insert = random.chance(0.3) ? "" : random.pick([..."0123456789abcfF.:/%+-_ xg٣"]);
		text = text.slice(0, at) + insert + text.slice(at + random.int(2));
	}
	return text;
}

function factsOf(cidr: Cidr | undefined): Facts | null {
	if (cidr === undefined) return null;
	const usable = usableRange(cidr);
	return {
		text: formatCidr(cidr),
		first: formatAddress(cidr.base),
		last: formatAddress(lastOf(cidr)),
		count: String(sizeOf(cidr)),
		usable: [formatAddress(usable.first), formatAddress(usable.last)],
	};
}

function answer([textA, textB]: readonly [string, string]): Answer {
	const [a, b] = [parseCidr(textA).value, parseCidr(textB).value];
	const pair = a !== undefined && b !== undefined && a.family === b.family;
	return {
		a: factsOf(a),
		b: factsOf(b),
		holds: pair ? contains(a, b) : null,
		overlaps: pair ? contains(a, b) || contains(b, a) : null,
	};
}

describe("ipaddress of Python", () => {
	const missing = python === null ? " (python3 is missing)" : "";

	test.skipIf(python === null)(`gives the same ${QUESTIONS} answers${missing}`, async () => {
		const random = seeded(20_260_101);
		const questions = Array.from({ length: QUESTIONS }, () => [drawText(random), drawText(random)] as const);
		const child = Bun.spawn([python ?? "", "-c", SCRIPT], {
			stdin: "pipe",
			stdout: "pipe",
			stderr: "inherit",
		});
		child.stdin.write(JSON.stringify(questions));
		child.stdin.end();
		const theirs = (await new Response(child.stdout).json()) as Answer[];
		expect(await child.exited).toBe(0);
		expect(theirs).toHaveLength(QUESTIONS);

		const wrong: unknown[] = [];
		const stricter = new Map<string, number>();
		let understood = 0;
		for (const [i, question] of questions.entries()) {
			const [our, their] = [answer(question), theirs[i]];
			const kinds = question.map((text) => STRICTER.find(({ is }) => is(text)));
			for (const [n, kind] of kinds.entries()) {
				if (kind === undefined) continue;
				stricter.set(kind.why, (stricter.get(kind.why) ?? 0) + 1);
				if ((n === 0 ? our.a : our.b) !== null) wrong.push({ accepted: question[n], though: kind.why });
			}
			if (our.a !== null && our.b !== null) understood++;
			if (kinds.every((kind) => kind === undefined) && !Bun.deepEquals(our, their)) {
				wrong.push({ question, our, their });
			}
		}
		expect(wrong.slice(0, 5)).toEqual([]);
		// The draw is worth something: most are understood, and every kind of difference was met.
		expect(understood).toBeGreaterThan(QUESTIONS / 4);
		expect([...stricter.keys()].sort()).toEqual(STRICTER.map(({ why }) => why).sort());
	});
});
