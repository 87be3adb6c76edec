/** EC2's words. */
export type Architecture = "x86_64" | "arm64";

/** The public SSM parameter that names the image to use: Amazon Linux 2023, with NVIDIA's driver where there is a GPU. */
export function imageParameter(architecture: Architecture, gpu: boolean): string {
  return gpu
    ? `/aws/service/deeplearning/ami/${architecture}/base-oss-nvidia-driver-gpu-amazon-linux-2023/latest/ami-id`
    : `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${architecture}`;
}
