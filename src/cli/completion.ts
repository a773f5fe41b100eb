/**
 * `rollcall completion`: a script that completes verbs, options, their values and files in bash and zsh. All of it is read
 * out of the help of each verb, so that what is told there is also what is offered.
 */

import { AppError } from "../errors.ts";
import type { Io, Verb } from "./run.ts";

export const COMPLETION_HELP = `rollcall completion bash|zsh: print a script that completes verbs, options, their values and files.

Examples
  rollcall completion bash > /etc/bash_completion.d/rollcall    for everybody, from the next login on
  source <(rollcall completion bash)                            for this shell alone
  rollcall completion zsh > "\${fpath[1]}/_rollcall"             zsh, from the next start on
`;

type Verbs = Readonly<Record<string, Pick<Verb, "help"> & { readonly says: string }>>;

/** Prints the script of one shell; 0, or AppError("invalid") for a shell that is not known. */
export async function completionCommand(args: readonly string[], io: Io, verbs: Verbs): Promise<number> {
	const [shell, ...rest] = args;
	if (rest.length > 0 || (shell !== "bash" && shell !== "zsh")) {
		throw new AppError("invalid", "Name the shell: rollcall completion bash, or rollcall completion zsh.");
	}
	io.out(shell === "bash" ? bashScript(verbs) : zshScript(verbs));
	return 0;
}

/** Options named in a help text, as they are typed. */
export function optionsIn(help: string): string[] {
	const named = [...help.matchAll(/(?:^|[\s[|])(--[a-z][a-z0-9-]*)/g)].map(([, option = ""]) => option);
	return [...new Set([...named, "--help"])].sort();
}

/** Words a verb takes in the place of its first argument, as its help begins: “bash|zsh”, “add NAME | list”. */
function wordsIn(name: string, help: string): string[] {
	const head = new RegExp(`^rollcall ${name} ([^:]+):`).exec(help)?.[1] ?? "";
	const words = head.split("|").map((part) => /^[a-z]+/.exec(part.trim())?.[0]);
	return words.length < 2 ? [] : words.filter((word) => word !== undefined);
}

/** What an option takes: one of these words, a file, or something that only the person knows (no words). */
export type Takes = readonly string[] | "file";

/** Words between commas, the last one behind "or": “read, write or admin”. */
const ENUMERATION = /(?:[a-z0-9][a-z0-9_-]*,\s+)+(?:or )?[a-z0-9][a-z0-9_-]*(?: or [a-z0-9][a-z0-9_-]*)?/;

/** Options of a help text that are followed by a value, and what that is. */
export function valuesIn(help: string): Record<string, Takes> {
	const lines = [...help.matchAll(/^ {2}(--[a-z-]+) ([A-Z]+)\b([\s\S]*?)(?=^ {2}\S|^$|$(?![\s\S]))/gm)];
	return Object.fromEntries(
		lines.map(([, option = "", argument = "", says = ""]) => {
			if (argument === "FILE" || argument === "PATH") return [option, "file"];
			const words = ENUMERATION.exec(says)?.[0] ?? "";
			return [option, words.split(/,\s+(?:or )?| or /).filter(Boolean)];
		}),
	);
}

/** A case of the scripts for each option whose value is no file: “verb option”, and its words. */
function valueCases(verbs: Verbs, line: (place: string, words: string) => string): string[] {
	return Object.entries(verbs).flatMap(([name, { help }]) =>
		Object.entries(valuesIn(help)).flatMap(([option, takes]) =>
			takes === "file" ? [] : [line(`${name} ${option}`, takes.join(" "))],
		),
	);
}

function bashScript(verbs: Verbs): string {
	const cases = Object.entries(verbs).map(([name, { help }]) => {
		const words = wordsIn(name, help);
		return `\t\t${name}) options="${optionsIn(help).join(" ")}"; words="${words.join(" ")}" ;;`;
	});
	const values = valueCases(
		verbs,
		(place, words) => `\t\t"${place}") COMPREPLY=($(compgen -W "${words}" -- "$current")); return ;;`,
	);
	return `# Completion of rollcall for bash. Made by: rollcall completion bash
_rollcall() {
	local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" options="" words=""
	# --scope=read comes as three words.
	if [ "$current" = "=" ]; then current=""
	elif [ "$before" = "=" ]; then before="\${COMP_WORDS[COMP_CWORD-2]}"; fi
	if [ "$COMP_CWORD" -eq 1 ]; then
		COMPREPLY=($(compgen -W "${Object.keys(verbs).join(" ")} --version --help" -- "$current"))
		return
	fi
	case "\${COMP_WORDS[1]} $before" in
${values.join("\n")}
	esac
	case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
	esac
	case "$current" in
		-*) COMPREPLY=($(compgen -W "$options" -- "$current")) ;;
		*)
			if [ -n "$words" ] && [ "$COMP_CWORD" -eq 2 ]; then COMPREPLY=($(compgen -W "$words" -- "$current"))
			else COMPREPLY=($(compgen -f -- "$current")); fi ;;
	esac
}
complete -o filenames -F _rollcall rollcall
`;
}

function zshScript(verbs: Verbs): string {
	const told = Object.entries(verbs).map(([name, { says }]) => `\t\t'${name}:${says.replace(/'/g, "’")}'`);
	const cases = Object.entries(verbs).map(([name, { help }]) => {
		const words = wordsIn(name, help);
		return `\t\t${name}) options=(${optionsIn(help).join(" ")}); words_=(${words.join(" ")}) ;;`;
	});
	const values = valueCases(
		verbs,
		(place, words) => `\t\t'${place}') (( ${words.length} )) && compadd -- ${words}; return ;;`,
	);
	return `#compdef rollcall
# Completion of rollcall for zsh. Made by: rollcall completion zsh
_rollcall() {
	local -a verbs options words_
	verbs=(
${told.join("\n")}
	)
	if (( CURRENT == 2 )); then
		_describe 'verb' verbs
		return
	fi
	local before="\${words[CURRENT-1]}"
	if [[ "\${words[CURRENT]}" == --*=* ]]; then before="\${words[CURRENT]%%=*}"; compset -P '*='; fi
	case "\${words[2]} $before" in
${values.join("\n")}
	esac
	case "\${words[2]}" in
${cases.join("\n")}
	esac
	if [[ "\${words[CURRENT]}" == -* ]]; then compadd -- $options
	elif (( CURRENT == 3 && \${#words_} > 0 )); then compadd -- $words_
	else _files; fi
}
if [ "$funcstack[1]" = "_rollcall" ]; then _rollcall "$@"; else compdef _rollcall rollcall; fi
`;
}
