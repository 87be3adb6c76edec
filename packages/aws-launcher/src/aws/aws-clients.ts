import type { Budgets } from "@aws-sdk/client-budgets";
import type { EC2 } from "@aws-sdk/client-ec2";
import type { IAM } from "@aws-sdk/client-iam";
import type { Pricing } from "@aws-sdk/client-pricing";
import type { S3 } from "@aws-sdk/client-s3";
import type { Scheduler } from "@aws-sdk/client-scheduler";
import type { SecretsManager } from "@aws-sdk/client-secrets-manager";
import type { ServiceQuotas } from "@aws-sdk/client-service-quotas";
import type { SSM } from "@aws-sdk/client-ssm";
import type { STS } from "@aws-sdk/client-sts";
import type { NodeHttpHandlerOptions } from "@smithy/node-http-handler";
import type { AwsCredentialIdentity, Provider } from "@smithy/types";
import { FirstContact, impatientAtFirst, type RequestHandler } from "@spawn/result-store";
import { AwsClock } from "./aws-clock.js";

const CONNECT_WITHIN_MS = 4_000;
const ANSWER_WITHIN_MS = 30_000;
const CALLS = {
  connectionTimeout: CONNECT_WITHIN_MS,
  requestTimeout: ANSWER_WITHIN_MS,
  throwOnRequestTimeout: true,
};
/** A large object takes long over a slow line; there a limit to silence serves. */
const TRANSFERS = { connectionTimeout: CONNECT_WITHIN_MS, socketTimeout: ANSWER_WITHIN_MS };

/** How AWS is reached. What is not said comes from the SDK's own chain: `AWS_*`, then the AWS config files (SSO too). */
export interface AwsConnection {
  readonly region: string;
  readonly endpoint?: string;
  readonly credentials?: AwsCredentialIdentity | Provider<AwsCredentialIdentity>;
  /** Stands in for the SDK's own HTTP handler. */
  readonly requestHandler?: RequestHandler;
  /** Calls of one request, the first included. Default 4. */
  readonly maxAttempts?: number;
  /** Milliseconds within which AWS has to answer anything at all. Default: so that nobody waits ten seconds to learn that it does not. */
  readonly firstAnswerWithinMs?: number;
}

/** What all clients are made with. */
interface Settings {
  readonly region: string;
  readonly maxAttempts: number;
  readonly endpoint?: string;
  readonly credentials?: AwsCredentialIdentity | Provider<AwsCredentialIdentity>;
  readonly requestHandler: RequestHandler;
}

/** The clients of one region, each loaded when first asked for. That AWS cannot be reached is told within ten seconds. */
export class AwsClients {
  readonly region: string;
  readonly #connection: AwsConnection;
  readonly #contact: FirstContact;
  readonly #awsClock = new AwsClock();
  readonly #opened = new Map<string, Promise<{ destroy(): void }>>();

  constructor(connection: AwsConnection) {
    this.region = connection.region;
    this.#connection = connection;
    this.#contact = new FirstContact(connection.firstAnswerWithinMs);
  }

  /** The same account and way, another region. */
  inRegion(region: string): AwsClients {
    return new AwsClients({ ...this.#connection, region });
  }

  ec2(): Promise<EC2> {
    return this.#open("ec2", async (settings) => {
      const { EC2 } = await import("@aws-sdk/client-ec2");
      const client = new EC2(settings);
      client.middlewareStack.add(
        (next) => async (args) => {
          const answered = await next(args);
          this.#awsClock.hear(answered.response);
          return answered;
        },
        // Nearest to the line: a refusal has a date, too.
        { step: "deserialize", priority: "low", name: "hearDate" },
      );
      return client;
    });
  }

  /** Sends each request once: whoever calls decides what an unknown outcome means. */
  ec2Once(): Promise<EC2> {
    return this.#open(
      "ec2-once",
      async (settings) => new (await import("@aws-sdk/client-ec2")).EC2({ ...settings, maxAttempts: 1 }),
    );
  }

  iam(): Promise<IAM> {
    return this.#open("iam", async (settings) => new (await import("@aws-sdk/client-iam")).IAM(settings));
  }

  ssm(): Promise<SSM> {
    return this.#open("ssm", async (settings) => new (await import("@aws-sdk/client-ssm")).SSM(settings));
  }

  secretsManager(): Promise<SecretsManager> {
    return this.#open(
      "secrets-manager",
      async (settings) => new (await import("@aws-sdk/client-secrets-manager")).SecretsManager(settings),
    );
  }

  sts(): Promise<STS> {
    return this.#open("sts", async (settings) => new (await import("@aws-sdk/client-sts")).STS(settings));
  }

  s3(): Promise<S3> {
    const { endpoint } = this.#connection;
    return this.#open("s3", async (settings) => {
      const { S3 } = await import("@aws-sdk/client-s3");
      return new S3({
        ...settings,
        requestHandler: await this.#handler(TRANSFERS),
        forcePathStyle: endpoint !== undefined,
      });
    });
  }

  scheduler(): Promise<Scheduler> {
    return this.#open(
      "scheduler",
      async (settings) => new (await import("@aws-sdk/client-scheduler")).Scheduler(settings),
    );
  }

  quotas(): Promise<ServiceQuotas> {
    return this.#open(
      "quotas",
      async (settings) => new (await import("@aws-sdk/client-service-quotas")).ServiceQuotas(settings),
    );
  }

  /** Budgets belong to no region. */
  budgets(): Promise<Budgets> {
    return this.#open(
      "budgets",
      async (settings) =>
        new (await import("@aws-sdk/client-budgets")).Budgets({ ...settings, region: "us-east-1" }),
    );
  }

  /** The price list is served from a few regions only, for all of them. */
  pricing(): Promise<Pricing> {
    return this.#open(
      "pricing",
      async (settings) =>
        new (await import("@aws-sdk/client-pricing")).Pricing({
          ...settings,
          region: "us-east-1",
          maxAttempts: 1,
        }),
    );
  }

  /** What AWS's clock says, in milliseconds since the Unix epoch, to about a second; `undefined` before EC2 has answered. */
  awsNowMs(): number | undefined {
    return this.#awsClock.nowMs();
  }

  /** Closes their connections. */
  async close(): Promise<void> {
    for (const client of this.#opened.values()) (await client).destroy();
    this.#opened.clear();
  }

  #open<Client extends { destroy(): void }>(
    name: string,
    make: (settings: Settings) => Promise<Client>,
  ): Promise<Client> {
    const opened = (this.#opened.get(name) as Promise<Client> | undefined) ?? this.#settings().then(make);
    this.#opened.set(name, opened);
    return opened;
  }

  async #settings(): Promise<Settings> {
    // That Node 20 will not get newer SDKs is nothing that whoever launches can act on.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
    const { region, endpoint, credentials, maxAttempts = 4 } = this.#connection;
    return {
      region,
      maxAttempts,
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(credentials === undefined ? {} : { credentials }),
      requestHandler: await this.#handler(CALLS),
    };
  }

  async #handler(options: NodeHttpHandlerOptions): Promise<RequestHandler> {
    if (this.#connection.requestHandler !== undefined) return this.#connection.requestHandler;
    return await impatientAtFirst(this.#contact, options);
  }
}
