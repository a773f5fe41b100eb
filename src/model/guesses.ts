/**
 * First guesses: passwords that everybody who guesses tries before all others. A short list of words and the ways in
 * which people make "strong" passwords of them, instead of a long list. Pure; keeps no password.
 */

/** The words that lists of leaked passwords begin with, in the languages of those who run networks, and our own. */
const WORDS = new Set(
	`password passwort passwd pass kennwort haslo heslo wachtwoord motdepasse contrasena senha parola salasana losenord
	welcome willkommen bienvenue witaj hello hallo login letmein changeme changeit default secret geheim tajne secure
	security admin administrator root user guest test tester testing demo temp temporary master server computer
	internet network netzwerk system support service manager operator monitor public private company office sample
	rollcall ipam phpipam netbox cisco ubnt ubiquiti mikrotik juniper fortinet zyxel netgear tplink raspberry debian
	ubuntu linux windows oracle postgres mysql database toor pfsense proxmox synology vmware grafana zabbix nagios
	qwerty qwertz azerty asdf asdfgh zxcvbn love iloveyou sunshine princess football baseball basketball soccer hockey
	dragon monkey tiger lion eagle shadow superman batman spiderman starwars pokemon whatever trustno freedom
	summer winter spring autumn sommer herbst fruehling january february march april june july august september
	october november december januar februar juli oktober dezember monday tuesday wednesday thursday friday saturday
	sunday montag dienstag mittwoch donnerstag freitag samstag sonntag berlin hamburg munich london paris warszawa
	polska deutschland austria america england france italia espana michael michelle jennifer jessica daniel thomas
	andrew charlie jordan joshua matthew nicole ashley hannah robert martin stefan anna maria peter
	mustang ferrari porsche mercedes corvette harley yamaha samsung nokia iphone android google facebook microsoft
	apple amazon cheese chocolate cookie coffee pepper ginger banana orange purple yellow silver golden diamond
	killer hunter ranger soldier warrior phoenix angel heaven jesus christ blessed family friend mother father
	passport account access abcdef abcabc aaaa letme enter open sesame nothing forever money business winner
	number magic matrix hacker hacking cracker trouble superuser sysadmin webmaster operator backup mysecret mypassword
	newpassword thepassword mypass`.split(/\s+/),
);

/** Rows of keyboards, the alphabet, the digits, and the columns of "1qaz2wsx": walked in either direction. */
const WALKS = [
	"12345678901234567890",
	"abcdefghijklmnopqrstuvwxyz",
	"qwertyuiop[]",
	"qwertzuiopü",
	"azertyuiop",
	"asdfghjkl;'",
	"qsdfghjklm",
	"zxcvbnm,./",
	"yxcvbnm,.-",
	"!@#$%^&*()_+",
	"1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik",
	"qazwsxedcrfvtgbyhnujmik",
	"1q2w3e4r5t6y7u8i9o0p",
	"q1w2e3r4t5y6u7i8o9p0",
	"1a2b3c4d5e6f7g8h9i",
	"a1b2c3d4e5f6g7h8i9",
].flatMap((row) => [row, [...row].reverse().join("")]);

/** Letters behind the signs that people put for them. */
const LEET: Readonly<Record<string, string>> = {
	...{ "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b" },
	...{ "@": "a", $: "s", "!": "i", "|": "l", "€": "e" },
};

/** What may stand around a word and changes nothing, in characters. */
const AROUND = 6;
/** A walk is of so many keys at least. */
const WALK = 3;
/** Longer ones are no guess of anybody, in characters. */
const REPEATED = 32;

/** Would this be among the first that anybody tries, for somebody of this name? */
export function isFirstGuess(password: string, name: string): boolean {
	const text = password.toLowerCase();
	const own = name.toLowerCase();
	return isRepeated(text) || isWalked(text) || isDate(text) || isWord(text, own);
}

/** "aaaaaaaa", "abcabcabc", "12121212x". */
function isRepeated(text: string): boolean {
	if (text.length > REPEATED) return false;
	return /^(.{1,4}?)\1{2,}.{0,3}$/u.test(text) || /^(.{4})\1$/u.test(text);
}

/** Nothing but walks over a keyboard, one after the other: "qwer1234", "1qaz2wsx", "87654321". */
function isWalked(text: string): boolean {
	let at = 0;
	while (at < text.length) {
		const rest = text.slice(at);
		const longest = Math.max(...WALKS.map((row) => sharedWith(row, rest)));
		if (longest < WALK) break;
		at += longest;
	}
	return at > 0 && text.length - at <= 2;
}

/** Characters that the beginning of `text` has in common with some place of `row`. */
function sharedWith(row: string, text: string): number {
	let most = 0;
	for (let from = row.indexOf(text.charAt(0)); from >= 0; from = row.indexOf(text.charAt(0), from + 1)) {
		let length = 0;
		while (from + length < row.length && row[from + length] === text[length]) length += 1;
		most = Math.max(most, length);
	}
	return most;
}

/** A day, as people write their birthdays: digits alone, or with dots, dashes or slashes. */
function isDate(text: string): boolean {
	const plain = text.replace(/[./-]/g, "");
	return /^(?:(?:0?[1-9]|[12]\d|3[01]){2}(?:19|20)\d\d|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))$/.test(
		plain,
	);
}

/** One word, two, or the name, with a few digits and signs before or behind; also as "P@ssw0rd". */
function isWord(text: string, name: string): boolean {
	const isKnown = (word: string) => WORDS.has(word) || (word.length > 2 && word === name);
	const spelt = [text, [...text].map((sign) => LEET[sign] ?? sign).join("")];
	// "passw0rd2026!": the digits at the end are no letters.
	const tail = /[\d\p{P}\p{S}]*$/u.exec(text)?.[0] ?? "";
	const front = text.slice(0, text.length - tail.length);
	spelt.push([...front].map((sign) => LEET[sign] ?? sign).join("") + tail);
	return spelt.some((one) => {
		const core = one.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, "");
		if (core === "" || one.length - core.length > AROUND) return false;
		if (isKnown(core)) return true;
		const letters = core.replace(/[^\p{L}]/gu, "");
		for (let cut = 3; cut <= letters.length - 3; cut++) {
			if (isKnown(letters.slice(0, cut)) && isKnown(letters.slice(cut))) return true;
		}
		return false;
	});
}
