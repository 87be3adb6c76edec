import { type Answer, type Refusal, refusal } from "./answer.js";
import type { AwsCall } from "./aws-call.js";

interface Upload {
  /** Such as `CRC32`; nothing where it was begun without. */
  readonly algorithm: string | undefined;
  /** By part number: what the part was sent with. */
  readonly parts: Map<string, { readonly name: string; readonly value: string }>;
}

const CHECKSUM_HEADER = /^x-amz-checksum-(crc32|crc32c|crc64nvme|sha1|sha256)$/;

/**
 * S3 holds an upload in parts to the checksums that it was begun with: parts that were sent with others are not found when it
 * is completed, and so are those whose checksum the completion does not name.
 */
export class UploadChecksums {
  readonly #uploads = new Map<string, Upload>();

  /** Takes note of a call that succeeded, and adds to its answer what S3 says of checksums. */
  see(call: AwsCall, answer: Answer): Answer {
    if (answer.status >= 300) return answer;
    if (call.operation === "CreateMultipartUpload") {
      const id = /<UploadId>([^<]+)</.exec(answer.body.toString())?.[1];
      const algorithm = call.headers["x-amz-checksum-algorithm"];
      if (id !== undefined) this.#uploads.set(id, { algorithm, parts: new Map() });
      return answer;
    }
    if (call.operation === "UploadPart") return this.#seePart(call, answer);
    return call.operation === "ListParts" ? this.#listed(call, answer) : answer;
  }

  #seePart(call: AwsCall, answer: Answer): Answer {
    const name = Object.keys(call.headers).find((header) => CHECKSUM_HEADER.test(header));
    if (name === undefined) return answer;
    const value = call.headers[name] ?? "";
    this.#of(call)?.parts.set(call.url.searchParams.get("partNumber") ?? "", { name, value });
    return { ...answer, headers: { ...answer.headers, [name]: value } };
  }

  #listed(call: AwsCall, answer: Answer): Answer {
    const parts = this.#of(call)?.parts;
    const body = answer.body.toString().replace(/<Part>.*?<\/Part>/gs, (part) => {
      const sent = parts?.get(/<PartNumber>(\d+)</.exec(part)?.[1] ?? "");
      if (sent === undefined) return part;
      const element = `Checksum${sent.name.slice("x-amz-checksum-".length).toUpperCase()}`;
      return part.replace("</Part>", `<${element}>${sent.value}</${element}></Part>`);
    });
    return { ...answer, body: Buffer.from(body) };
  }

  refuses(call: AwsCall): Refusal | undefined {
    if (call.operation !== "CompleteMultipartUpload") return undefined;
    const upload = this.#of(call);
    if (upload === undefined) return undefined;
    const named = new Map(
      [...call.body.toString().matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = ""]) => [
        /<PartNumber>(\d+)</.exec(part)?.[1],
        /<Checksum(\w+)>([^<]+)</.exec(part),
      ]),
    );
    const isWhole = [...upload.parts].every(([number, sent]) => {
      const [, algorithm = "", value] = named.get(number) ?? [];
      const isBegunSo = algorithm === upload.algorithm;
      return isBegunSo && sent.name === `x-amz-checksum-${algorithm.toLowerCase()}` && sent.value === value;
    });
    if (isWhole) return undefined;
    const message =
      "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.";
    return refusal("InvalidPart", message, 400);
  }

  #of(call: AwsCall): Upload | undefined {
    return this.#uploads.get(call.url.searchParams.get("uploadId") ?? "");
  }
}
