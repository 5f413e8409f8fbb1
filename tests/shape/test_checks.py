#!/usr/bin/env python3
"""The checks of tools/ find what they are for, and let pass what is right."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

import check_compile_fail  # noqa: E402
import check_consumers  # noqa: E402
import check_docs  # noqa: E402
import check_form  # noqa: E402
import check_intrinsics  # noqa: E402
import check_layers  # noqa: E402
import check_names  # noqa: E402
import check_namespaces  # noqa: E402
import check_ptx  # noqa: E402
import check_versions  # noqa: E402
import check_public  # noqa: E402
import quoted  # noqa: E402
import run_gpu  # noqa: E402


class Layers(unittest.TestCase):
    def test_allowed(self):
        for header, included in [
            ("base/interval.hpp", "base/coverage.hpp"),
            ("machine/simd/lanes.hpp", "base/config.hpp"),
            ("machine/simd/storage.hpp", "dtype/formats.hpp"),
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


    def test_large_includes(self):
        texts = {"fovea.hpp": '#include "fovea/base/small.hpp"', "fovea.cuh": "", "describe.hpp": "#include <string>",
                 "base/small.hpp": "#include <cstdint>\n#include <cuda.h>\n#include <boost/hana/bool.hpp>"}
        self.assertEqual(check_layers.large_includes(texts), [])
        texts["base/small.hpp"] += "\n#include <span>"
        self.assertEqual(len(check_layers.large_includes(texts)), 1)


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


class Namespaces(unittest.TestCase):
    def test_rewritten(self):
        plain = "namespace fovea {\nint x;\n} // namespace fovea\n"
        visible = "namespace fovea::inline v0_2 {\nint x;\n} // namespace fovea::inline v0_2\n"
        hidden = ('namespace [[gnu::visibility("hidden")]] fovea {\ninline namespace v0_2 {\nint x;\n'
                  "} // namespace v0_2\n} // namespace fovea\n")
        for text in (plain, visible, hidden, visible.replace("v0_2", "v0_1"), hidden.replace("v0_2", "v0_1")):
            self.assertEqual(check_namespaces.in_order("mask/causal.hpp", text, "0.2.7"), visible)
            self.assertEqual(check_namespaces.in_order("engine/cpu/forward.hpp", text, "0.2.7"), hidden)
            self.assertEqual(check_namespaces.in_order("engine/cpu/shape.hpp", text, "0.2.7"), visible)
        own = "namespace fovea::inline v0_2::sm80 {\nint x;\n} // namespace fovea::inline v0_2::sm80\n"
        for text in (own.replace("::inline v0_2", ""), own.replace("v0_2", "v0_1"), own):
            self.assertEqual(check_namespaces.in_order("engine/sm80/plan.hpp", text, "0.2.7"), own)


class Versions(unittest.TestCase):
    def test_found(self):
        for place, pattern in check_versions.PLACES.items():
            text = (check_versions.ROOT / place).read_text()
            self.assertEqual(check_versions.disagreements(text, pattern, check_versions.VERSION[1]), [], place)
            self.assertTrue(check_versions.disagreements(text, pattern, "9.9.9"), place)


class Consumers(unittest.TestCase):
    def test_flags(self):
        plain = "g++ -isystem inc -std=gnu++20 -O3 -DNDEBUG -fPIC -MD -MT a -MF b -o a.o -c a.cpp"
        self.assertEqual(check_consumers.unexpected_flags(plain), [])
        for flag in ["-march=native", "-Wall", "-DFOVEA_ANYTHING", "-fopenmp", "-std=c++17"]:
            self.assertTrue(check_consumers.unexpected_flags(f"{plain} {flag}"), flag)

    def test_symbols(self):
        for symbol in ["_ZN5fovea3runINS_10cpu_engineEEEvT_", "_ZN5fovea4v0_13runEv", "_ZSt4moveIRN5fovea6statusEEvT_",
                       "_ZN5fovea6errors3runEv", "_ZTIN5fovea6statusE"]:
            self.assertTrue(check_consumers.exported_symbols(f"0000 W {symbol}\n"), symbol)
        for symbol in ["_ZTIN5fovea5errorE", "_ZTVN5fovea4v0_15errorE", "_ZN5fovea5errorD0Ev", "attend_here",
                       "_ZNK5fovea5error4whatEv", "_ZN9mainfovea3runEv"]:
            self.assertFalse(check_consumers.exported_symbols(f"0000 W {symbol}\n"), symbol)

    def test_missing_headers(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertIn("include/fovea/fovea.hpp is not installed",
                          check_consumers.missing_headers(Path(folder)))
class Public(unittest.TestCase):
    HEADER = '''// Two things: one(n).
namespace [[gnu::visibility("hidden")]] fovea {

struct one {
    int inside() const { return 1; } // not a declaration of the namespace
};
inline constexpr int two = 2;
template <class T> inline constexpr bool three = false;
template <> inline constexpr bool three<int> = true;

// What four does, and six.
template <class T, int N = int{3}> constexpr auto four(T const& t) { return t; }
constexpr int operator+(one, one) { return 2; }
constexpr int six(int x) { return x; }
constexpr int seven(int x) { return x; }

namespace terms {
// A term.
inline constexpr one eight{};
} // namespace terms

} // namespace fovea
'''

    def test_declarations(self):
        found = check_public.declarations(self.HEADER)
        self.assertEqual([d.name for d in found], ["one", "two", "three", "four", "six", "seven", "eight"])
        self.assertEqual(found[3].signature(), "four(T const& t)")

    def test_documented(self):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "some.hpp").write_text(self.HEADER)
            kept, check_public.INCLUDE = check_public.INCLUDE, Path(folder)
            try:
                named = check_public.documented("some.hpp", check_public.declarations(self.HEADER))
            finally:
                check_public.INCLUDE = kept
        self.assertEqual(named, {"one", "four", "six", "eight"})


class Docs(unittest.TestCase):
    def test_gallery(self):
        variants = quoted.variants()
        self.assertEqual(list(check_docs.missing_from_gallery(variants)), [])
        without = [v for v in variants if "fv::dilated(" not in v.code]
        self.assertEqual(len(list(check_docs.missing_from_gallery(without))), 1)

    def test_quotations(self):
        page = check_docs.ROOT / "docs" / "tutorial.md"

        def fault(file, options):
            return check_docs.quote_fault(page, check_docs.QUOTE.search(f"```{{literalinclude}} {file}\n{options}```"))

        start, end = ':start-after: "shown: plain"\n', ':end-before: "// end: plain"\n'
        self.assertIsNone(fault("snippets/tutorial.cpp", start + end))
        self.assertIsNotNone(fault("snippets/tutorial.cpp", start + ':end-before: "// end: views"\n'))
        self.assertIsNotNone(fault("snippets/none.cpp", start))
        self.assertIsNotNone(fault("../include/fovea/fovea.hpp", ""))


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
