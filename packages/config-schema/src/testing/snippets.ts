import { readFileSync } from "node:fs";

interface Snippet {
  /** The words behind the language: ` ```json rejected ` has `rejected`. */
  readonly label: string;
  /** The nearest heading above it. */
  readonly heading: string;
  readonly language: string;
  readonly text: string;
}

/** The fenced blocks of a Markdown file. */
export function snippetsOf(file: URL): readonly Snippet[] {
  const snippets: Snippet[] = [];
  let heading = "";
  let open: { language: string; label: string; lines: string[] } | undefined;
  for (const line of readFileSync(file, "utf8").split("\n")) {
    const fence = /^```(\w*) *(.*)$/.exec(line);
    if (open !== undefined && fence !== null) {
      const { language, label, lines } = open;
      snippets.push({ language, label, heading, text: `${lines.join("\n")}\n` });
      open = undefined;
    } else if (open !== undefined) {
      open.lines.push(line);
    } else if (fence !== null) {
      open = { language: fence[1] ?? "", label: fence[2] ?? "", lines: [] };
    } else if (line.startsWith("#")) {
      heading = line.replace(/^#+ */, "");
    }
  }
  return snippets;
}

/** Queue files as people write them, word for word. */
export function exampleQueueFiles(): readonly { readonly name: string; readonly text: string }[] {
  return ["tutorial", "patterns", "reference"].flatMap((document) =>
    snippetsOf(new URL(`../../fixtures/${document}-queues.md`, import.meta.url)).map(({ heading, text }) => ({
      name: heading,
      text,
    })),
  );
}
