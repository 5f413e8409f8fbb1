#!/usr/bin/env python3
"""Compares examples/smollm2 with Hugging Face transformers and llama.cpp on the same GGUF file: logits, tokens, speed.

    python3 tools/compare_transformers.py --binary build/cpu/examples/smollm2/smollm2 [--speed]

A development check. What it needs (torch, transformers, gguf; llama-cpp-python for the rows of llama.cpp) is
installed into a virtual environment where this Python lacks it. Exit status 1: the agreement asked for is not there.

Agreement: every row of logits, of the prompt and of the decoded tokens, against transformers in fp32 over the same
tokens, divided by the range of that row; and greedy tokens. Where tokens part, the gap between transformers' two
candidates must be below twice the largest difference of logits seen in that prompt: either may then come out on top.
"""
import argparse
import datetime
import importlib.util
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "fovea"
NEEDED = ["torch", "transformers", "accelerate", "gguf", "jinja2"]
AGREEMENT = 1e-3  # of the range of a row of logits
TOKENS = 64

STORY = (
    "Once upon a time, in 1897, there was a lighthouse keeper who couldn't sleep. Every night at 11:45 he climbed "
    "the 236 steps to the lamp, and every night he counted the ships: 3, 7, once even 42. \"Who,\" he asked, \"are "
    "they all?\" The sea said nothing. The wind said nothing either, although it had travelled much farther. ")
CODE = (
    "def fibonacci(n):\n    if n < 2:\n        return n\n    return fibonacci(n - 1) + fibonacci(n - 2)\n\n\n"
    "for i in range(10):\n    print(i, fibonacci(i))\n\n# The same in a loop:\ndef fibonacci_loop(n):\n")
FACTS = (
    "The Danube rises in the Black Forest and flows through ten countries before it reaches the Black Sea. "
    "Vienna, Bratislava, Budapest and Belgrade lie on its banks. ")

# Name, chat or plain text, text. Plain text is cut to the given number of tokens.
PROMPTS = [
    ("one token", "plain", "The", 1),
    ("a few words", "plain", "The capital of France is", 64),
    ("question", "chat", "Explain in three sentences why the sky is blue.", None),
    ("numbers and accents", "chat", "Wie viel ist 12 + 30? And what's a naïve façade, in 2 lines?", None),
    ("code", "plain", CODE, 96),
    ("story", "plain", STORY * 3, 150),
    ("facts", "plain", FACTS * 9, 299),
    ("long chat", "chat", STORY * 2 + "Summarise the story in one sentence.", None),
]


def say(sentence):
    print(sentence, file=sys.stderr, flush=True)


def enter_environment():
    """Goes on in a virtual environment that has what is needed, made on the first call."""
    if all(importlib.util.find_spec(name) for name in NEEDED):
        return
    folder = CACHE / "compare_venv"
    python = folder / "bin" / "python"
    if pathlib.Path(sys.prefix) == folder:
        sys.exit("compare_transformers: the virtual environment is incomplete: " + str(folder))
    if not python.exists():
        say(f"Making a virtual environment in {folder} ...")
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    say("Installing " + " ".join(NEEDED) + " (several GB) ...")
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", *NEEDED], check=True)
    say("Installing llama-cpp-python (builds from source, about ten minutes) ...")
    if subprocess.run([str(python), "-m", "pip", "install", "--quiet", "llama-cpp-python"]).returncode != 0:
        say("llama-cpp-python cannot be built here: going on without llama.cpp.")
    os.execv(python, [str(python), *sys.argv])


# ---- the three programs ----

