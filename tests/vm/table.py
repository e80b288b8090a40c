"""table.py - /etc/rdinit/drivers for modules of the kernel under test, by its modules.alias."""
import pathlib

PROJECT = pathlib.Path(__file__).resolve().parents[2]


def plain(path):
    return pathlib.Path(path).name.split(".")[0].replace("-", "_")


def needs_of(base):
    lines = (line.partition(":") for line in (base / "modules.dep").read_text().splitlines())
    return {plain(path): (path, [plain(other) for other in others.split()]) for path, _, others in lines}


def in_order(names, needs):
    order = []

    def add(name):
        if name not in order:
            for other in needs[name][1]:
                add(other)
            order.append(name)
    for name in names:
        add(name)
    return order


def recipe(path, names):
    """Writes the table to `path`. The lines of a recipe that bring it and its modules."""
    base = next((PROJECT / "build/kernel/debian/lib/modules").iterdir())
    needs = needs_of(base)
    order = in_order(names, needs)
    place = {name: f"/lib/modules/{base.name}/{pathlib.Path(needs[name][0]).name}" for name in order}
    numbers = [",".join(str(order.index(other)) for other in needs[name][1]) or "-" for name in order]
    answers = {}
    for line in (base / "modules.alias").read_text().splitlines():
        word, *rest = line.split()
        if word == "alias" and rest[1] in order:
            answers.setdefault(rest[0], []).append(str(order.index(rest[1])))
    path.write_text("".join(f"{place[name]} {number}\n" for name, number in zip(order, numbers)) + "\n" +
                    "".join(sorted(f"{pattern} {','.join(lines)}\n" for pattern, lines in answers.items())))
    folders = ["/lib", "/lib/modules", f"/lib/modules/{base.name}", "/etc", "/etc/rdinit"]
    return "".join(["init\n", *(f"dir {folder} 0755 0 0\n" for folder in folders),
                    *(f"file {place[name]} {base}/{needs[name][0]} 0644 0 0\n" for name in order),
                    f"file /etc/rdinit/drivers {path} 0644 0 0\n"])
