/**
 * Does several things at once and returns when all are over, failed ones too; then throws the first failure. Unlike
 * `Promise.all`, nothing is still being made when its maker begins to take things back.
 */
export async function together<const Tasks extends readonly unknown[]>(
  tasks: Tasks,
): Promise<{ -readonly [Index in keyof Tasks]: Awaited<Tasks[Index]> }> {
  await Promise.allSettled(tasks);
  return Promise.all(tasks) as never;
}
