/** Who reads a page: what they may do decides which buttons they see, and the token proves that a form is theirs. */

import { type ComponentChildren, createContext, type JSX } from "preact";
import { useContext } from "preact/hooks";
import { type Role, suffices } from "../src/model/user.ts";

/** `csrf` is "" in pieces of a page: the script fills it in from the page around them. */
export type Reader = { readonly role: Role; readonly csrf: string };

/** Nobody known: sees what a viewer sees. */
export const NOBODY: Reader = { role: "viewer", csrf: "" };

const ReaderContext = createContext<Reader>(NOBODY);

/** Everything inside is made for this reader. */
export function For(props: { reader: Reader; children: ComponentChildren }) {
	return <ReaderContext.Provider value={props.reader}>{props.children}</ReaderContext.Provider>;
}

/** Shown to those whose role suffices; `instead` to the others. */
export function May(props: { needs?: Role; instead?: ComponentChildren; children: ComponentChildren }) {
	return <>{useMay(props.needs) ? props.children : props.instead}</>;
}

/** Does the reader's role suffice? Lists ask once for all their rows. */
export function useMay(needs: Role = "editor"): boolean {
	return suffices(useContext(ReaderContext).role, needs);
}

type FormProps = Omit<JSX.IntrinsicElements["form"], "method" | "children"> & {
	/** The role the action asks for; others do not see the form but `instead`. */
	needs?: Role;
	instead?: ComponentChildren;
	children?: ComponentChildren;
};

/** A form that changes something: posted, with the token, and only for those who may. Every such form is one of these. */
export function Form({ needs, instead, children, ...rest }: FormProps) {
	return (
		<May needs={needs ?? "editor"} instead={instead}>
			<form method="post" {...rest}>
				<Csrf />
				{children}
			</form>
		</May>
	);
}

/** The token that proves a form came from a page of this session. */
export function Csrf() {
	return <input type="hidden" name="csrf" value={useContext(ReaderContext).csrf} />;
}
