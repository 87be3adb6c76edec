import type { AwsClients } from "../../../packages/aws-launcher/src/aws/aws-clients.js";
import { type Refusal, refusal } from "../proxy/answer.js";
import type { AwsCall } from "../proxy/aws-call.js";
import { askedOf, mayKnowOfAbsence } from "./asked-of.js";
import { evaluatePolicies, type Question } from "./evaluate-policy.js";

/** Credentials that an instance got of its role. */
export interface RoleSession {
  readonly role: string;
  readonly instanceId: string;
}

/** Who may not list open uploads begins its own anew. */
const GONE_ON_WITHOUT = "s3:ListBucketMultipartUploads";

export interface Denial {
  readonly instanceId: string;
  readonly role: string;
  readonly question: Question;
}

/** Holds the calls of instances to what the policies of their role say. */
export class RoleGuard {
  readonly #clients: AwsClients;
  readonly #account: string;
  readonly #sessions = new Map<string, RoleSession>();
  readonly #policies = new Map<string, Promise<readonly string[]>>();
  /** All that was refused and that an instance cannot do without. */
  readonly denials: Denial[] = [];
  /** What was asked for and allowed: what a role needs. */
  readonly allowed = new Set<string>();

  /** @param clients past the proxy */
  constructor(clients: AwsClients, account: string) {
    this.#clients = clients;
    this.#account = account;
  }

  issued(accessKey: string, session: RoleSession): void {
    this.#sessions.set(accessKey, session);
  }

  session(accessKey: string): RoleSession | undefined {
    return this.#sessions.get(accessKey);
  }

  /** Roles or their policies may be others now. */
  forget(): void {
    this.#policies.clear();
  }

  /** Why the call is refused; `undefined` where it is not, or nobody's business here. */
  async refuses(call: AwsCall): Promise<Refusal | undefined> {
    const session = this.#sessions.get(call.accessKey);
    if (session === undefined) return undefined;
    for (const question of askedOf(call, this.#account)) {
      const full = await this.#inContext(question, session, call.region);
      if (!(await this.may(session.role, full))) {
        if (full.action !== GONE_ON_WITHOUT) this.denials.push({ ...session, question: full });
        return denied(call, full, session);
      }
      this.allowed.add(full.action);
    }
    return undefined;
  }

  /** Whether S3 tells the caller that an object is not there, instead of refusing it. */
  async hidesAbsence(call: AwsCall): Promise<boolean> {
    const session = this.#sessions.get(call.accessKey);
    return session !== undefined && !(await this.may(session.role, mayKnowOfAbsence(call)));
  }

  async may(role: string, question: Question): Promise<boolean> {
    const documents = this.#policies.get(role) ?? this.#read(role);
    this.#policies.set(role, documents);
    return evaluatePolicies(await documents, question) === "allowed";
  }

  async #inContext(question: Question, { instanceId }: RoleSession, region: string): Promise<Question> {
    const own = `arn:aws:ec2:${region}:${this.#account}:instance/${instanceId}`;
    const id = /:instance\/(i-\w+)$/.exec(question.resource)?.[1];
    const tags = id === undefined ? {} : await this.tagsOf(id);
    return { ...question, context: { ...question.context, "ec2:SourceInstanceARN": own, ...tags } };
  }

  /** As condition keys. */
  async tagsOf(instanceId: string): Promise<Readonly<Record<string, string>>> {
    const ec2 = await this.#clients.ec2();
    const { Tags = [] } = await ec2.describeTags({
      Filters: [{ Name: "resource-id", Values: [instanceId] }],
    });
    return Object.fromEntries(
      Tags.flatMap(({ Key = "", Value = "" }) => [
        [`aws:ResourceTag/${Key}`, Value],
        [`ec2:ResourceTag/${Key}`, Value],
      ]),
    );
  }

  async #read(RoleName: string): Promise<readonly string[]> {
    const iam = await this.#clients.iam();
    try {
      const { PolicyNames = [] } = await iam.listRolePolicies({ RoleName });
      const inline = PolicyNames.map(async (PolicyName) => {
        const { PolicyDocument = "" } = await iam.getRolePolicy({ RoleName, PolicyName });
        return decodeURIComponent(PolicyDocument);
      });
      const { AttachedPolicies = [] } = await iam.listAttachedRolePolicies({ RoleName });
      const attached = AttachedPolicies.map(async ({ PolicyArn = "" }) => {
        const { Policy } = await iam.getPolicy({ PolicyArn });
        const VersionId = Policy?.DefaultVersionId ?? "";
        const { PolicyVersion } = await iam.getPolicyVersion({ PolicyArn, VersionId });
        return decodeURIComponent(PolicyVersion?.Document ?? "");
      });
      return await Promise.all([...inline, ...attached]);
    } catch (error) {
      // Without its role nobody may do anything.
      if (error instanceof Error && error.name.startsWith("NoSuchEntity")) return [];
      throw error;
    }
  }
}

function denied(call: AwsCall, { action, resource }: Question, { role, instanceId }: RoleSession): Refusal {
  const words = `${role}/${instanceId} is not authorized to perform: ${action} on resource: ${resource}`;
  if (call.service === "s3") return refusal("AccessDenied", words, 403);
  if (call.service === "ec2") return refusal("UnauthorizedOperation", words, 403);
  return refusal("AccessDeniedException", words, 400);
}