class Transformers:
    """The GGUF dequantised to fp32 in Hugging Face transformers, with a tokenizer built from the GGUF's vocabulary."""

    def __init__(self, model_path, threads):
        import gguf
        import tokenizers
        import torch
        import transformers
        from tokenizers import decoders, models, pre_tokenizers

        transformers.logging.set_verbosity_error()
        transformers.logging.disable_progress_bar()
        torch.set_num_threads(threads)
        self.torch = torch
        fields = gguf.GGUFReader(model_path).fields
        spellings = fields["tokenizer.ggml.tokens"].contents()
        kinds = fields["tokenizer.ggml.token_type"].contents()
        merges = [tuple(line.split(" ")) for line in fields["tokenizer.ggml.merges"].contents()]
        bpe = tokenizers.Tokenizer(models.BPE(vocab={s: i for i, s in enumerate(spellings)}, merges=merges))
        bpe.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True),
                                                     pre_tokenizers.ByteLevel(add_prefix_space=False)])
        bpe.decoder = decoders.ByteLevel()
        bpe.add_special_tokens([s for s, kind in zip(spellings, kinds) if kind == 3])
        self.tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_object=bpe)
        self.tokenizer.chat_template = fields["tokenizer.chat_template"].contents()
        self.model = transformers.AutoModelForCausalLM.from_pretrained(
            str(model_path.parent), gguf_file=model_path.name, dtype=torch.float32).eval()

    def encode(self, kind, text, most):
        if kind == "plain":
            return self.tokenizer.encode(text, add_special_tokens=False)[:most]
        filled = self.tokenizer.apply_chat_template([{"role": "user", "content": text}], add_generation_prompt=True,
                                                    tokenize=False)
        return self.tokenizer.encode(filled, add_special_tokens=False)

    def logits(self, ids):
        with self.torch.no_grad():
            return self.model(self.torch.tensor([ids])).logits[0].numpy()

    def greedy(self, ids, count):
        """Greedy tokens, one at a time against the key/value cache."""
        torch, generated, past = self.torch, [], None
        step = torch.tensor([ids])
        with torch.no_grad():
            while len(generated) < count:
                out = self.model(step, past_key_values=past, use_cache=True)
                past = out.past_key_values
                generated.append(int(out.logits[0, -1].argmax()))
                step = torch.tensor([[generated[-1]]])
        return generated

    def speed(self, ids, count):
        torch = self.torch
        with torch.no_grad():
            start = time.perf_counter()
            out = self.model(torch.tensor([ids]), use_cache=True, logits_to_keep=1)
            prefill = time.perf_counter() - start
            start = time.perf_counter()
            for _ in range(count):
                step = out.logits[:, -1].argmax(dim=-1, keepdim=True)
                out = self.model(step, past_key_values=out.past_key_values, use_cache=True)
            decode = time.perf_counter() - start
        return {"prefill_tokens_per_s": len(ids) / prefill, "decode_tokens_per_s": count / decode}


def attention_deviation(out):
    """What smollm2 printed: the largest difference of an attention output from fv::reference()."""
    return float(re.search(r"by at most (\S+)", out)[1])


class Fovea:
    def __init__(self, binary, model_path, cache, threads):
        self.command = [str(binary), "--model", str(model_path), "--cache", cache, "--threads", str(threads)]

    def run(self, arguments):
        done = subprocess.run(self.command + arguments, capture_output=True)
        if done.returncode != 0:
            sys.exit("compare_transformers: " + done.stderr.decode(errors="replace").strip())
        return done.stdout.decode(errors="replace")

    def logits(self, ids, kind, text, vocabulary):
        """Rows of logits of the prompt and the decoded tokens. A chat prompt goes in as text, to test our tokenizer."""
        import numpy
        prompt = [text] if kind == "chat" else ["--ids", ",".join(map(str, ids))]
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "logits")
            out = self.run(prompt + ["--no-stop", "--tokens", str(TOKENS), "--logits", file])
            return numpy.fromfile(file, dtype=numpy.float32).reshape(-1, vocabulary), attention_deviation(out)

    def speed(self, ids, count):
        out = self.run(["--ids", ",".join(map(str, ids)), "--no-stop", "--tokens", str(count + 1)])
        found = {}
        for phase in ("prefill", "decode"):
            rate, share = re.search(phase + r" .*: +([\d.]+) tokens/s, attention +([\d.]+) %", out).groups()
            found[f"{phase}_tokens_per_s"] = float(rate)
            found[f"{phase}_attention_percent"] = float(share)
        found["attention_deviation"] = attention_deviation(out)
        return found


