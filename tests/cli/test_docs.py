# SPDX-License-Identifier: MIT
"""test_docs.py - the manuals and READMEs say what the source says, both ways."""
import pathlib
import re
import subprocess

import pytest

from conftest import PROJECT, RDINIT

MANUALS = ["rdinit.1", "rdinit-recipe.5", "rdinit-cmdline.7", "rdinit-init.8"]
COMMANDS = ["pack", "list", "cat", "extract", "diff", "explain", "plan", "check", "run", "warm", "completion"]
WITHOUT_OPTIONS = ["cat", "extract", "explain", "completion"]


def text_of(*parts):
    return PROJECT.joinpath(*parts).read_text()


def manual(name):
    return text_of("man", name)


def section(text, title, kind="Sh"):
    """What stands below `.Sh TITLE` (or .Ss), up to the next of its kind or higher."""
    kinds = "Sh" if kind == "Sh" else "S[hs]"
    found = re.search(rf"^\.{kind} {re.escape(title)}\n(.*?)(?=^\.{kinds} |\Z)", text, re.M | re.S)
    assert found, f"no .{kind} {title}"
    return found.group(1)


def chapter(text, title):
    """What stands below a heading of Markdown, up to the next one of its level or higher."""
    found = re.search(rf"^(#+) {re.escape(title)}\n", text, re.M)
    assert found, f"no chapter {title}"
    rest = text[found.end():]
    end = re.search(rf"^#{{1,{len(found.group(1))}}} ", rest, re.M)
    return rest[:end.start()] if end else rest


def help_of(*words):
    done = subprocess.run([RDINIT, *words, "--help"], capture_output=True, text=True, timeout=10)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_table_of_other_tools_names_options_of_run():
    table = re.search(r"^\.Ss From docker and virtme-ng\n(.*?)^\.El$", manual("rdinit.1"), re.M | re.S).group(1)
    ours = set(re.findall(r"\bFl -([a-z][a-z-]*)", table)) | {f"{letter}," for letter in re.findall(r"\bFl ([a-z])\b", table)}
    same = [name for line in table.splitlines() if " Ta the same" in line for name in re.findall(r"(?<![\w-])--?([a-z][a-z-]*)", line)]
    ours |= {f"{name}," if len(name) == 1 else name for name in same}
    text = help_of("run")
    assert len(ours) > 20 and not [name for name in ours if f"-{name}" not in text]


# --- parameters ---

def parameters_of_source(text):
    """{name: what stands behind it, as `=DEVICE`} of the table."""
    table = re.search(r"parameters\[\] = \{\n(.*?)^\};", text, re.M | re.S).group(1)
    rows = re.findall(r'PARAMETER\("([^"]+)", PARAMETER_\w+, (?:FIELD\(\w+\)|0), \w+,\s*'
                      r'(NULL|"(?:\\"|[^"])*"),\s*"', table)
    assert len(rows) == table.count("PARAMETER_") > 15, "a row was not understood"
    return {name: "" if argument == "NULL" else "=" + argument[1:-1].replace('\\"', '"')
            for name, argument in rows}


def parameters_of_manual(text):
    """The same, of the items of the manual's lists of parameters."""
    lists = re.search(r"^\.Ss The root\n(.*?)^\.Ss Everything else", text, re.M | re.S).group(1)
    found = {}
    for item in re.findall(r"^\.It Cm (.+)", lists, re.M):
        name, _, rest = item.partition(" ")
        for macro, plain in ((r"\\\(dq", '"'), (r"\bOp = Ns Ar (\w+)", r"=[\1]"),
                             (r"\bOp : Ns Ar (\w+)", r"[:\1]"), (r"\bOp , Ns Ar (\w+) \.\.\.", r"[,\1...]"), (r"\b(Ns|Ar|Cm)\b", "")):
            rest = re.sub(macro, plain, rest)
        assert name not in found, f"{name} twice"
        found[name] = rest
    return found


def packed(parameters):
    return {name: re.sub(r"\s", "", rest) for name, rest in parameters.items()}


def test_every_parameter_is_in_the_manual_and_no_other():
    source = parameters_of_source(text_of("init", "pure", "settings.c"))
    assert packed(parameters_of_manual(manual("rdinit-cmdline.7"))) == packed(source)


