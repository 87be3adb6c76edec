import type { AwsCall } from "./aws-call.js";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A failure by AWS's own name for it. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly status: number;
}

export function refusal(code: string, message: string, status = 400): Refusal {
  return { code, message, status };
}

/** As the call's protocol writes it. */
export function refusalAnswer(call: AwsCall, { code, message, status }: Refusal): Answer {
  if (call.service === "ec2") {
    const error = `<Errors><Error><Code>${code}</Code><Message>${escaped(message)}</Message></Error></Errors>`;
    return xml(status, `<Response>${error}<RequestID>${requestId()}</RequestID></Response>`);
  }
  if (call.service === "s3") {
    const body = `<Error><Code>${code}</Code><Message>${escaped(message)}</Message></Error>`;
    return xml(status, call.method === "HEAD" ? "" : body);
  }
  if (call.form.has("Action")) {
    const type = status < 500 ? "Sender" : "Receiver";
    const error = `<Error><Type>${type}</Type><Code>${code}</Code><Message>${escaped(message)}</Message></Error>`;
    return xml(status, `<ErrorResponse>${error}<RequestId>${requestId()}</RequestId></ErrorResponse>`);
  }
  const body = JSON.stringify({ __type: code, message, Message: message });
  const headers = { "content-type": "application/x-amz-json-1.1", "x-amzn-errortype": code };
  return { status, headers, body: Buffer.from(body) };
}

export function jsonAnswer(value: unknown): Answer {
  return {
    status: 200,
    headers: { "content-type": "application/x-amz-json-1.1" },
    body: Buffer.from(JSON.stringify(value)),
  };
}

function xml(status: number, body: string): Answer {
  return { status, headers: { "content-type": "text/xml" }, body: Buffer.from(body) };
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function requestId(): string {
  return "00000000-0000-4000-8000-000000000000";
}
