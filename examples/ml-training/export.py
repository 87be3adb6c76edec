#!/usr/bin/env python3
"""Packs the model's weights as little-endian 32-bit floats, and describes them."""
import argparse
import hashlib
import json
import struct
from pathlib import Path

from network import Network


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--model", type=Path, required=True)
    arguments.add_argument("--output", type=Path, required=True)
    options = arguments.parse_args()

    network = Network.load(options.model)
    layers = {"hidden": network.hidden, "output": network.output}
    weights = [weight for layer in layers.values() for row in layer for weight in row]
    packed = struct.pack(f"<{len(weights)}f", *weights)

    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_bytes(packed)
    info = {
        "file": options.output.name,
        "sha256": hashlib.sha256(packed).hexdigest(),
        "layers": {name: [len(layer), len(layer[0])] for name, layer in layers.items()},
    }
    (options.output.parent / "model_info.json").write_text(json.dumps(info, indent=2) + "\n")
    print(f"{options.output}: {len(weights)} weights, {len(packed)} bytes")


if __name__ == "__main__":
    main()