def test_a_parameter_that_is_missing_is_seen():
    source = packed(parameters_of_source(text_of("init", "pure", "settings.c")))
    text = manual("rdinit-cmdline.7")
    assert packed(parameters_of_manual(text.replace(".It Cm rw\n", ""))) != source
    assert packed(parameters_of_manual(text.replace("Cm halt", "").replace("halt", ""))) != source


@pytest.mark.parametrize("symbol, name", [("ROOT_TIMEOUT_S", "rd.timeout"),
                                          ("GRACE_S", "rdinit.grace")])
def test_the_manual_has_the_defaults(symbol, name):
    value = re.search(rf"#define {symbol}\s+(\d+)", text_of("init", "pure", "settings.c") +
                      text_of("init", "pure", "settings.h")).group(1)
    entry = re.search(rf"^\.It Cm {re.escape(name)} (.*?)^\.(It|El)", manual("rdinit-cmdline.7"),
                      re.M | re.S).group(1)
    assert f"The default is {value}." in entry


# --- steps ---

def steps_of_source():
    """[(name, function)] of the list of steps, in order."""
    rows = re.findall(r'^STEP\("([a-z-]+)", (\w+), IN_.*, (?:STOP|GO_ON)\)', text_of("init", "steps.def"), re.M)
    assert len(rows) >= 11
    return rows


def step_names():
    return list(dict.fromkeys(name for name, _ in steps_of_source()))


def test_the_manual_lists_the_steps_in_their_order():
    listed = re.findall(r"^\.It Cm ([a-z-]+)$", section(manual("rdinit-init.8"), "STEPS"), re.M)
    assert sorted(listed) == sorted(step_names())
    for mode in ("RUN", "HAND_OFF"):  # what stays ends as what runs does: power is described there
        steps = re.findall(rf'^STEP\("([a-z-]+)", \w+, .*IN_(?:ALL|{mode})\b', text_of("init", "steps.def"), re.M)
        assert [name for name in listed if name in steps] == steps


@pytest.mark.parametrize("text", [
    pytest.param(lambda: chapter(text_of("README.md"), "What /init does").split("\n\n")[0],
                 id="README"),
    pytest.param(lambda: re.search(r"^The steps: (.*?)\. A step's", text_of("HACKING.md"),
                                   re.M | re.S).group(1), id="HACKING"),
])
def test_the_readme_and_hacking_name_the_same_steps(text):
    assert set(re.findall(r"`([a-z-]+)`", text())) == set(step_names())


@pytest.mark.parametrize("name, function", sorted(set(steps_of_source())))
def test_each_step_is_in_the_file_of_its_name(name, function):
    stem = name.replace("-", "_")
    assert re.search(rf"^int {function}\(struct boot \*boot\)$", text_of("init", stem + ".c"), re.M)
    assert re.search(rf"^int {function}\(struct boot \*boot\);", text_of("init", "boot.h"), re.M)
    makefile = text_of("Makefile").replace("\\\n", " ")
    assert stem in re.search(r"^INIT\s*=(.*)", makefile, re.M).group(1).split()


# --- rdinit-init(8) ---

def test_every_mount_is_in_the_manual_as_it_is():
    source = text_of("init", "early_mounts.c") + text_of("init", "late_mounts.c")
    rows = re.findall(r'\{ "(\w+)", "(/[\w/]+)", ([A-Z_| ]+),\s*("[^"]*"|NULL),\s*MOUNT_', source)
    assert len(rows) == len(re.findall(r"\bMOUNT_(?:NEEDED|OPTIONAL) ", source)) == 8
    listed = re.findall(r"^\.It Pa (\S+) Ta (\S+) Ta (\S+) Ta (\S+)$",
                        section(manual("rdinit-init.8"), "MOUNTS"), re.M)
    expected = []
    for kind, target, flags, options in rows:
        if (kind, target) == ("tmpfs", "/dev"): # in place of devtmpfs: in the text below
            assert f".Pq {options[1:-1]}" in manual("rdinit-init.8")
            continue
        flags = ",".join(flag.strip()[3:].lower() for flag in flags.split("|"))
        expected.append((target, kind, flags, "-" if options == "NULL" else options[1:-1]))
    assert sorted(listed) == sorted(expected)


