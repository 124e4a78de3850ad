#!/usr/bin/env python3
"""Mutation testing of the headers: are there changes of the code that no test notices?

    tests/mutation/mutate.py [OPTION...] FOLDER COMPILER FLAG...

Mutants are sampled from all that the tool can think of: operators exchanged, constants changed, bounds off by one,
conditions negated, arguments exchanged, statements dropped, a refusal that becomes ok, a draw skipped or drawn twice.
All of the sample is compiled into the headers at once, each mutant behind a switch that is read when a test starts. So
each test file is built once, as a program of its own, and in some more ways for what other processors compile. A first
run records which mutants every test case reaches, so that a mutant only runs the cases that can notice it.

Mutants of constexpr code cannot hide behind a switch: --constants samples some more of them, compiled one at a time.

FOLDER keeps the results: the same command again goes on, and after a change of tests runs what survived once more.
Survivors that no test can kill are listed in equivalent.txt, beside this file, with their reasons; they do not count.
"""
# SPDX-License-Identifier: MIT

import argparse
import concurrent.futures
import hashlib
import json
import math
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
REPOSITORY = os.path.dirname(os.path.dirname(HERE))

# More flags, and the tests that are also built with them; all tests are built without. See the vector jobs of .ci/run.
MORE_WAYS = {
    "-DRBM_VECTOR_BYTES=4": "fixed float_kernels kernels",
    "-DRBM_VECTOR_BYTES=1": "extras float_kernels",
    "-DRBM_VECTOR_BYTES=32 -Wno-psabi": "float_kernels",
    "-DRBM_VECTOR_BYTES=64 -Wno-psabi": "float_kernels",
    "-DRBM_SUMS_IN_REGISTERS": "fixed integers kernels",
}
LEFT_OUT = "--test-suite-exclude=long"

EXCHANGED = [
    ("+", "-"), ("-", "+"), ("*", "+"), ("/", "*"), ("%", "/"), ("<", "<="), ("<=", "<"), (">", ">="), (">=", ">"),
    ("<", ">"), ("==", "!="), ("!=", "=="), ("&&", "||"), ("||", "&&"), ("&", "|"), ("|", "&"), ("^", "|"),
    ("<<", ">>"), (">>", "<<"), ("+=", "-="), ("-=", "+="), ("*=", "+="), ("|=", "&="), ("&=", "|="), ("^=", "|="),
    ("<<=", ">>="), (">>=", "<<="),
]  # fmt: skip


# Where mutants can be ------------------------------------------------------------------------------------------------


def masked_text(text):
    """The text with spaces for comments, strings and preprocessor lines."""

    def blank(found):
        return re.sub(r"[^\n]", " ", found.group(0))

    literal = r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''
    text = re.sub(literal, blank, text, flags=re.S)
    return re.sub(r"^[ \t]*#(?:[^\n\\]|\\\n|\\.)*", blank, text, flags=re.M)


def closing(text, i, pair="()"):
    """Where the bracket that opens at i closes."""
    depth = 0
    for k in range(i, len(text)):
        depth += (text[k] == pair[0]) - (text[k] == pair[1])
        if depth == 0:
            return k
    return len(text) - 1


def without_template(head):
    head = head.lstrip()
    while head.startswith("template"):
        head = head[closing(head, head.index("<"), "<>") + 1 :].lstrip()
    return head


def split(text, separator=","):
    """Start and end of the parts between separators that are in no brackets."""
    parts, depth, start = [], 0, 0
    for i, c in enumerate(text):
        if c in "([{":
            depth += 1
        elif c in ")]}":
            depth -= 1
        elif c == "<" and i > 0 and (text[i - 1].isalnum() or text[i - 1] == "_"):
            depth += 1
        elif c == ">" and text[i - 1] not in " -" and depth > 0:
            depth -= 1
        elif c == separator and depth == 0:
            parts.append((start, i))
            start = i + 1
    return parts + [(start, len(text))]


