/** One queue on one instance, as markers and cgroups name it. */
export interface QueuePlace {
  readonly instanceId: string;
  readonly queueId: string;
}

/** What the markers of a queue's attempts begin with; see `Containment.sweep`. */
export function markerGroup({ instanceId, queueId }: QueuePlace): string {
  return `${instanceId}/${queueId}`;
}

/** Names an attempt on its machine; see `AttemptSpec.marker`. */
export function attemptMarker(place: QueuePlace, job: string, attempt: number): string {
  return `${markerGroup(place)}/${job}/${attempt}`;
}
