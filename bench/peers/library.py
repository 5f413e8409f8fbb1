"""fovea and the unfused attention, called from Python on torch tensors: the C interface of fovea_capi.hpp."""

import ctypes

FP32, BF16 = 0, 1
VARIANTS = {"full": 0, "causal": 1, "window": 2, "alibi": 3, "softcap": 4}


class Call(ctypes.Structure):
    _fields_ = [(n, ctypes.c_int64) for n in ("dtype", "variant", "head_dim", "heads", "kv_heads", "queries", "keys",
                                              "window")]
    _fields_ += [(n, ctypes.c_void_p) for n in ("q", "k", "v", "o", "slopes")]


class Library:
    def __init__(self, path):
        self.c = ctypes.CDLL(str(path))
        for name in ("fovea_bench_fp32_burst", "fovea_bench_bf16_burst"):
            getattr(self.c, name).restype = ctypes.c_double
            getattr(self.c, name).argtypes = [ctypes.c_int64]
        for name in ("attend", "unfused"):
            getattr(self.c, f"fovea_bench_{name}").argtypes = [ctypes.POINTER(Call)]
        self.c.fovea_bench_read.argtypes = [ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64]
        self.c.fovea_bench_read.restype = None
        self.fp32_burst, self.bf16_burst = self.c.fovea_bench_fp32_burst, self.c.fovea_bench_bf16_burst
        self.has_bf16 = self.bf16_flops(1) > 0
        self.machine, self.compiler, self.commit = (self.text(n) for n in ("machine", "compiler", "commit"))

    def text(self, name):
        function = getattr(self.c, f"fovea_bench_{name}")
        function.restype = ctypes.c_char_p
        return function().decode()

    def fp32_flops(self, rounds):
        return self.c.fovea_bench_fp32_burst(1) * rounds

    def bf16_flops(self, rounds):
        return self.c.fovea_bench_bf16_burst(1) * rounds

    def read(self, tensor, ahead):
        self.c.fovea_bench_read(tensor.data_ptr(), tensor.nbytes, ahead)

    def call(self, dtype, variant, q, k, v, o, slopes=None, window=0):
        return self._bound(self.c.fovea_bench_attend, dtype, variant, q, k, v, o, slopes, window)

    def unfused_call(self, dtype, variant, q, k, v, o):
        return self._bound(self.c.fovea_bench_unfused, dtype, variant, q, k, v, o, None, 0)

    @staticmethod
    def _bound(function, dtype, variant, q, k, v, o, slopes, window):
        """A callable without arguments; the call is laid out once."""
        tensors = [t for t in (q, k, v, o, slopes) if t is not None]
        if not all(t.is_contiguous() for t in tensors):
            raise ValueError("operands are contiguous (head, position, channel)")
        call = Call(dtype, VARIANTS[variant], q.shape[3], q.shape[1], k.shape[1], q.shape[2], k.shape[2], window,
                    *(t.data_ptr() for t in tensors))
        at = ctypes.byref(call)

        def run(keep=(call, tensors)):
            if function(at) != 1:
                raise ValueError(f"the library has no case {variant} at head size {call.head_dim}")
        return run
