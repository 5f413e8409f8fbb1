"""fovea, called from Python on torch tensors: the C interface of capi.hpp."""

import ctypes

import torch

NUMBERS = ("head_dim", "batches", "heads", "kv_heads", "queries", "keys", "window")
POINTERS = ("q", "k", "v", "o", "entropy", "slopes", "document", "stream")
DTYPES = {torch.bfloat16: b"bf16", torch.float16: b"fp16"}


class Call(ctypes.Structure):
    _fields_ = [("variant", ctypes.c_char_p), ("dtype", ctypes.c_char_p), *[(n, ctypes.c_int64) for n in NUMBERS],
                *[(n, ctypes.c_void_p) for n in POINTERS], ("scratch", ctypes.c_void_p),
                ("scratch_bytes", ctypes.c_int64)]


class Library:
    def __init__(self, path):
        library = ctypes.CDLL(str(path))
        self.attend, self.scratch = library.fovea_gpu_attend, library.fovea_gpu_scratch
        self.attend.argtypes = self.scratch.argtypes = [ctypes.POINTER(Call)]
        self.attend.restype, self.scratch.restype = ctypes.c_char_p, ctypes.c_int64

    def call(self, variant, q, k, v, o, window=0, **more):
        """A callable without arguments, and None; or None and why there is none. Operands are (b, h, s, d) views."""
        tensors = [q, k, v, o, *more.values()]
        if not all(t.transpose(1, 2).is_contiguous() for t in (q, k, v, o)):
            raise ValueError("operands are contiguous (batch, position, head, channel)")
        pointers = {"q": q, "k": k, "v": v, "o": o, **more}
        call = Call(variant.encode(), DTYPES[q.dtype], q.shape[3], q.shape[0], q.shape[1], k.shape[1], q.shape[2],
                    k.shape[2], window, *(pointers[n].data_ptr() if n in pointers else None for n in POINTERS))
        call.stream = torch.cuda.current_stream().cuda_stream
        at = ctypes.byref(call)
        if variant == "decode":
            call.scratch_bytes = self.scratch(at)
            tensors.append(torch.empty(max(call.scratch_bytes, 1), device=q.device, dtype=torch.uint8))
            call.scratch = tensors[-1].data_ptr()
        wrong = self.attend(at)
        if wrong:
            return None, wrong.decode()

        def run(keep=(call, tensors)):
            self.attend(at)
        return run, None
