/** Where the first thing stands that is neither white space nor a comment as JSON with comments has them. */
export function afterJsonTrivia(text: string): number {
  return skipAll(text, [/\s+/y, /\/\/[^\n]*/y, /\/\*[\s\S]*?\*\//y]);
}

/** Where the first thing stands that is neither white space, a YAML comment, nor the mark of a document's begin. */
export function afterYamlTrivia(text: string): number {
  return skipAll(text, [/\s+/y, /#[^\n]*/y, /---(?=\s|$)/y]);
}

function skipAll(text: string, trivia: readonly RegExp[]): number {
  let at = 0;
  const skipOne = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    if (!pattern.test(text)) return false;
    at = pattern.lastIndex;
    return true;
  };
  while (trivia.some(skipOne));
  return at;
}
