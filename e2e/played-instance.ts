import { join } from "node:path";
import type { AwsClients } from "../packages/aws-launcher/src/aws/aws-clients.js";
import type { MotoServer } from "../packages/result-store/src/testing/moto-server.js";
import { AgentRig } from "./agent-rig.js";
import { RUNNER_PROGRAMS, type RunnerProgram } from "./runner-programs.js";

export interface PlayedInstance {
  readonly agent: AgentRig;
  /** Its machine is off, and EC2 says so. */
  readonly over: Promise<void>;
}

/**
 * Lets a real agent play the instance that a launch has made, by the configuration that the launch wrote into its user data.
 * When it has shut its machine down, EC2 says that the instance is terminated.
 */
export async function playInstance(
  moto: MotoServer,
  clients: AwsClients,
  instanceId: string,
): Promise<PlayedInstance> {
  const ec2 = await clients.ec2();
  const { UserData } = await ec2.describeInstanceAttribute({ InstanceId: instanceId, Attribute: "userData" });
  const script = Buffer.from(UserData?.Value ?? "", "base64").toString("utf8");
  const text = /agent\.json <<'SPAWN_END'\n(.*)\nSPAWN_END/.exec(script)?.[1] ?? "";
  const config = JSON.parse(text) as { readonly queue_id: string };
  const agent = await AgentRig.make(RUNNER_PROGRAMS[0] as RunnerProgram, moto, config);
  agent.imds.values.set("meta-data/instance-id", instanceId);
  // The one path that is outside of the instance's root.
  agent.configure(0, { ...config, completion_file: join(agent.folder, "SPAWN_COMPLETE") });
  agent.start();
  const over = agent.ended().then(async () => {
    if (agent.stubs.calls().includes("shutdown -P now"))
      await ec2.terminateInstances({ InstanceIds: [instanceId] });
  });
  return { agent, over };
}
