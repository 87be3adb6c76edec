import type { Problems } from "../diagnostics/problems.js";

const BYTE_ORDER_MARK = "\uFEFF";

/**
 * A file's text without its byte-order mark. Reports bytes that are no UTF-8; the text then has U+FFFD in their place and
 * is only for showing.
 */
export function decodeText(content: string | Uint8Array, problems: Problems): string {
  if (typeof content === "string") return content.startsWith(BYTE_ORDER_MARK) ? content.slice(1) : content;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch {
    const text = new TextDecoder("utf-8").decode(content);
    problems.add(
      "not-utf8",
      { span: { offset: Math.max(0, text.indexOf("\uFFFD")), length: 1 } },
      isUtf16(content) ? "this file is UTF-16, not UTF-8" : "this is not UTF-8",
      "save the file as UTF-8",
    );
    return text;
  }
}

function isUtf16([first, second]: Uint8Array): boolean {
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
}