DECLARATION = re.compile(
    r"^(?:static\s+)?(?:const\s+)?(?:unsigned\s+)?(?:typename\s+)?[A-Za-z_][\w:]*(?:<[^;=]*>)?(?:::\w+)*"
    r"[\s*&]+(?:RBM_RESTRICT\s+)?[A-Za-z_]\w*\s*(?:\[[^\]]*\])*\s*(?:=|\{|,|\(|$)|^const\b"
)
KEYWORD = re.compile(r"^(?:return|if|else|for|while|do|switch|case|default|break|continue|delete|throw|goto)\b")
NOT_CODE = re.compile(
    r"^(?:typedef|using|enum|static_assert|friend|template|struct|class|public|private|protected|extern|__asm__)\b"
)
CONSTANT = re.compile(r"(?:static\s+)?constexpr\b")


class Parser:
    """Finds the expressions and statements of a header: sites are (kind, start, end, whether constexpr)."""

    def __init__(self, text):
        self.masked, self.sites = masked_text(text), []
        self.declarations(0, len(self.masked))

    def add(self, kind, start, end, constant):
        while start < end and self.masked[start].isspace():
            start += 1
        while end > start and self.masked[end - 1].isspace():
            end -= 1
        if end > start:
            self.sites.append((kind, start, end, constant))

    def declarations(self, i, end):
        """Namespaces and types."""
        text, start = self.masked, i
        while i < end:
            c = text[i]
            if c == ";" or c == ":" and text[start:i].strip() in ("public", "private", "protected"):
                head = without_template(text[start:i])
                if CONSTANT.match(head) and "=" in head:
                    self.add("expression", text.index("=", start) + 1, i, True)
                start = i + 1
            elif c == "(":
                i = closing(text, i)
            elif c == "{":
                head, close = without_template(text[start:i]), closing(text, i, "{}")
                if re.match(r"(?:inline\s+)?(?:namespace|struct|class|union|extern)\b", head):
                    self.declarations(i + 1, close)
                    start = close + 1
                elif re.match(r"enum\b", head):
                    for a, b in split(text[i + 1 : close]):
                        equal = text[i + 1 + a : i + 1 + b].find("=")
                        if equal >= 0:
                            self.add("expression", i + 1 + a + equal + 1, i + 1 + b, True)
                elif "(" in head and re.search(r"(?:\)|const|noexcept)\s*$", head):
                    self.block(i + 1, close, bool(re.search(r"\bconstexpr\b", head)))
                    start = close + 1
                i = close
            i += 1

    def block(self, i, end, constant):
        while i < end:
            i = self.statement(i, end, constant)

    def statement(self, i, end, constant):
        """Adds the statement at i, and says where the next one is."""
        text = self.masked
        while i < end and (text[i].isspace() or text[i] == ";"):
            i += 1
        if i >= end:
            return end
        if text[i] == "{":
            close = closing(text, i, "{}")
            self.block(i + 1, close, constant)
            return close + 1
        word = re.match(r"\w*", text[i:end]).group(0)
        if word in ("if", "while", "switch", "for"):
            a = text.index("(", i)
            b = closing(text, a)
            if word == "for":
                self.head_of_loop(a + 1, b, constant)
            elif word != "switch":
                self.add("condition", a + 1, b, constant)
            return self.statement(b + 1, end, constant)
        if word in ("else", "do"):
            return self.statement(i + len(word), end, constant)
        if word in ("case", "default"):
            k = i
            while text[k] != ":" or ":" in (text[k + 1], text[k - 1]):
                k += 1
            return self.statement(k + 1, end, constant)
        k, depth = i, 0
        while k < end and not (text[k] == ";" and depth == 0):
            depth += (text[k] in "([{") - (text[k] in ")]}")
            k += 1
        self.simple_statement(word, i, k, constant)
        return k + 1

    def head_of_loop(self, start, end, constant):
        parts = [(start + a, start + b) for a, b in split(self.masked[start:end], ";")]
        if len(parts) != 3:
            return
        (a, b), (c, d), _ = parts
        first = self.masked[a:b]
        if "=" in first and "," not in first:
            self.add("expression", a + first.index("=") + 1, b, constant)
        self.add("loop", c, d, constant)

    def simple_statement(self, word, start, end, constant):
        text = self.masked[start:end]
        if word == "return":
            if not text[6:].lstrip().startswith("{"):
                self.add("expression", start + 6, end, constant)
        elif CONSTANT.match(text):
            for a, b in split(text):
                equal = text[a:b].find(" = ")
                if equal >= 0:
                    self.add("expression", start + a + equal + 2, start + b, True)
        elif not NOT_CODE.match(text) and not KEYWORD.match(text):
            if not DECLARATION.match(text):
                self.add("statement", start, end, constant)
                return
            equal = text.find(" = ")
            value = text[equal + 3 :]
            if equal >= 0 and len(split(value)) == 1 and not value.lstrip().startswith("{"):
                self.add("expression", start + equal + 2, end, constant)


