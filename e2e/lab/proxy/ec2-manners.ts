import { type Answer, type Refusal, refusal, refusalAnswer } from "./answer.js";
import type { AwsCall } from "./aws-call.js";
import type { Upstream } from "./upstream.js";

const LONGEST_USER_DATA = 16_384;

/** How EC2's answers differ from what is stored of an instance. */
export interface InstanceView {
  /** What the instance's machine is about, where that is not over yet. */
  readonly state?: "pending" | "shutting-down" | "stopping";
  readonly address?: string;
}

export interface Place {
  readonly instanceType: string;
  readonly zone: string;
  readonly market: "spot" | "on-demand";
}

interface Made {
  readonly parameters: string;
  readonly answer: Promise<Answer>;
}

const STATE_CODES = { pending: 0, "shutting-down": 32, stopping: 64 } as const;

/** EC2's part of the proxy: what it promises of tokens, capacity and states. */
export class Ec2Manners {
  readonly #upstream: Upstream;
  readonly #view: (instanceId: string) => InstanceView;
  readonly #onAccepted: (call: AwsCall) => Promise<void>;
  readonly #byToken = new Map<string, Made>();
  readonly #zones = new Map<string, string>();
  readonly #madeAt = new Map<string, number>();
  readonly #profileAt = new Map<string, number>();
  /** Whether an instance is to be had. */
  hasCapacity: (place: Place) => boolean = () => true;
  /** Milliseconds until an instance that was made is known to all of EC2. */
  knownAfterMs = 0;
  /** Milliseconds until a profile that was made is known to EC2. */
  profileKnownAfterMs = 0;
  /** How often each token was asked for. */
  readonly tokens = new Map<string, number>();

  /** @param onAccepted told of each call that was; resolves when what was asked has begun */
  constructor(
    upstream: Upstream,
    view: (instanceId: string) => InstanceView,
    onAccepted: (call: AwsCall) => Promise<void>,
  ) {
    this.#upstream = upstream;
    this.#view = view;
    this.#onAccepted = onAccepted;
  }

  async answer(call: AwsCall): Promise<Answer> {
    if (call.operation === "RunInstances" && call.form.get("DryRun") !== "true") return await this.#run(call);
    const hidden = this.#hidden();
    const named = [...call.form].filter(([name]) => /^(InstanceId|ResourceId)\.\d+$/.test(name));
    const unknown = named.map(([, id]) => id).find((id) => hidden.has(id));
    if (unknown !== undefined) {
      const words = `The instance ID '${unknown}' does not exist`;
      return refusalAnswer(call, refusal("InvalidInstanceID.NotFound", words));
    }
    const answer = await this.#upstream.send(call);
    if (answer.status < 300) await this.#onAccepted(call);
    return call.operation === "DescribeInstances" ? this.#shown(answer, hidden) : answer;
  }

  /** Of a profile or its role that was just made. */
  learnProfile({ operation, form }: AwsCall): void {
    const name = form.get("InstanceProfileName");
    if (name === null || !/^(CreateInstanceProfile|AddRoleToInstanceProfile)$/.test(operation)) return;
    this.#profileAt.set(name, Date.now());
  }

  async #run(call: AwsCall): Promise<Answer> {
    const token = call.form.get("ClientToken");
    if (token === null) return await this.#make(call);
    this.tokens.set(token, (this.tokens.get(token) ?? 0) + 1);
    const parameters = [...call.form]
      .map((pair) => pair.join("="))
      .sort()
      .join("&");
    const earlier = this.#byToken.get(token);
    if (earlier !== undefined && earlier.parameters !== parameters) {
      const words = "The client token was used with other parameters";
      return refusalAnswer(call, refusal("IdempotentParameterMismatch", words));
    }
    const made = earlier ?? { parameters, answer: this.#make(call) };
    this.#byToken.set(token, made);
    const answer = await made.answer;
    // A refusal makes nothing, and the token stays free.
    if (answer.status >= 300) this.#byToken.delete(token);
    return answer;
  }

  async #make(call: AwsCall): Promise<Answer> {
    const refused = await this.#refuses(call);
    if (refused !== undefined) return refusalAnswer(call, refused);
    const answer = await this.#upstream.send(call);
    for (const [, id = ""] of answer.body.toString("utf8").matchAll(/<instanceId>([^<]+)</g)) {
      this.#madeAt.set(id, Date.now());
    }
    if (answer.status < 300) await this.#onAccepted(call);
    return answer;
  }

  async #refuses({ form, ...call }: AwsCall): Promise<Refusal | undefined> {
    const userData = Buffer.from(form.get("UserData") ?? "", "base64");
    if (userData.length > LONGEST_USER_DATA) {
      return refusal("InvalidParameterValue", "User data is limited to 16384 bytes");
    }
    const profile = form.get("IamInstanceProfile.Name") ?? "";
    if (Date.now() - (this.#profileAt.get(profile) ?? 0) < this.profileKnownAfterMs) {
      const words = `Value (${profile}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name`;
      return refusal("InvalidParameterValue", words);
    }
    const place: Place = {
      instanceType: form.get("InstanceType") ?? "",
      zone: await this.#zoneOf(call, form.get("SubnetId") ?? ""),
      market: form.get("InstanceMarketOptions.MarketType") === "spot" ? "spot" : "on-demand",
    };
    if (this.hasCapacity(place)) return undefined;
    const words = `We currently do not have sufficient ${place.instanceType} capacity in the Availability Zone you requested (${place.zone}).`;
    return refusal("InsufficientInstanceCapacity", words, 500);
  }

  async #zoneOf(call: Omit<AwsCall, "form">, subnetId: string): Promise<string> {
    const known = this.#zones.get(subnetId);
    if (known !== undefined) return known;
    const body = Buffer.from(`Action=DescribeSubnets&Version=2016-11-15&SubnetId.1=${subnetId}`);
    const headers = { ...call.headers, "content-length": String(body.length) };
    const { body: text } = await this.#upstream.send({ ...call, form: new URLSearchParams(), headers }, body);
    const zone = /<availabilityZone>([^<]+)</.exec(text.toString("utf8"))?.[1] ?? "";
    this.#zones.set(subnetId, zone);
    return zone;
  }

  #hidden(): ReadonlySet<string> {
    const since = Date.now() - this.knownAfterMs;
    return new Set([...this.#madeAt].filter(([, at]) => at > since).map(([id]) => id));
  }

  /** With each instance's state and addresses as its machine has them, and without those nobody knows yet. */
  #shown(answer: Answer, hidden: ReadonlySet<string>): Answer {
    const text = answer.body.toString("utf8");
    const [head = "", ...reservations] = text.split(/(?=<item>\s*<reservationId>)/);
    const shown = reservations.map((part) => {
      const id = /<instanceId>([^<]+)</.exec(part)?.[1] ?? "";
      const end = part.includes("</reservationSet>") ? part.slice(part.indexOf("</reservationSet>")) : "";
      return hidden.has(id) ? end : viewed(part, this.#view(id));
    });
    return { ...answer, body: Buffer.from([head, ...shown].join("")) };
  }
}

function viewed(reservation: string, { state, address }: InstanceView): string {
  let text = reservation;
  if (state !== undefined) {
    const as = `<instanceState><code>${STATE_CODES[state]}</code><name>${state}</name></instanceState>`;
    text = text.replace(/<instanceState>[\s\S]*?<\/instanceState>/, as);
  }
  if (address !== undefined) {
    text = text.replace(/<(privateIpAddress|ipAddress|publicIp)>[^<]*</g, `<$1>${address}<`);
  }
  return text;
}