LIMITS = [  # symbol, file, what the manual says, whether a NUL takes one of them
    ("COMMAND_LINE_MAX", "pure/limits.h", "kernel's command line", 1),
    ("IMAGE_WORDS_MAX", "pure/limits.h", "/etc/rdinit/cmdline", 1),
    ("RUN_FILE_MAX", "pure/limits.h", "/etc/rdinit/run", 1),
    ("RUN_WORDS_MAX", "pure/limits.h", "arguments of the program", 0),
    ("ARGUMENT_MAX", "pure/limits.h", "bytes of one of these arguments", 1),
    ("ENV_FILE_MAX", "pure/limits.h", "bytes of Pa /etc/rdinit/env", 1),
    ("ENV_FILE_WORDS_MAX", "pure/limits.h", "variables of Pa /etc/rdinit/env", 0),
    ("ENVIRONMENT_MAX", "pure/limits.h", "variables of its environment", 0),
    ("SETTINGS_ENV_MAX", "pure/limits.h", "NAME=VALUE", 0),
    ("SETTINGS_MODULES_MAX", "pure/limits.h", "parameters of modules", 0),
    ("SETTINGS_LIST_MAX", "pure/limits.h", "rdinit.mount=", 0),
    ("SETTINGS_CONSOLES_MAX", "pure/limits.h", "console=", 0),
    ("MODULE_LIST_MAX", "pure/limits.h", "/etc/rdinit/modules", 1),
    ("DEVICE_PATH_MAX", "pure/limits.h", "root's device path", 1),
    ("LINE_BYTES_MAX", "sys/lines.h", "a line of the root's Pa /etc/fstab", 2),
    ("FSLIST_MAX", "pure/fslist.h", "file systems tried", 0),
    ("LOG_LINE_MAX", "sys/log.h", "bytes of a message", 1),
    ("EMPTY_TREE_DEPTH", "sys/empty_tree.h", "that are deleted", 0),
    ("MOUNT_COUNT", "power.c", "mounts released", 0),
]


@pytest.mark.parametrize("symbol, file, says, nul", LIMITS, ids=[row[0] for row in LIMITS])
def test_the_manual_has_the_limits(symbol, file, says, nul):
    value = int(re.search(rf"#define {symbol}\s+(\d+)", text_of("init", file)).group(1))
    lines = [line for line in section(manual("rdinit-init.8"), "LIMITS").splitlines()
             if line.startswith(".It ") and says in line]
    assert len(lines) == 1 and lines[0].endswith(f" Ta {value - nul}"), lines


def test_how_often_a_parameter_may_be_repeated_is_said_where_it_is_described():
    text = manual("rdinit-cmdline.7")
    limits = {name: re.search(rf"#define SETTINGS_{name}_MAX (\d+)", text_of("init", "pure", "limits.h")).group(1)
              for name in ("LIST", "CONSOLES")}
    assert sorted(re.findall(r"up to (\d+) times", text)) == sorted([limits["CONSOLES"], limits["LIST"], limits["LIST"]])


def test_the_manual_has_the_texts_of_errors():
    """A reason in DIAGNOSTICS is what /init prints for that symbol."""
    texts = dict(re.findall(r'"(E[A-Z0-9]+)\\0([^"\\]*)\\0"', text_of("init", "pure", "names.c")))
    assert texts["ENOENT"] == "No such file or directory"
    said = re.findall(r': ([A-Z][^:"]*) \((E[A-Z0-9]+)\)"$', section(manual("rdinit-init.8"), "DIAGNOSTICS"), re.M)
    assert len(said) > 20
    assert [(text, name) for text, name in said if text != texts[name] and not text.startswith("NAME ")] == []


def layers():
    """Of each row of layers.def: kind, opener ("" for none), parameter."""
    rows = re.findall(r'^LAYER\(\w+, \w+, (LAYER_\w+), (?:NOT_OPENED|OPENED_\w+\((\w+)\)),\s*(?:NAME|TEXTS)\(([^)]*)\)\)$',
                      text_of("init", "pure", "layers.def"), re.M)
    assert len(rows) == text_of("init", "pure", "layers.def").count("\nLAYER(")
    texts = [re.findall(r'"([^"]*)"', row[2]) for row in rows]
    return [(row[0], row[1], text[3] if len(text) == 7 else "") for row, text in zip(rows, texts)]


@pytest.mark.parametrize("kind, opener, parameter", [row for row in layers() if row[1]])
def test_each_layer_is_opened_by_the_file_of_its_name(kind, opener, parameter):
    assert f"const struct opener {opener}_opener" in text_of("init", "layer", f"{opener}.c")
    assert re.search(rf"layer/,.*\b{opener}\b", text_of("Makefile")), "it is linked"
    if kind == "LAYER_ON_REQUEST":
        assert parameter in parameters_of_source(text_of("init/pure/settings.c")), "somebody can ask for it"


