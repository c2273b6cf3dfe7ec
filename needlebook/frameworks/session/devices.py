# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""One graph on several devices: a part for each, joined by sends and receives."""

import queue
import threading

import numpy as np

from ...traversal import find_topo_sort
from .graph import Node
from .passes import bind, optimize


def partition(outputs):
    """Return {device: steps (node, inputs) in order}, with sends and receives added.

    A value that crosses is sent once to each device that wants it. Leaves lie where
    they were described; constants lie everywhere.
    """
    parts, arrived = {}, {}
    for node in find_topo_sort(outputs):
        steps = parts.setdefault(node.device, [])
        if node.op is None:
            continue
        inputs = list(node.inputs)
        for i, x in enumerate(inputs):
            if x.device != node.device and x.kind != "constant":
                if (x, node.device) not in arrived:
                    send, receive = crossing(x, node.device)
                    parts[x.device].append((send, [x]))
                    steps.append((receive, []))
                    arrived[x, node.device] = receive
                inputs[i] = arrived[x, node.device]
        steps.append((node, inputs))
    return parts


def crossing(x, device):
    """Return the two ends of a transfer of `x` to `device`, which share a channel."""
    attrs = {"channel": (x.name, x.device, device)}
    send = Node("send", (x,), attrs, x.name, x.device)
    receive = Node("receive", (), attrs, x.name, device)
    send.shape = receive.shape = x.shape
    return send, receive


class DeviceRun(threading.Thread):
    """One device: computes its steps, and meets the others at channels."""

    def __init__(self, steps, value_of, channels):
        super().__init__(daemon=True)
        self.steps, self.value_of, self.channels = steps, value_of, channels
        self.values, self.sent, self.error = {}, 0, None

    def run(self):
        try:
            for node, inputs in self.steps:
                self.values[node] = self.step(node, inputs)
        except Exception as error:
            self.error = error
            for node, _ in self.steps:
                if node.kind == "send":
                    self.channels[node.attrs["channel"]].put(None)

    def step(self, node, inputs):
        if node.kind == "receive":
            array = self.channels[node.attrs["channel"]].get()
            if array is None:
                raise RuntimeError(f"{node.device}: the sender of {node.name!r} failed")
            return array
        arrays = [
            self.values[x] if x in self.values else self.value_of(x) for x in inputs
        ]
        if node.kind == "send":
            self.sent += arrays[0].nbytes
            self.channels[node.attrs["channel"]].put(arrays[0].copy())
            return None
        out = np.empty(node.shape)
        node.op.compute(out, node.attrs, *arrays)
        return out


def run_on_devices(session, fetches, feed_dict):
    """Run operations `fetches` with one thread for each device.

    Returns the arrays, and the bytes that each device sent. Assigns nothing.
    """
    fed = {node: np.asarray(a, float) for node, a in feed_dict.items()}
    outputs = bind(fetches, {node: a.shape for node, a in fed.items()})
    *_, (_, outputs) = optimize(outputs)
    parts = partition(outputs)
    ends = [
        node for steps in parts.values() for node, _ in steps if node.kind == "send"
    ]
    channels = {node.attrs["channel"]: queue.SimpleQueue() for node in ends}
    runs = {
        device: DeviceRun(steps, lambda leaf: session.leaf(leaf, fed), channels)
        for device, steps in parts.items()
    }
    for run in runs.values():
        run.start()
    for run in runs.values():
        run.join()
    failed = [run.error for run in runs.values() if run.error is not None]
    if failed:
        raise min(failed, key=lambda error: type(error) is RuntimeError)
    arrays = [runs[node.device].values[node] for node in outputs]
    return arrays, {device: run.sent for device, run in runs.items()}