class LlamaCpp:
    def __init__(self, model_path, threads):
        import llama_cpp
        self.make = lambda all_rows: llama_cpp.Llama(str(model_path), n_ctx=1024, n_threads=threads,
                                                     n_threads_batch=threads, logits_all=all_rows, verbose=False)

    def logits(self, ids):
        llama = self.make(True)
        llama.eval(ids)
        rows = llama.scores[:len(ids)].copy()
        llama.close()
        return rows

    def speed(self, ids, count):
        llama = self.make(False)
        start = time.perf_counter()
        llama.eval(ids)
        prefill = time.perf_counter() - start
        start = time.perf_counter()
        for _ in range(count):
            llama.eval([llama.sample(temp=0.0)])
        seconds = time.perf_counter() - start
        llama.close()
        return {"prefill_tokens_per_s": len(ids) / prefill, "decode_tokens_per_s": count / seconds}


# ---- comparisons ----

def row_agreement(rows, expected):
    """The largest difference, absolute and as a part of its row's range."""
    import numpy
    difference = numpy.abs(rows.astype(numpy.float64) - expected).max(axis=1)
    span = expected.max(axis=1) - expected.min(axis=1)
    return float(difference.max()), float((difference / span).max())


def compare(oracle, fovea, cache, prompt):
    name, kind, text, most = prompt
    ids = oracle.encode(kind, text, most)
    rows, deviation = fovea.logits(ids, kind, text, len(oracle.tokenizer))
    if len(rows) != len(ids) + TOKENS - 1:
        sys.exit(f"compare_transformers: prompt '{name}' has {len(ids)} tokens in transformers and "
                 f"{len(rows) - TOKENS + 1} in smollm2: the tokenizers differ")
    generated = [int(row.argmax()) for row in rows[len(ids) - 1:]]
    expected = oracle.logits(ids + generated[:-1])
    largest, part = row_agreement(rows, expected)
    greedy = oracle.greedy(ids, TOKENS)
    result = {"prompt": name, "prompt_tokens": len(ids), "cache": cache, "rows": len(rows),
              "largest_difference": largest, "largest_part_of_range": part, "equal_tokens": TOKENS, "parting": None,
              "attention_deviation": deviation}
    if greedy != generated:
        step = next(i for i in range(TOKENS) if greedy[i] != generated[i])
        row = expected[len(ids) - 1 + step]
        gap = float(row[greedy[step]] - row[generated[step]])
        result["equal_tokens"] = step
        result["parting"] = {"step": step, "fovea": generated[step], "transformers": greedy[step], "gap": gap,
                             "within_agreement": gap < 2 * largest}
    say(f"{cache}  {name:20} {len(ids):4} tokens: logits within {part:.1e} of their range, "
        f"{result['equal_tokens']} of {TOKENS} greedy tokens equal"
        + (f"; they part over a gap of {result['parting']['gap']:.1e}" if result["parting"] else ""))
    return result, ids + generated[:-1], expected


def compare_llama(llama, name, prompt_tokens, ids, expected):
    rows = llama.logits(ids)
    largest, part = row_agreement(rows, expected)
    same = rows[prompt_tokens - 1:].argmax(axis=1) == expected[prompt_tokens - 1:].argmax(axis=1)
    say(f"llama.cpp  {name:20} {prompt_tokens:4} tokens: logits within {part:.1e} of their range, "
        f"likeliest token equal in {int(same.sum())} of {len(same)}")
    return {"prompt": name, "prompt_tokens": prompt_tokens, "rows": len(rows), "largest_difference": largest,
            "largest_part_of_range": part, "equal_likeliest": int(same.sum()), "of": len(same)}


def measure(programs, ids, repetitions):
    """Medians; the programs take turns, so that a disturbance meets them all."""
    runs = {name: [] for name in programs}
    for _ in range(repetitions):
        for name, program in programs.items():
            runs[name].append(program.speed(ids, TOKENS))
    rows = []
    for name, found in runs.items():
        medians = {key: statistics.median(run[key] for run in found) for key in found[0]}
        rows.append({"program": name, "prompt_tokens": len(ids), "decoded_tokens": TOKENS, **medians})
        say(f"{name:24} prompt of {len(ids):3}: prefill {medians['prefill_tokens_per_s']:7.1f} tokens/s, "
            f"decode {medians['decode_tokens_per_s']:6.1f} tokens/s")
    return rows


