"""ONNX Runtime's fused attention (com.microsoft MultiHeadAttention), fp32, one thread; optional."""

import numpy

try:
    import onnx
    import onnxruntime
    available, version = True, onnxruntime.__version__
except ImportError:
    available, version = False, None


class attention:
    """Torch tensors (1, heads, positions, channels), copied into the operator's (batch, position, width)."""

    def __init__(self, q, k, v, causal):
        self.shape = q.shape
        feeds = {n: self.packed(t) for n, t in zip("qkv", (q, k, v))}
        kind, width = onnx.TensorProto.FLOAT, q.shape[1] * q.shape[3]
        helper = onnx.helper
        node = helper.make_node("MultiHeadAttention", ["q", "k", "v"], ["o"], domain="com.microsoft",
                                num_heads=q.shape[1], unidirectional=int(causal))
        values = {n: helper.make_tensor_value_info(n, kind, [1, q.shape[2], width]) for n in "qkvo"}
        graph = helper.make_graph([node], "attention", [values[n] for n in "qkv"], [values["o"]])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17),
                                                        helper.make_opsetid("com.microsoft", 1)])
        model.ir_version = 8
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(model.SerializeToString(), options,
                                                    providers=["CPUExecutionProvider"])
        self.binding = self.session.io_binding()
        for name, array in feeds.items():
            self.binding.bind_cpu_input(name, array)
        self.output = onnxruntime.OrtValue.ortvalue_from_numpy(numpy.empty_like(feeds["q"]))
        self.binding.bind_ortvalue_output("o", self.output)
        self.feeds = feeds

    @staticmethod
    def packed(t):
        return numpy.ascontiguousarray(t[0].permute(1, 0, 2).reshape(1, t.shape[2], -1).numpy())

    def run(self):
        self.session.run_with_iobinding(self.binding)

    def result(self):
        import torch
        self.run()
        _, heads, positions, channels = self.shape
        o = torch.from_numpy(self.output.numpy().copy())
        return o.view(1, positions, heads, channels).permute(0, 2, 1, 3)