def variants(kind, text):
    """(what was done, mutated text) of one site. None for the text drops a statement."""
    found, masked = [], masked_text(text)

    def put(name, start, end, new):
        found.append((name, text[:start] + new + text[end:]))

    for old, new in EXCHANGED:
        for m in re.finditer(" %s " % re.escape(old), masked):
            put("%s becomes %s" % (old, new), m.start(), m.end(), " %s " % new)
    for m in re.finditer(r"\+\+(?=\w)", masked):
        put("++ becomes --", m.start(), m.end(), "--")
    for m in re.finditer(r"(?<![\w.])(\d+)(u?)(?![\w.])", masked):
        n = int(m.group(1))
        for other in sorted({n + 1, n - 1 if n > 0 else n + 2, 0 if n > 1 else n + 1}):
            put("%d becomes %d" % (n, other), m.start(), m.end(), "%d%s" % (other, m.group(2)))
    for m in re.finditer(r"(?<![\w.])(0[xX][0-9A-Fa-f]+)(u?)(?![\w.])", masked):
        put("%s + 1" % m.group(1), m.start(), m.end(), "0x%X%s" % (int(m.group(1), 16) + 1, m.group(2)))
    for m in re.finditer(r"(?<![\w.])(\d+\.\d+(?:e[+-]?\d+)?)(f?)(?!\w)", masked):
        x = float(m.group(1))
        put("%s changed" % m.group(0), m.start(), m.end(), repr(x * 1.01 if x else 1.0) + m.group(2))
    for m in re.finditer(r"!(?=[\w(])", masked):
        put("! removed", m.start(), m.end(), "")
    for m in re.finditer(r"(?:(?<=^)|(?<=[(,=?:] )|(?<=\())-(?=[\w(])", masked):
        put("- removed", m.start(), m.end(), "")
    for m in re.finditer(r"Status::(?!ok\b)\w+", masked):
        put("refusal becomes ok", m.start(), m.end(), "Status::ok")
    for m in re.finditer(r"(?<![\w.])(?:rng|held|local)\(\)", masked):
        put("draw skipped", m.start(), m.end(), "2654435769u")
        put("draw twice", m.start(), m.end(), "(%s, %s)" % (m.group(0), m.group(0)))
    for m in re.finditer(r"(?<=[\w>])\(", masked):
        if re.search(r"\b(?:sizeof|static_cast|reinterpret_cast|if|for|while)\s*(?:<[^()]*>)?$", masked[: m.start()]):
            continue
        parts = [(m.end() + a, m.end() + b) for a, b in split(masked[m.end() : closing(masked, m.start())])]
        for (a, b), (c, d) in zip(parts, parts[1:]):
            one, other = text[a:b].strip(), text[c:d].strip()
            if one != other:
                put("arguments exchanged", text.index(one, a), d, "%s, %s" % (other, one))
    if kind == "condition":
        found += [("negated", "!(%s)" % text), ("always", "true"), ("never", "false")]
    if kind == "loop":
        for m in re.finditer(" < ", masked):
            put("bound off by one", m.start(), m.end(), " + 1 < ")
    if kind == "statement":
        found.append(("dropped", None))
    return found


