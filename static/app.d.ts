/** The page script as the program embeds it: a path to read from. */
declare const path: string;
export default path;