def hints():
    rows = re.findall(r'\{ "([a-z-]+)", (E\w+),', text_of("init", "pure", "hints.c"))
    assert len(rows) > 10
    return rows


@pytest.mark.parametrize("step, symbol", hints())
def test_every_hint_has_its_message_in_the_manual(step, symbol):
    messages = re.findall(r'^\.It "(.*)"$', section(manual("rdinit-init.8"), "DIAGNOSTICS"), re.M)
    assert step in step_names()
    if (step, symbol) == ("root-switch", "ENOENT"):
        assert any(m.startswith("root-switch: find an init") for m in messages)
    assert any(m.startswith(step + ": ") and m.endswith(f"({symbol})") for m in messages)


# --- the tool ---

def options_of_help(command):
    """The long options, and the short ones in front of them, of lines that explain one."""
    found = set()
    for short, long in re.findall(r"^  (?:-(\w), )?--([a-z-]+)", help_of(command), re.M):
        found |= {long} | ({short} if short else set())
    assert bool(found) == (command not in WITHOUT_OPTIONS), f"options in rdinit {command} --help"
    return found


def options_of_manual(command):
    found = set()
    for item in re.findall(r"^\.It Fl (.+)", section(manual("rdinit.1"), command, "Ss"), re.M):
        short = re.match(r"(\w) , -([a-z-]+)", item)
        found |= set(short.groups()) if short else {re.match(r"-([a-z-]+)", item).group(1)}
    return found


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_and_the_manual_have_the_same_options(command):
    assert options_of_help(command) == options_of_manual(command)


def test_the_commands_are_those_of_the_manual():
    listed = re.findall(r"^  ([a-z]+)  +", help_of(), re.M)
    assert sorted(listed) == sorted(COMMANDS)
    assert [name for name in re.findall(r"^\.Ss (\w+)$", manual("rdinit.1"), re.M)
            if name.islower()] == COMMANDS


def test_the_commands_and_options_in_the_readme_exist():
    commands = re.findall(r"`rdinit ([^`]+)`", chapter(text_of("README.md"), "What works"))
    commands += re.findall(r"(?:\$|\|) rdinit ([^|\n]+)", text_of("README.md"))
    assert len(commands) > 10
    for command in commands:
        word, *rest = command.split(" -- ")[0].split()
        if word.startswith("-"):
            continue
        assert word in COMMANDS, command
        options = {w[2:] for w in rest if re.match(r"--[a-z]", w)}
        assert options <= options_of_help(word), command


def test_the_readme_gives_the_size_of_init():
    said = int(re.search(r"static (\d+) KB `/init`", text_of("README.md")).group(1))
    size = pathlib.Path(RDINIT).with_name("init").stat().st_size
    assert abs(size / 1000 - said) <= 5 # a rebuild by another compiler may differ a little


def test_every_target_in_the_readme_and_hacking_is_in_the_makefile():
    targets = set(re.findall(r"^([a-z-]+):.*## ", text_of("Makefile"), re.M))
    used = re.findall(r"`make ([a-z-]+)`", text_of("README.md") + text_of("HACKING.md"))
    assert used and set(used) <= targets


def test_the_links_in_the_readme_lead_somewhere():
    for target in re.findall(r"\]\(([^)#:]+)\)", text_of("README.md") + text_of("HACKING.md")):
        assert (PROJECT / target).exists(), target


def tuning_of_source():
    rows = re.findall(r'^\t\{ "([^"]+)",\s+"', text_of("tools", "lib", "machine", "boot_parameters.c"), re.M)
    assert len(rows) > 4
    return sorted(re.sub("=.*", "", word) for word in rows)


def test_the_words_of_tuning_are_those_of_the_manual():
    listed = re.findall(r"^\.It Cm (\S+)", section(manual("rdinit.1"), "Tuning", "Ss"), re.M)
    assert sorted(listed) == tuning_of_source()


def test_the_words_of_tuning_are_those_of_the_readme():
    rows = re.findall(r"^\| `([^`]+)` \|", chapter(text_of("README.md"), "Parameters that save time"), re.M)
    assert sorted(re.sub("=.*", "", word) for word in rows) == tuning_of_source()


