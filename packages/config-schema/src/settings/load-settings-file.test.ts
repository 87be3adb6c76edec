import { describe, expect, it } from "vitest";
import { loadSettingsFile } from "./load-settings-file.js";

const load = (text: string) => loadSettingsFile(text, ".spawn.yaml");
const problemsOf = (text: string) =>
  load(text).diagnostics.map(
    ({ line, column, code, message, suggestion }) =>
      `${line}:${column} ${code} ${message} → ${suggestion ?? ""}`,
  );

describe("a settings file", () => {
  it("is read into typed values", () => {
    const text = `
provider: ec2
region: eu-central-1
instance_type: m7i.large, m6i.large
ttl: 1h 30m
idle_timeout: 20m
on_complete: stop
keep_on_failure: 2h
volume_size: 100
iam_policy: s3:ReadOnly
result_s3_bucket: my-results
result_s3_prefix: team/
tags: { team: ml }
`;
    expect(load(text)).toMatchObject({
      diagnostics: [],
      settings: {
        provider: "ec2",
        region: "eu-central-1",
        instanceTypes: ["m7i.large", "m6i.large"],
        ttlMs: 5_400_000,
        idleTimeoutMs: 1_200_000,
        onComplete: "stop",
        keepOnFailureMs: 7_200_000,
        volumeSizeGiB: 100,
        iamPolicies: ["s3:ReadOnly"],
        resultS3Bucket: "my-results",
        resultS3Prefix: "team/",
        tags: { team: "ml" },
      },
    });
  });

  it.each(["", "# nothing yet\n", "{}"])("may set nothing: %j", (text) => {
    expect(load(text)).toMatchObject({ settings: {}, diagnostics: [] });
  });

  it("names every problem with its place and what to write instead", () => {
    expect(
      problemsOf(
        "regon: eu-west-1\nttl: 5 minutes\nprovider: aws\nvolume_size: big\nresult_s3_bucket: s3://b",
      ),
    ).toEqual([
      '1:1 unknown-key the key "regon" is not known here → did you mean "region"?',
      '2:6 bad-duration "5 minutes" is not a duration → write "5m"',
      '3:11 bad-choice "provider" cannot be the text "aws" → write "local" or "ec2"',
      '4:14 wrong-type "volume_size" must be a number, not the text "big" → for example 100',
      "5:19 bad-bucket \"s3://b\" is not the name of a bucket → write the name alone, without s3://: lower-case letters, digits, '.' and '-'",
    ]);
  });

  it("that is no map says what it should be", () => {
    expect(problemsOf("- a\n")).toEqual([
      "1:1 wrong-type a settings file must be a map, not a list → write keys and values, such as region: eu-central-1",
    ]);
  });

  it("keeps what is right beside what is wrong", () => {
    expect(load("ttl: soon\nregion: eu-west-1\n").settings).toEqual({ region: "eu-west-1" });
  });
});
