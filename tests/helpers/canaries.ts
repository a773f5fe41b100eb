/** Words that must never be seen again, by what they are, and where a text holds one. Plants none of them. */

export const PASSWORD = "canary-password-of-ada-7341";
export const NEW_PASSWORD = "canary-password-new-of-ada-2";
export const WRONG = "canary-wrong-password-9902";
export const TYPED = "canary-typed-into-a-wrong-field-18";
export const COMMUNITY = "canary-community-44";
export const AUTH_PASS = "canary-auth-pass-5521";
export const PRIV_PASS = "canary-priv-pass-8812";
export const STRANGE_TOKEN = `rc_canary${"x".repeat(37)}`;
export const HOOK_PATH = "canary-hook-path-3316";
export const URL_PASSWORD = "canary-url-password-61";
export const PHPIPAM_CODE = "canary-phpipam-code-4410";
export const PHPIPAM_PASSWORD = "canary-phpipam-password-72";

/** What a body or line of the log must not hold, by what it is. */
export const secrets = new Map<string, string>(
	Object.entries({
		...{
			password: PASSWORD,
			"new password": NEW_PASSWORD,
			"wrong password": WRONG,
			"typed elsewhere": TYPED,
		},
		...{ "SNMP community": COMMUNITY, "SNMP v3 auth": AUTH_PASS, "SNMP v3 priv": PRIV_PASS },
		...{ "unknown token": STRANGE_TOKEN, "webhook path": HOOK_PATH, "URL credentials": URL_PASSWORD },
		...{ "phpIPAM code": PHPIPAM_CODE, "phpIPAM password": PHPIPAM_PASSWORD },
	}),
);
/** Those that work only because the database keeps them as they are: a webhook is called, and signed. */
export const KEPT = ["webhook secret", "webhook path"];

/** Which secrets stand in it, each with where. */
export function leaks(where: string, text: string, but: readonly string[] = []): string[] {
	return [...secrets].flatMap(([name, secret]) =>
		text.includes(secret) && !but.some((one) => name.startsWith(one)) ? [`${name} in ${where}`] : [],
	);
}