# ---- where it was measured ----

def first_line(command):
    try:
        return subprocess.run(command, capture_output=True, text=True, cwd=ROOT).stdout.splitlines()[0]
    except (OSError, IndexError):
        return "unknown"


def machine():
    with open("/proc/cpuinfo") as file:
        model = re.search(r"model name\s*:\s*(.*)", file.read())
    return f"{model[1] if model else 'unknown CPU'}, {os.cpu_count()} cores"


def compiler(binary):
    for folder in binary.resolve().parents:
        cache = folder / "CMakeCache.txt"
        if cache.exists():
            return first_line([re.search(r"CMAKE_CXX_COMPILER:\w+=(.*)", cache.read_text())[1], "--version"])
    return "unknown"


def version(package):
    import importlib.metadata
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def write(result, output):
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(result, indent=1) + "\n")
    say(f"Written: {output}")


def fetched_model():
    fetch = [sys.executable, str(ROOT / "tools/fetch_model.py")]
    return pathlib.Path(subprocess.run(fetch, check=True, capture_output=True, text=True).stdout.strip())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", type=pathlib.Path, default=ROOT / "build/cpu/examples/smollm2/smollm2")
    parser.add_argument("--model", type=pathlib.Path, help="the GGUF file; tools/fetch_model.py where not given")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--speed", action="store_true", help="measure tokens/s too; the machine should be quiet")
    parser.add_argument("--repetitions", type=int, default=5, help="of each measurement of speed")
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / "bench/results/smollm2_agreement.json")
    arguments = parser.parse_args()
    enter_environment()
    os.environ["TQDM_DISABLE"] = "1"
    if not arguments.binary.exists():
        sys.exit(f"compare_transformers: {arguments.binary} is not there; build the target smollm2")
    model_path = arguments.model or fetched_model()

    load_average = os.getloadavg()[0]
    say("Loading the model into transformers ...")
    oracle = Transformers(model_path, arguments.threads)
    programs = {f"fovea, {cache} cache": Fovea(arguments.binary, model_path, cache, arguments.threads)
                for cache in ("fp32", "bf16")}
    if importlib.util.find_spec("llama_cpp"):
        programs["llama.cpp"] = LlamaCpp(model_path, arguments.threads)

    agreement, llama_rows = [], []
    for prompt in PROMPTS:
        for cache in ("fp32", "bf16"):
            row, ids, expected = compare(oracle, programs[f"fovea, {cache} cache"], cache, prompt)
            agreement.append(row)
            if cache == "fp32" and "llama.cpp" in programs:
                llama_rows.append(compare_llama(programs["llama.cpp"], prompt[0], row["prompt_tokens"], ids, expected))

    result = {"machine": machine(), "compiler": compiler(arguments.binary),
              "commit": first_line(["git", "rev-parse", "HEAD"]), "date": datetime.date.today().isoformat(),
              "model": model_path.name, "threads": arguments.threads, "load_average_before": load_average,
              "versions": {package: version(package) for package in ("torch", "transformers", "llama-cpp-python")},
              "asked_part_of_range": AGREEMENT, "greedy_tokens": TOKENS,
              "agreement": agreement, "llama_cpp": llama_rows}
    write(result, arguments.output)
    if arguments.speed:
        programs["transformers, fp32"] = oracle
        result["speed"] = [row for prompt in ("question", "long chat") for name, kind, text, most in PROMPTS
                           if name == prompt for row in measure(programs, oracle.encode(kind, text, most),
                                                                arguments.repetitions)]
        write(result, arguments.output)

    faults = [row for row in agreement if row["cache"] == "fp32" and
              (row["largest_part_of_range"] > AGREEMENT or (row["parting"] and not row["parting"]["within_agreement"]))]
    if faults:
        sys.exit("compare_transformers: no agreement for: " + ", ".join(row["prompt"] for row in faults))
    say("fp32 agrees with transformers in every prompt.")


if __name__ == "__main__":
    main()
