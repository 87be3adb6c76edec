/** Does `task` for each item, `width` at a time, in their order. @throws the first failure, once none is under way. */
export async function sideBySide<T>(
  items: readonly T[],
  width: number,
  task: (item: T) => Promise<void>,
): Promise<void> {
  const left = [...items];
  const worker = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await task(item);
  };
  const ends = await Promise.allSettled(Array.from({ length: width }, () => worker()));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}
