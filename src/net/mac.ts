/** Hardware addresses of Ethernet (IEEE 802, 48 bits): reading, writing, what their flag bits say. Knows no vendor. */

/** 0 … 2^48 − 1, as it is sent: the first octet is the highest. */
export type Mac = number;

/** The six octets at `at`. */
export function macAt(view: DataView, at: number): Mac {
	return view.getUint16(at) * 0x1_0000_0000 + view.getUint32(at + 2);
}

export function writeMac(view: DataView, at: number, mac: Mac): void {
	view.setUint16(at, Math.floor(mac / 0x1_0000_0000));
	view.setUint32(at + 2, mac % 0x1_0000_0000);
}

/** Lower case with colons: "00:11:32:8a:00:01". */
export function formatMac(mac: Mac): string {
	const digits = mac.toString(16).padStart(12, "0");
	return (digits.match(/../g) ?? []).join(":");
}

/** Reads six octets of two hexadecimal digits with colons; undefined for anything else. */
export function parseMac(text: string): Mac | undefined {
	if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text)) return undefined;
	return Number.parseInt(text.replaceAll(":", ""), 16);
}

/**
 * A piece of an address in whatever way people write them ("00-11-32", "0011.328a", "001132") as `formatMac` would:
 * at least four digits in groups of an even number; undefined for what cannot be a piece of one.
 */
export function macPart(text: string): string | undefined {
	const groups = text.trim().toLowerCase().split(/[:.-]/);
	const digits = groups.join("");
	if (digits.length < 4 || digits.length > 12 || !/^[0-9a-f]+$/.test(digits)) return undefined;
	if (groups.some((group) => group.length % 2 === 1)) return undefined;
	return (digits.match(/../g) ?? []).join(":");
}

/** Could one interface have it? Not zero, not a group address (the lowest bit of the first octet; broadcast too). */
export function isUnicast(mac: Mac): boolean {
	return mac !== 0 && (Math.floor(mac / 2 ** 40) & 1) === 0;
}

/** Made up by software (virtual machines, phones that hide) rather than given by a vendor: bit 2 of the first octet. */
export function isLocallyAdministered(mac: Mac): boolean {
	return (Math.floor(mac / 2 ** 40) & 2) !== 0;
}