def compiled_lines(header, commands):
    """The numbers of the lines that the preprocessor keeps with one of the commands."""
    lines = set()
    for command in commands:
        ran = subprocess.run(command + ["-E", "-x", "c++", header], cwd=REPOSITORY, capture_output=True, text=True)
        here, number = False, 0
        for line in ran.stdout.split("\n"):
            marker = re.match(r'# (\d+) "([^"]*)"', line)
            if marker:
                number, here = int(marker.group(1)), os.path.normpath(marker.group(2)) == header
                continue
            if here and line.strip():
                lines.add(number)
            number += 1
    return lines


def all_mutants(headers, commands):
    for header in headers:
        with open(os.path.join(REPOSITORY, header)) as file:
            text = file.read()
        compiled = compiled_lines(header, commands)
        for kind, start, end, constant in Parser(text).sites:
            first, last = text.count("\n", 0, start) + 1, text.count("\n", 0, end) + 1
            if first not in compiled:
                continue
            begin, finish = text.rfind("\n", 0, start) + 1, text.find("\n", end)
            for name, mutated in variants(kind, text[start:end]):
                new = text[begin:start] + ("nothing" if mutated is None else mutated) + text[end:finish]
                yield {
                    "file": header, "line": first, "last": last, "kind": kind, "start": start, "end": end,
                    "constant": constant, "name": name, "text": mutated,
                    "before": one_line(text[begin:finish]), "after": one_line(new),
                }  # fmt: skip


def one_line(text):
    return re.sub(r"\s+", " ", re.sub(r"//[^\n]*", "", text)).strip()


# Building and running -------------------------------------------------------------------------------------------------


class Program:
    """A test file built in one way."""

    def __init__(self, run, test, flags):
        self.test, self.flags = test, flags.split()
        self.name = re.sub(r"\W+", "-", test + flags)
        self.executable = os.path.join(run.folder, self.name)

    def compile(self, run, source, out):
        """What the compiler said, or None where it compiles."""
        command = run.compiler + self.flags + ["-w", "-fmax-errors=0", "-c", "tests/%s.cpp" % self.test]
        if "clang" in run.version:
            command[command.index("-fmax-errors=0")] = "-ferror-limit=0"
        if out:
            command += ["-include", "tests/mutation/switch.hpp", "-o", out + ".o"]
        ran = subprocess.run(command, cwd=source, capture_output=True, text=True)
        if ran.returncode != 0:
            return ran.stderr
        parts = [out + ".o", os.path.join(run.folder, "main.o"), os.path.join(run.folder, "switch.o")]
        subprocess.run(run.compiler + parts + ["-o", out], check=True)
        return None


def execute(command, seconds, environment):
    """Whether a program passes; None where it takes more than these seconds of a processor."""
    limited = ["sh", "-c", 'ulimit -t "$0" && exec "$@"', str(math.ceil(seconds))] + command
    ran = subprocess.run(limited, cwd=REPOSITORY, env=dict(os.environ, **environment), capture_output=True)
    return None if -ran.returncode in (signal.SIGXCPU, signal.SIGKILL) else ran.returncode == 0


def contents(paths):
    total = hashlib.sha256()
    for path in sorted(paths):
        with open(os.path.join(REPOSITORY, path), "rb") as file:
            total.update(path.encode() + b"\0" + file.read())
    return total.hexdigest()


def files(folder, endings):
    for where, _, names in os.walk(os.path.join(REPOSITORY, folder)):
        for name in names:
            if name.endswith(endings):
                yield os.path.relpath(os.path.join(where, name), REPOSITORY)


