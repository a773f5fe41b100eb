/** The files of the certificate and its key: read, judged, and looked at for change. Opens no port. */

import { readFileSync, statSync } from "node:fs";
import { AppError } from "../errors.ts";

export type CertificateFiles = { readonly tlsCert: string; readonly tlsKey: string };

/** PEM texts, as a server takes them, and until when they hold (epoch milliseconds). */
export type Certificate = { readonly cert: string; readonly key: string; readonly endsAt: number };

/**
 * Reads both files; undefined when none are named. Throws AppError("invalid") when one cannot be read, is no PEM, is
 * past its time, or when they do not belong together.
 */
export function readCertificate(files: CertificateFiles, now: number): Certificate | undefined {
	const { tlsCert, tlsKey } = files;
	if (tlsCert === "" || tlsKey === "") return undefined;
	// Loaded where there is a certificate: it takes more memory than all pages together.
	const { createPrivateKey, X509Certificate } = process.getBuiltinModule("node:crypto");
	const cert = readText("TLS_CERT", tlsCert);
	const key = readText("TLS_KEY", tlsKey);
	const first = attempt(`TLS_CERT=${tlsCert} holds no certificate in PEM.`, () => new X509Certificate(cert));
	const own = attempt(`TLS_KEY=${tlsKey} holds no private key in PEM, or one behind a password.`, () =>
		createPrivateKey(key),
	);
	if (!first.checkPrivateKey(own)) {
		throw new AppError("invalid", `TLS_CERT=${tlsCert} and TLS_KEY=${tlsKey} do not belong together.`);
	}
	const endsAt = Date.parse(first.validTo);
	if (endsAt < now) {
		throw new AppError(
			"invalid",
			`The certificate in TLS_CERT=${tlsCert} is past its time (${first.validTo}).`,
		);
	}
	return { cert, key, endsAt };
}

function readText(name: string, path: string): string {
	return attempt(`${name}=${path} cannot be read.`, () => readFileSync(path, "utf8"));
}

function attempt<T>(says: string, work: () => T): T {
	try {
		return work();
	} catch (cause) {
		throw new AppError("invalid", says, { cause });
	}
}

/** What changes when a file is written anew or replaced, links followed; "" for one that is not there. */
export function stampOf({ tlsCert, tlsKey }: CertificateFiles): string {
	return [tlsCert, tlsKey]
		.map((path) => {
			const found = path === "" ? undefined : statSync(path, { throwIfNoEntry: false });
			return found === undefined ? "" : `${found.dev} ${found.ino} ${found.mtimeMs} ${found.size}`;
		})
		.join("\n");
}
