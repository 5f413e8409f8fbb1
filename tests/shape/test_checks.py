#!/usr/bin/env python3
"""The checks of tools/ find what they are for, and let pass what is right."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

import check_compile_fail  # noqa: E402
import check_form  # noqa: E402
import check_intrinsics  # noqa: E402
import check_layers  # noqa: E402
import check_names  # noqa: E402
import check_ptx  # noqa: E402
import run_gpu  # noqa: E402


class Layers(unittest.TestCase):
    def test_allowed(self):
        for header, included in [
            ("base/interval.hpp", "base/coverage.hpp"),
            ("machine/simd/lanes.hpp", "base/config.hpp"),
            ("machine/simd/hooks.hpp", "dtype/formats.hpp"),
            ("mask/causal.hpp", "expr/operators.hpp"),
            ("engine/cpu/forward.hpp", "attend/walk.hpp"),
            ("engine/cpu/forward.hpp", "engine/cpu/pack.hpp"),
            ("engine/sm80/forward.cuh", "attend/walk.hpp"),
            ("launch/run.hpp", "engine/cpu/forward.hpp"),
            ("fovea.hpp", "launch/run.hpp"),
        ]:
            self.assertIsNone(check_layers.fault(header, included), f"{header} -> {included}")

    def test_refused(self):
        for header, included in [
            ("base/interval.hpp", "dtype/formats.hpp"),
            ("dtype/formats.hpp", "machine/simd/lanes.hpp"),
            ("expr/operators.hpp", "mask/causal.hpp"),
            ("tensor/strided.hpp", "expr/node.hpp"),
            ("attend/step.hpp", "engine/cpu/forward.hpp"),
            ("engine/cpu/forward.hpp", "engine/reference/attend.hpp"),
            ("engine/cpu/forward.hpp", "launch/run.hpp"),
            ("launch/run.hpp", "engine/sm80/forward.cuh"),
            ("launch/run.hpp", "fovea.hpp"),
            ("base/config.hpp", "utils/anything.hpp"),
        ]:
            self.assertIsNotNone(check_layers.fault(header, included), f"{header} -> {included}")


class Intrinsics(unittest.TestCase):
    def found(self, text):
        return check_intrinsics.HARDWARE.search(check_intrinsics.without_comments(text))

    def test_refused(self):
        for text in ["_mm256_add_ps(a, b)", "__m512 x;", "#include <immintrin.h>", "#include <arm_neon.h>",
                     "asm(\"nop\")", "asm volatile (\"nop\");",
                     "__builtin_ia32_vcvtph2ps256(h)", "#ifdef __AVX512F__", "vld1q_f32(p)"]:
            self.assertTrue(self.found(text), text)

    def test_allowed(self):
        for text in ["// as _mm256_add_ps would", "/* __m512 */ int x;", "int plasma(int);", "comma_mm_x(1);"]:
            self.assertFalse(self.found(text), text)


class Form(unittest.TestCase):
    def listed(self, text):
        return check_form.parameters(text, check_form.TEMPLATE.search(text).end())

    def test_parameters(self):
        self.assertEqual(self.listed("template <class A, int N = (1 < 2)> f();"), ["class A", "int N = (1 < 2)"])
        self.assertEqual(self.listed("template <template <class, class> class F, class... A> f();"),
                         ["template <class, class> class F", "class... A"])
        self.assertEqual(self.listed("template <> struct a<int>;"), [])

    def test_bool(self):
        self.assertTrue(check_form.NAMED_BOOL.match("bool Causal"))
        self.assertFalse(check_form.NAMED_BOOL.match("boolean Causal"))


class Names(unittest.TestCase):
    def test_paths(self):
        self.assertTrue(check_names.FORBIDDEN.search("/ro" + "ot/x"))
        self.assertFalse(check_names.FORBIDDEN.search("the root of x / y"))


class Sentences(unittest.TestCase):
    def test_found(self):
        text = '''
            static_assert(sizeof(a) == 2 && f("no", 1), "fovea: one");
            static_assert(!requires { typename P::x; },
                          "fovea: two "
                          "halves; and (more)");
            static_assert(always);
        '''
        self.assertEqual(list(check_compile_fail.sentences(text)), ["fovea: one", "fovea: two halves; and (more)", ""])


class Ptx(unittest.TestCase):
    def test_found(self):
        said = "    8 bytes stack frame, 4 bytes spill stores, 4 bytes spill loads"
        self.assertTrue(any(map(int, check_ptx.SPILL.search(said).groups())))
        for line in ["ptxas info    : (C7510) Potential Performance Loss: wgmma.mma_async instructions are serialized",
                     "ptxas warning : something"]:
            self.assertTrue(check_ptx.WARNING.search(line), line)
        self.assertFalse(check_ptx.WARNING.search("ptxas info    : Used 10 registers, used 0 barriers"))


class RunGpu(unittest.TestCase):
    def test_late(self):
        late = run_gpu.ask(["sh", "-c", "echo begun; sleep 60"], 1)
        self.assertTrue(late["timed_out"])
        self.assertFalse(run_gpu.passed(late))
        self.assertIn("begun", late["output"])
        self.assertLess(late["seconds"], 30)

    def test_missing(self):
        self.assertFalse(run_gpu.passed(run_gpu.ask(["no-such-program-anywhere"], 5)))

    def test_broken_step(self):
        with tempfile.TemporaryDirectory() as folder:
            session = run_gpu.Session(Path(folder))
            session.step("broken", 10, lambda limit: 1 / 0)
            session.step("sound", 10, lambda limit: ("passed", {}, ["one line"]))
            self.assertEqual([s["result"] for s in session.steps], ["failed", "passed"])
            summary = (Path(folder) / "summary.md").read_text()
        self.assertIn("ZeroDivisionError", summary)
        self.assertIn("one line", summary)


if __name__ == "__main__":
    unittest.main()
