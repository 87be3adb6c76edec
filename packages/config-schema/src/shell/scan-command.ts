/** A plain use of a variable: `$NAME`, `${NAME}`, `${NAME%…}`; not one that says what to do when it is unset. */
interface ShellReference {
  readonly name: string;
  /** As it is written, up to the end of the name. */
  readonly text: string;
}

export interface ScannedCommand {
  readonly references: readonly ShellReference[];
  /** The command with what is quoted or commented out blanked, so that words in it are words of the shell. */
  readonly bare: string;
}

/** What a scan is inside of; `here` is the body of a here-document. */
type Context = "double" | "parenthesis" | "brace" | "backtick" | "here";

interface HereDocument {
  readonly delimiter: string;
  /** A quoted delimiter makes the body plain text. */
  readonly literal: boolean;
}

const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const HERE_DOCUMENT = /<<-?[ \t]*(?:'([^'\n]*)'|"([^"\n]*)"|(\\?)([A-Za-z0-9_.-]+))/y;
const SPECIAL = /[0-9?$@*#!-]/;
/** `${NAME:-x}`, `${NAME=x}`, `${NAME?x}`, `${NAME+x}`: the unset case is taken care of. */
const HANDLES_UNSET = /:?[-=?+]/y;

/** Reads a shell command for the variables it uses. Good enough for a warning; no shell grammar. O(n). */
export function scanCommand(command: string): ScannedCommand {
  return new Scanner(command).scan();
}

class Scanner {
  readonly #text: string;
  readonly #contexts: Context[] = [];
  readonly #references: ShellReference[] = [];
  readonly #pendingHere: HereDocument[] = [];
  #hereEnd = Number.POSITIVE_INFINITY;
  #at = 0;
  #bare = "";

  constructor(text: string) {
    this.#text = text;
  }

  scan(): ScannedCommand {
    while (this.#at < this.#text.length) {
      if (this.#at >= this.#hereEnd) this.#leaveHere();
      this.#step(this.#text.charAt(this.#at));
    }
    return { references: this.#references, bare: this.#bare };
  }

  #step(character: string): void {
    const plain = this.#isPlain();
    if (character === "\\") this.#blank(2);
    else if (character === "$") this.#dollar(plain);
    else if (character === "`") this.#toggle("backtick");
    else if (character === '"' && this.#contexts.at(-1) !== "here") this.#toggle("double");
    else if (character === "}") this.#close("brace");
    else if (character === ")") this.#close("parenthesis");
    else if (plain) this.#stepPlain(character);
    else this.#blank(1);
  }

  #stepPlain(character: string): void {
    switch (character) {
      case "'":
        this.#blankTo(this.#text.indexOf("'", this.#at + 1) + 1);
        break;
      case "(":
        this.#open("parenthesis", 1);
        break;
      case "#":
        this.#comment();
        break;
      case "<":
        this.#hereDocument();
        break;
      case "\n":
        this.#newline();
        break;
      default:
        this.#take(1);
    }
  }

  #leaveHere(): void {
    this.#contexts.length = this.#contexts.indexOf("here");
    this.#hereEnd = Number.POSITIVE_INFINITY;
  }

  /** Whether quotes and operators count here: not within double quotes, but again within `$(…)` in them. */
  #isPlain(): boolean {
    const context = this.#contexts.findLast((inside) => inside !== "brace");
    return context !== "double" && context !== "here";
  }

  #dollar(plain: boolean): void {
    const next = this.#text.charAt(this.#at + 1);
    if (next === "(") this.#open("parenthesis", 2);
    else if (next === "'" && plain) this.#ansiQuoted();
    else if (next === "{") this.#braced();
    else this.#unbraced(next);
  }

  #unbraced(next: string): void {
    const name = this.#match(NAME, this.#at + 1)?.[0];
    if (name === undefined) {
      this.#blank(SPECIAL.test(next) ? 2 : 1);
    } else {
      this.#references.push({ name, text: `$${name}` });
      this.#take(name.length + 1);
    }
  }

  #braced(): void {
    const start = this.#at + (this.#text[this.#at + 2] === "#" ? 3 : 2);
    const name = this.#match(NAME, start)?.[0] ?? "";
    const end = start + name.length;
    if (name !== "" && this.#match(HANDLES_UNSET, end) === undefined) {
      const text = this.#text.slice(this.#at, this.#text[end] === "}" ? end + 1 : end);
      this.#references.push({ name, text });
    }
    this.#open("brace", end - this.#at);
  }

  #ansiQuoted(): void {
    let end = this.#at + 2;
    while (end < this.#text.length && this.#text[end] !== "'") end += this.#text[end] === "\\" ? 2 : 1;
    this.#blankTo(end + 1);
  }

  #comment(): void {
    const before = this.#text[this.#at - 1];
    if (before === undefined || /[\s;&|()]/.test(before)) this.#blankTo(this.#text.indexOf("\n", this.#at));
    else this.#take(1);
  }

  #hereDocument(): void {
    const isHereString = this.#text.startsWith("<<<", this.#at);
    const match = isHereString ? undefined : this.#match(HERE_DOCUMENT, this.#at);
    if (match === undefined) {
      this.#take(isHereString ? 3 : 1);
    } else {
      const [whole, single, double, backslash, bare = ""] = match;
      const literal = single !== undefined || double !== undefined || backslash !== "";
      this.#pendingHere.push({ delimiter: single ?? double ?? bare, literal });
      this.#blank(whole.length);
    }
  }

  #newline(): void {
    this.#take(1);
    const here = this.#pendingHere.shift();
    if (here === undefined) return;
    const end = this.#endOfHere(here.delimiter);
    if (here.literal) {
      this.#blank(end - this.#at);
    } else {
      this.#contexts.push("here");
      this.#hereEnd = end;
    }
  }

  /** Where the line with the delimiter begins; the end of the command, where there is none. */
  #endOfHere(delimiter: string): number {
    for (let start = this.#at; start < this.#text.length; ) {
      const newline = this.#text.indexOf("\n", start);
      const end = newline === -1 ? this.#text.length : newline;
      if (this.#text.slice(start, end).replace(/^\t+/, "") === delimiter) return start;
      start = end + 1;
    }
    return this.#text.length;
  }

  #open(context: Context, length: number): void {
    this.#take(length);
    this.#contexts.push(context);
  }

  #close(context: Context): void {
    if (this.#contexts.at(-1) === context) this.#contexts.pop();
    this.#take(1);
  }

  #toggle(context: Context): void {
    if (this.#contexts.at(-1) === context) this.#contexts.pop();
    else this.#contexts.push(context);
    this.#take(1);
  }

  #match(pattern: RegExp, at: number): RegExpExecArray | undefined {
    pattern.lastIndex = at;
    return pattern.exec(this.#text) ?? undefined;
  }

  #take(length: number): void {
    this.#bare += this.#text.slice(this.#at, this.#at + length);
    this.#at += length;
  }

  #blank(length: number): void {
    this.#bare += "_".repeat(length);
    this.#at += length;
  }

  /** Blanks up to `end`; to the very end where it was not found (0 or less). */
  #blankTo(end: number): void {
    this.#blank((end <= this.#at ? this.#text.length : end) - this.#at);
  }
}