def needs_of_source():
    """[(symbols, fragments)] of what `run` asks of a kernel."""
    table = re.search(r"needs\[\] = \{\n(.*?)^\};", text_of("tools", "lib", "kernel", "kernel_fit.c"), re.M | re.S).group(1)
    rows = re.findall(r'\{ FIT_[^{]*\{ ("[^}]*") \}[^}]*?"([a-z, -]+)" \},', table)
    assert len(rows) == table.count(" FIT_WARNS,") + table.count(" FIT_REFUSES,") > 8
    return [(re.findall(r'"(\w+)"', symbols), fragments.split(", ")) for symbols, fragments in rows]


@pytest.mark.parametrize("symbols, fragments", needs_of_source())
def test_the_fragments_that_run_names_set_the_symbols(symbols, fragments):
    for fragment in fragments:
        lines = text_of("kconfig-fragments", fragment + ".config").splitlines()
        assert [symbol for symbol in symbols if f"CONFIG_{symbol}=y" in lines], (fragment, symbols)


# --- SECURITY.md ---

PARTIES = ["An archive", "A container image", "A tar archive", "A recipe", "A kernel file", "A disk", "A network server",
           "Firmware and command line", "A program in the guest", "Root in the guest", "Other users of this machine"]


def security():
    """{party: what it can never do, each with its tests} of the page."""
    rest = chapter(text_of("SECURITY.md"), "What each party can never do")
    return {re.match(r"\*\*([^*]+)\*\*", part).group(1): re.split(r"\n- ", part)[1:]
            for part in rest.strip().split("\n\n")}


def functions_of_tests(text):
    return re.findall(r"`((?:cli|fuzz|ns|uml|unit|vm)/[^`]+)`", text)


def is_a_test(name):
    """Whether FILE::FUNCTION or FILE::FUNCTION[ROW] below tests/ is one that is run."""
    file, function, row = re.fullmatch(r"([\w/]+\.(?:c|py))(?:::(\w+))?(?:\[(.+)\])?", name).groups()
    if not PROJECT.joinpath("tests", file).exists():
        return False
    source = text_of("tests", file)
    if not function:
        return file.startswith("fuzz/") and "PROPERTY: " in source and "LLVMFuzzerTestOneInput" in source
    if file.endswith(".c"):
        runs = rf"\bcmocka_unit_test\w*\(\s*{function}\b"
    else:
        runs = rf"^def {function}\(" if function.startswith("test_") else r"(?!)"
    return bool(re.search(runs, source, re.M)) and (not row or f'"{row}"' in source)


def test_security_speaks_of_every_party():
    assert list(security()) == PARTIES


@pytest.mark.parametrize("party", [party for party in PARTIES if party != "A network server"])
def test_security_promises_nothing_without_a_test(party):
    assert security()[party]
    for promise in security()[party]:
        assert functions_of_tests(promise), promise


@pytest.mark.parametrize("name", sorted(set(functions_of_tests(text_of("SECURITY.md")))))
def test_the_tests_that_security_names_exist(name):
    assert is_a_test(name)


@pytest.mark.parametrize("name", ["cli/test_nothing.py::test_x", "cli/test_read.py::test_x", "cli/test_read.py::words_of",
                                  "cli/test_read.py", "unit/test_sandbox.c::act", "fuzz/fuzz_x.c",
                                  "vm/test_boot.py::test_boot[no such row]"])
def test_a_test_that_is_missing_from_security_is_seen(name):
    assert not is_a_test(name)


# --- all of them ---

def test_there_are_no_other_manuals():
    assert sorted(path.name for path in (PROJECT / "man").iterdir()) == sorted(MANUALS)


@pytest.mark.parametrize("name", MANUALS)
def test_mandoc_finds_nothing(name):
    done = subprocess.run(["mandoc", "-Tlint", "-Wwarning", str(PROJECT / "man" / name)],
                          capture_output=True, text=True, timeout=10)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_mandoc_can_find_something():
    done = subprocess.run(["mandoc", "-Tlint", "-Wwarning"], input=".Dd today\n.Nonsense\n",
                          capture_output=True, text=True, timeout=10)
    assert done.returncode != 0 and done.stdout


@pytest.mark.parametrize("name", MANUALS)
def test_the_manuals_refer_to_manuals_that_are_there(name):
    ours = {tuple(re.match(r"(.*)\.(\d)$", m).groups()) for m in MANUALS}
    for page in re.findall(r"^\.Xr (rdinit[\w-]*) (\d)", manual(name), re.M):
        assert page in ours