class Run:
    def __init__(self, options):
        self.options, self.folder = options, os.path.abspath(options.folder)
        self.compiler, self.source = options.command, os.path.join(self.folder, "source")
        self.state_file, self.lock = os.path.join(self.folder, "state.json"), threading.Lock()
        self.version = subprocess.run(self.compiler + ["--version"], capture_output=True, text=True, check=True).stdout
        os.makedirs(self.folder, exist_ok=True)
        tests = sorted(name[:-4] for name in os.listdir(os.path.join(REPOSITORY, "tests")) if name.endswith(".cpp"))
        tests.remove("main")
        self.programs = [Program(self, test, flags) for flags in MORE_WAYS for test in MORE_WAYS[flags].split()]
        self.programs += [Program(self, test, "") for test in tests]
        self.sample()

    def sample(self):
        """The mutants of this seed, with what is known of them from before."""
        headers = sorted(files("rbm", ".hpp"))
        ways = [self.compiler + flags.split() for flags in [""] + list(MORE_WAYS)]
        pools = {False: [], True: []}
        for mutant in all_mutants(headers, ways):
            pools[mutant["constant"]].append(mutant)
        generator, mutants = random.Random(self.options.seed), []
        for constant, count in (False, self.options.count), (True, self.options.constants):
            mutants += generator.sample(pools[constant], min(count, len(pools[constant])))
        for number, mutant in enumerate(mutants):
            mutant["number"] = number
        possible = [len(pools[False]), len(pools[True])]
        switch = contents(headers + ["tests/mutation/switch.cpp", "tests/mutation/switch.hpp"])
        key = hashlib.sha256(json.dumps([switch, self.compiler, self.version, mutants]).encode()).hexdigest()
        self.state = {"key": key, "possible": possible, "mutants": mutants, "programs": {}}
        if os.path.exists(self.state_file):
            with open(self.state_file) as file:
                before = json.load(file)
            if before["key"] == key:
                self.state = before

    def save(self):
        with open(self.state_file + ".new", "w") as file:
            json.dump(self.state, file, indent=1)
        os.replace(self.state_file + ".new", self.state_file)

    def switched(self, bad=False):
        return [m for m in self.state["mutants"] if not m["constant"] and m.get("bad", False) == bad]

    def instrument(self):
        """Writes the headers with all mutants behind switches. Lines stay where they are."""
        sites = {}
        for m in self.switched():
            sites.setdefault(m["file"], {}).setdefault((m["start"], m["end"]), []).append(m)
        for header in files("rbm", ".hpp"):
            with open(os.path.join(REPOSITORY, header)) as file:
                text = file.read()
            for (start, end), group in sorted(sites.get(header, {}).items(), reverse=True):
                new = old = text[start:end]
                statement = group[0]["kind"] == "statement"
                for m in group:
                    flat = m["text"] and re.sub(r"\s*\n\s*", " ", re.sub(r"//[^\n]*", "", m["text"]))
                    if m["text"] is None:
                        new = "if (!mutant_is(%d)) { %s; }" % (m["number"], new)
                    elif statement:
                        new = "if (mutant_is(%d)) { %s; } else { %s; }" % (m["number"], flat, new)
                    else:
                        new = "mutant_is(%d) ? (%s) : (%s)" % (m["number"], flat, new)
                assert new != old
                text = text[:start] + ("{ %s; }" if statement else "(%s)") % new + text[end + statement :]
            path = os.path.join(self.source, header)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path + ".new", "w") as file:
                file.write(text)
            os.replace(path + ".new", path)

    def blame(self, said):
        """Marks the mutants of lines with errors, which do not compile. False where there are none."""
        lines = {True: set(), False: set()}
        for path, line, error in re.findall(r"^(\S+\.hpp):(\d+):\d+:( error)?", said, re.M):
            lines[bool(error)].add((os.path.relpath(os.path.join(self.source, path), self.source), int(line)))
        for where in (lines[True], lines[True] | lines[False]):
            bad = [m for m in self.switched() if any(m["file"] == f and m["line"] <= n <= m["last"] for f, n in where)]
            for m in bad:
                m["bad"] = True
            if bad:
                return True
        return False

    def build(self):
        """Builds what is not built yet, and records what every test case reaches."""
        shared = contents(list(files("tests/support", ".hpp")) + list(files("examples/data", ".hpp")))
        started = not os.path.exists(self.source)
        for folder in ("tests", "examples"):
            shutil.rmtree(os.path.join(self.source, folder), ignore_errors=True)
            shutil.copytree(os.path.join(REPOSITORY, folder), os.path.join(self.source, folder))
        self.instrument()
        for part in ("tests/mutation/switch", "tests/main"):
            out = os.path.join(self.folder, os.path.basename(part) + ".o")
            subprocess.run(self.compiler + ["-c", part + ".cpp", "-o", out], cwd=self.source, check=True)
        waiting = []
        for program in self.programs:
            key = shared + contents(["tests/%s.cpp" % program.test])
            if started or self.state["programs"].get(program.name, {}).get("key") != key:
                waiting.append((program, key))
        if waiting:
            for m in self.state["mutants"]:
                if m.get("result") != "killed":
                    m.pop("result", None)
        with concurrent.futures.ThreadPoolExecutor(self.options.jobs) as pool:
            for done in [pool.submit(self.build_one, program, key) for program, key in waiting]:
                done.result()

    def build_one(self, program, key):
        began, left = time.time(), None
        while said := program.compile(self, self.source, program.executable):
            with self.lock:
                # Where another program has met the same mutants, the headers are without them by now.
                if not self.blame(said) and left == len(self.switched()):
                    sys.exit("%s does not compile, and no mutant is to blame:\n%s" % (program.name, said[:3000]))
                left = len(self.switched())
                self.instrument()
        reached = program.executable + ".reached"
        passes = execute([program.executable, LEFT_OUT], 3600, {"MUTANTS_REACHED": reached})
        compiled = time.time() - began
        cases = []
        with open(reached) as file:
            for line in file if passes else []:
                seconds, name, *numbers = line.rstrip("\n").split("\t")
                cases.append({"name": name, "seconds": float(seconds), "reaches": [int(n) for n in numbers]})
        with self.lock:
            self.state["programs"][program.name] = {"key": key, "cases": cases}
            if not passes:
                print("%s fails without a mutant, and is left out" % program.name, flush=True)
            if self.options.verbose:
                print("%s: %.0f s" % (program.name, compiled), flush=True)
            self.save()

    def run(self):
        waiting = [m for m in self.state["mutants"] if not m.get("bad") and "result" not in m]
        with concurrent.futures.ThreadPoolExecutor(self.options.jobs) as pool:
            one = threading.Lock()
            for done in [pool.submit(self.run_one, m, one) for m in waiting]:
                done.result()
        self.save()

    def run_one(self, mutant, one):
        if mutant["constant"]:
            with one:
                result, by = self.run_constant(mutant)
        else:
            result, by = self.run_switched(mutant)
        with self.lock:
            mutant["result"], mutant["by"] = result, by
            if self.options.verbose and result != "killed":
                print("%s: %s:%d %s" % (result, mutant["file"], mutant["line"], mutant["name"]), flush=True)
            if random.random() < 0.05:
                self.save()

    def run_switched(self, mutant):
        """The fastest cases that reach it first: slow ones by themselves, those of less than a second together."""
        plans = []
        for program in self.programs:
            cases = [c for c in self.state["programs"][program.name]["cases"] if mutant["number"] in c["reaches"]]
            quick = [c for c in cases if c["seconds"] < 1]
            for group in [quick] * bool(quick) + [[c] for c in cases if c["seconds"] >= 1]:
                plans.append((sum(c["seconds"] for c in group), program, [c["name"] for c in group]))
        spent = 0.0
        for seconds, program, names in sorted(plans, key=lambda plan: plan[0]):
            spent += seconds
            if spent > max(seconds, self.options.patience):
                break
            wanted = "--test-case=" + ",".join(re.sub(r"[,*\\]", "?", name) for name in names)
            command = [program.executable, "--abort-after=1", LEFT_OUT, wanted]
            passes = execute(command, 2 + 5 * seconds, {"MUTANT": str(mutant["number"])})
            if not passes:
                return "killed", program.name + (" (time)" if passes is None else "")
        return ("survived" if plans else "unreached"), ""

    def run_constant(self, mutant):
        """Compiled by itself, into one test after the other until one fails; the smallest first."""
        alone, header = os.path.join(self.folder, "alone"), mutant["file"]
        for folder in ("rbm", "tests", "examples"):
            shutil.rmtree(os.path.join(alone, folder), ignore_errors=True)
            shutil.copytree(os.path.join(REPOSITORY, folder), os.path.join(alone, folder))
        with open(os.path.join(alone, header)) as file:
            text = file.read()
        with open(os.path.join(alone, header), "w") as file:
            file.write(text[: mutant["start"]] + mutant["text"] + text[mutant["end"] :])
        for program in sorted(self.programs, key=lambda p: os.path.getsize(p.executable)):
            out = os.path.join(alone, "program")
            if program.compile(self, alone, out) is not None:
                return "killed", program.name + " (does not compile)"
            seconds = sum(c["seconds"] for c in self.state["programs"][program.name]["cases"])
            if not execute([out, "--abort-after=1", LEFT_OUT], 2 + 5 * seconds, {}):
                return "killed", program.name
        return "survived", ""

    def report(self):
        """The score, and every survivor as equivalent.txt would list it. False where that lists what is not there."""
        listed, right = equivalents(), True
        for header, before, _ in listed:
            path = os.path.join(REPOSITORY, header)
            if not os.path.exists(path) or before not in one_line(open(path).read()):
                right = False
                print("equivalent.txt lists what %s does not have: %s" % (header, before))
        counts = dict.fromkeys(("killed", "survived", "unreached", "equivalent", "bad"), 0)
        for m in self.state["mutants"]:
            same = (m["file"], m["before"], m["after"]) in listed
            result = "bad" if m.get("bad") else m["result"]
            if same and result == "killed":
                print("equivalent.txt lists what %s kills: %s: %s" % (m["by"], m["file"], m["after"]))
            if same and result in ("survived", "unreached"):
                result = "equivalent"
            counts[result] += 1
            if result in ("survived", "unreached"):
                print("\n# %s: line %d, %s" % (result, m["line"], m["name"]))
                print("%s\n- %s\n+ %s" % (m["file"], m["before"], m["after"]))
        judged = counts["killed"] + counts["survived"] + counts["unreached"]
        print("\nmutants: %d possible in functions, %d in constants" % tuple(self.state["possible"]))
        print("sampled: %(bad)d that do not compile, %(equivalent)d equivalent ones, and these:" % counts)
        print("killed: %d of %d, %.1f %%; survived: %d; reached by no test: %d" % (
            counts["killed"], judged, 100 * counts["killed"] / max(judged, 1), counts["survived"], counts["unreached"]))
        return right


def equivalents():
    """(header, line, mutated line) of those that equivalent.txt lists."""
    found, header, before = {}, "", ""
    with open(os.path.join(HERE, "equivalent.txt")) as file:
        for line in file:
            if line.startswith("rbm/"):
                header = line.strip()
            elif line.startswith("- "):
                before = line[2:].strip()
            elif line.startswith("+ "):
                found[header, before, line[2:].strip()] = True
    return found


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--count", type=int, default=200, help="mutants (200)")
parser.add_argument("--constants", type=int, default=0, help="mutants of constexpr code beside them (0)")
parser.add_argument("--seed", type=int, default=1, help="chooses them (1)")
parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes at a time")
parser.add_argument("--patience", type=float, default=60, help="seconds after which a mutant has survived (60)")
parser.add_argument("--verbose", action="store_true", help="says what it does")
parser.add_argument("folder")
parser.add_argument("command", nargs=argparse.REMAINDER)
run = Run(parser.parse_args())
run.build()
run.run()
sys.exit(not run.report())
